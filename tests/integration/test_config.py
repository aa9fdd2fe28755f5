"""Configuration files: weir starts by them, checks them, and says what is wrong with them; metrics of
one's own count exactly, and the manual's PromQL makes sense of them."""

import json
import os
import re

import jsonschema
import pytest
import yaml

from servers.process import ROOT, free_port
from servers.prometheus import Prometheus
from servers.weir import Weir, run
from support.messages import dumps, pmacct

EXAMPLES = sorted((ROOT / "deploy" / "examples").glob("*.yaml"))
SCHEMA = json.loads((ROOT / "docs" / "weir.schema.json").read_text())
MANUAL = (ROOT / "docs" / "configuration.md").read_text()


def example(name):
    return (ROOT / "deploy" / "examples" / f"{name}.yaml").read_text()


def from_file(text, path):
    """An example that reads a file in place of Kafka."""
    kept = [line for line in text.splitlines() if not re.match("(brokers|topic|dead-letter-topic):", line)]
    return "\n".join([f"from: {path}", *kept, ""])


def flow(proto, src_port, dst_port, octets, exporter="192.0.2.1"):
    return {
        **pmacct(64500, 15169, octets), "ip_proto": proto, "port_src": src_port,
        "port_dst": dst_port, "peer_ip_src": exporter,
    }  # fmt: skip


FLOWS = [
    flow("tcp", 50000, 443, 1000),
    flow("tcp", 443, 50000, 9000),
    flow("udp", 50001, 53, 70),
    flow("udp", 53, 50001, 200, "192.0.2.2"),
    flow("udp", 50002, 443, 1400),
    flow("icmp", 0, 0, 84),
    flow("tcp", 50003, 22, 500, "192.0.2.2"),
]


def lines(flows):
    return b"".join(dumps(each) + b"\n" for each in flows)


def start(folder, text, *flags):
    (folder / "weir.yaml").write_text(text)
    return Weir("export", "--config", "weir.yaml", *flags, folder=folder)


def check(folder, text, *flags):
    (folder / "weir.yaml").write_text(text)
    return run(
        "check", "weir.yaml", *flags, "--web.listen-address", f"127.0.0.1:{free_port()}",
        folder=folder,
    )  # fmt: skip


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_what_the_schema_and_weir_understand(path, tmp_path):
    jsonschema.validate(yaml.safe_load(path.read_text()), SCHEMA)
    if "mmdb" in path.read_text():
        return  # there is no such database here
    checked = run(
        "check", path, "--web.listen-address", f"127.0.0.1:{free_port()}", "--state-dir", "none",
        "--as-names", "none", folder=tmp_path, env={"WEIR_KAFKA_SASL_PASSWORD": "x"},
    )  # fmt: skip
    assert checked.exit_status == 0, checked.out + checked.err
    assert "problem " not in checked.out.rpartition("no problem")[0]


def test_the_schema_refuses_what_weir_refuses():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for wrong in (
        {"metric": []}, {"metrics": []}, {"metrics": [{"help": "x"}]}, {"topic": {"a": 1}},
        {"metrics": [{"name": "x_total", "keep": "best"}]}, {"sampling": "sometimes"},
        {"metrics": [{"name": "x"}]}, {"metrics": [{"name": "weir_x_total"}]},
        {"metrics": [{"name": "x_total_total"}]}, {"web": {"port": 1}}, {"fields": {"a": "no path"}},
    ):  # fmt: skip
        assert list(jsonschema.Draft7Validator(SCHEMA).iter_errors(wrong)), wrong


def test_metrics_of_ones_own_count_exactly(tmp_path):
    (tmp_path / "flows.json").write_bytes(lines(FLOWS))
    with start(tmp_path, from_file(example("ports-and-protocols"), "flows.json")) as weir:
        metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") == len(FLOWS))
        for name, value in (("bytes", "bytes"), ("packets", "packets"), ("flows", None)):
            truth = {}
            for each in FLOWS:
                key = (each["ip_proto"], each["peer_ip_src"])
                truth[key] = truth.get(key, 0) + (each[value] if value else 1)
            for (proto, exporter), wanted in truth.items():
                labels = {"proto": proto, "exporter": exporter}
                assert metrics.value(f"flow_protocol_{name}_total", **labels) == wanted
        assert metrics.value("flow_service_bytes_total", proto="udp", port="443") == 1400
        assert metrics.value("flow_port_bytes_total", src_port="443", dst_port="50000") == 9000
        assert metrics.value("weir_records_unaccounted") == 0
        assert "flow_receive_bytes_total" not in weir.get("/metrics")[2].decode()


def test_the_manuals_questions_to_prometheus_have_answers(tmp_path):
    asked = re.findall(r"```promql\n(.*?)```", MANUAL, re.DOTALL)
    queries = [query for query in re.sub("(?m)^#.*", "", asked[0]).split("\n\n") if query.strip()]
    assert len(queries) == asked[0].count("# ") > 5
    os.mkfifo(tmp_path / "flows")
    weir = start(tmp_path, from_file(example("ports-and-protocols"), "flows"))
    with weir, open(tmp_path / "flows", "wb", buffering=0) as pipe:
        pipe.write(lines(FLOWS))
        weir.wait_metrics(lambda m: m.value("weir_messages_total") == len(FLOWS))
        with Prometheus(folder=tmp_path, targets=[f"127.0.0.1:{weir.port}"]) as prometheus:
            prometheus.wait_for(
                lambda: prometheus.query("flow_port_bytes_total"), what="a scrape before"
            )
            pipe.write(lines(FLOWS * 10))
            shown = {"tcp": 11 * 10500.0, "udp": 11 * 1670.0, "icmp": 11 * 84.0}

            def all_scraped():
                by_proto = prometheus.query("sum by (proto) (flow_protocol_bytes_total)")
                return {labels["proto"]: value for labels, value in by_proto} == shown

            prometheus.wait_for(all_scraped, what="a scrape after")
            for query in queries:
                # Not at the first attempt where a scrape was too slow.
                prometheus.wait_for(lambda: prometheus.query(query.strip()), what=query)  # noqa: B023
                values = [value for _, value in prometheus.query(query.strip())]
                assert all(value > 0 for value in values), query


def test_flags_win_over_the_file(tmp_path):
    (tmp_path / "flows.json").write_bytes(lines(FLOWS))
    text = "from: nowhere.json\nas-names: none\nmetrics: [{name: x_total, labels: [src_as]}]\n"
    with start(tmp_path, text, "--from", "flows.json", "--where", "proto == tcp") as weir:
        metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") == len(FLOWS))
        assert metrics.value("x_total", src_as="64500") == 10500
        assert metrics.value("weir_records_filtered_total", reason="where") == 4


def test_fields_of_ones_own_are_found_by_their_way(tmp_path):
    records = [
        {"flow": {"octets": 1500, "from": "192.0.2.1"}, "meta": {"customer": "acme", "site id": 7}},
        {"flow": {"octets": 500, "from": "192.0.2.1"}, "meta": {"customer": "acme", "site id": 7}},
        {"flow": {"octets": 9, "from": "192.0.2.1"}, "meta": {"customer": "none"}},
    ]
    (tmp_path / "flows.json").write_bytes(lines(records))
    with start(tmp_path, from_file(example("own-json"), "flows.json")) as weir:
        metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") == 3)
        assert metrics.value("customer_bytes_total", customer="acme", site="7") == 2000
        assert metrics.value("weir_records_filtered_total", reason="where") == 1


@pytest.mark.parametrize(
    "text, said",
    [
        ("demo: true\nmetrics:\n  - name: x_total\n    max_seris: 5\n",
         "weir.yaml:4:5: metric: there is no 'max_seris' here. Did you mean max_series?"),
        ("demo: true\nmax-series: many\n", "weir.yaml:2:13: --max-series: \"many\" is no whole number"),
        ("demo: true\nweb: {listen-adress: a}\n", "Did you mean web.listen-address?"),
        ("demo: [true\n", "weir.yaml:2:1: a [ is never closed"),
        ("demo: true\nmetrics:\n\t- name: x_total\n", "weir.yaml:3:2: this line is indented with a tab"),
        ("demo: true\nlog.level: 'info\nmax-series: 5\n", "weir.yaml:2:12: the quote that begins here"),
        ("demo: true\nmetrics: [{name: x_total, labels: {a: proto, __b: tos}}]\n",
         "weir.yaml:2:46: metric x_total: '__b' cannot be a label's name"),
        ("demo: true\nmetrics: []\n", "weir.yaml:2:10: metrics: there is none"),
        ("", "nothing to read: give --brokers and --topic"),
        ("# nothing but this\n", "nothing to read: give --brokers and --topic"),
        ("demo: true\ndemo: true\n", "weir.yaml:2:1: 'demo' is there already, in line 1"),
        ("demo: true\nlookups: {networks: none.csv}\n",
         "weir.yaml:2:10: lookups: none.csv: No such file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_and_nothing_starts(text, said, tmp_path):
    (tmp_path / "weir.yaml").write_text(text)
    for words in (("export", "--config", "weir.yaml"), ("check", "weir.yaml")):
        process = run(*words, folder=tmp_path)
        assert process.exit_status == 2
        assert said in process.err and process.out == ""


def test_check_explains_a_configuration_and_what_records_make_of_it(tmp_path):
    (tmp_path / "flows.json").write_bytes(lines(FLOWS))
    checked = check(tmp_path, from_file(example("ports-and-protocols"), "flows.json"))
    assert checked.exit_status == 0 and checked.err == ""
    for said in (
        "counts bytes in flow_port_bytes_total by proto, src_port, dst_port; at most 10,000 series, "
        "those with most traffic, until they do not count for 1d",
        "counts packets in flow_protocol_packets_total by proto, exporter; at most 5,000 series",
        "at most 30,000 series in 5 metrics",
        "µs of CPU for a record",
        "of 7 records flow_service_bytes_total has 5 series, flow_port_bytes_total has 7 series",
        "no problem, no warning",
    ):
        assert said in checked.out, said


def test_passwords_in_a_file_are_never_shown(tmp_path):
    text = (
        "brokers: 127.0.0.1:1\ntopic: flows\nas-names: none\nasn: 1\n"
        "kafka: {security.protocol: SASL_PLAINTEXT, sasl: {mechanism: PLAIN, username: weir, "
        "password: hunter22}}\n"
    )
    for flags in ((), ("--log.level", "debug")):
        checked = check(tmp_path, text, *flags)
        assert checked.exit_status == 0 and "login by PLAIN as weir" in checked.out
        assert "hunter22" not in checked.out + checked.err
    checked = check(tmp_path, text.replace("sasl: {", "sasl: {no.such: hunter22, "))
    assert checked.exit_status == 2 and "weir.yaml: kafka: sasl.no.such" in checked.err
    assert "hunter22" not in checked.out + checked.err
