"""A real Prometheus scrapes weir, and PromQL gives exactly what was sent."""

import gzip
import subprocess

import pytest

from servers import metrics
from servers.prometheus import Prometheus
from support.messages import OWN, Message, dumps, odd_messages, pmacct, sound
from support.truth import METRICS, RECEIVE, Truth

# What Prometheus 2.42 asks for.
ACCEPT = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
NAMES = {6939: "HURRICANE", 15169: "GOOGLE \u00dc, \"quoted\" \\ Inc", OWN[0]: "OWN, Inc"}
LABELS = (
    'a "quoted" one', "back\\slash\\n", "two\nlines", "\u00fc\U0001f600", "nul\0nul", "",
    '{a="b"}',
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prometheus")
    lines = [f"{number} {name}, ZZ\n" for number, name in NAMES.items()]
    (folder / "asn.txt").write_text("".join(lines))
    return folder


@pytest.fixture
def odd(kafka, topic, export, folder):
    """An exporter that has counted odd records, and the truth of them."""
    name = topic(partitions=3)
    weir = export(
        "--brokers", kafka.brokers, "--topic", name, "--asn", ",".join(map(str, OWN)),
        "--as-names", folder / "asn.txt", "--format", "json",
    )  # fmt: skip
    weir.wait_ready()
    truth = Truth(OWN, NAMES)
    messages = odd_messages(11, 600)
    messages += [
        sound(dumps(pmacct(6939, OWN[0], 2**52 + n, label))) for n, label in enumerate(LABELS)
    ]
    for partition in range(3):
        part: list[Message] = messages[partition::3]
        kafka.produce(name, [message.value for message in part], partition)
        for message in part:
            truth.add(message, name, partition)
    weir.wait_metrics(lambda m: m.value("weir_messages_total") == len(messages))
    truth.check(weir.metrics())
    return weir, truth


def test_promql_gives_exactly_the_bytes_that_were_sent(odd, folder):
    weir, truth = odd
    with Prometheus(folder=folder, targets=[f"127.0.0.1:{weir.port}"]) as prometheus:

        def all_is_shown():
            check_promql(prometheus, truth)
            return True

        # Between two scrapes, of which the first one or one that was too slow shows nothing.
        prometheus.wait_for(all_is_shown, what="showing all")


def check_promql(prometheus, truth):
    assert prometheus.query("up == 1")
    assert [target["lastError"] for target in prometheus.targets()] == [""]
    for name in METRICS:
        # Every series, with every byte of its labels.
        shown = {}
        for labels, value in prometheus.query(name):
            for extra in ("__name__", "job", "instance"):
                del labels[extra]
            # Prometheus drops labels that are empty.
            shown[frozenset(labels.items())] = value
        wanted = {
            frozenset((label, text) for label, text in labels if text): float(value)
            for labels, value in truth.series[name].items()
        }
        assert shown == wanted
        # A sum of doubles is exact where all of it stays below 2^53.
        small = {k: v for k, v in truth.series[name].items() if v < 2**45}
        assert len(small) > 50 and sum(small.values()) < 2**53
        assert prometheus.query(f"sum({name} < 2^45)") == [({}, float(sum(small.values())))]
        by_name = {}
        for labels, value in small.items():
            source = dict(labels)["source_as_name"]
            by_name[source] = by_name.get(source, 0) + value
        found = prometheus.query(f"sum by (source_as_name) ({name} < 2^45)")
        assert {labels.get("source_as_name", ""): v for labels, v in found} == by_name
        assert len(by_name) > 1
    assert prometheus.query("weir_records_unaccounted == 0")
    assert prometheus.query("count(up == 1)") == [({}, 1.0)]


def test_openmetrics_and_gzip_are_negotiated_and_say_the_same(odd):
    weir, truth = odd
    status, headers, packed = weir.get("/metrics", Accept=ACCEPT, Accept_Encoding="gzip")
    assert status == 200
    assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert headers["Content-Encoding"] == "gzip"
    assert int(headers["Content-Length"]) == len(packed)
    text = gzip.decompress(packed).decode()
    assert text.endswith("# EOF\n") and text.count("# EOF") == 1
    assert "# TYPE flow_receive_bytes counter\n" in text
    assert "_created" not in text
    plain = text.removesuffix("# EOF\n").splitlines()
    _, headers, body = weir.get("/metrics", Accept="text/plain", Accept_Encoding="identity")
    assert headers["Content-Encoding"] is None
    assert int(headers["Content-Length"]) == len(body)
    lines = body.decode().splitlines()
    for name in METRICS:
        one = [line for line in plain if line.startswith(name + "{")]
        other = [line for line in lines if line.startswith(name + "{")]
        assert one == other and len(one) == len(truth.series[name])
    truth.check(metrics.parse(body.decode()))


def test_promtool_finds_nothing_to_complain_about(odd):
    weir, _ = odd
    _, _, body = weir.get("/metrics", Accept="text/plain")
    done = subprocess.run(
        ["/usr/bin/promtool", "check", "metrics"], input=body, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert RECEIVE.encode() in body
