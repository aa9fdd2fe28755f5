"""Started as flow-exporter, with its flags: everything downstream goes on working."""

import pytest

from servers.process import Process, free_port, http_get
from servers.weir import PROGRAM, Weir
from servers import metrics
from support.messages import dumps, pmacct
from support.truth import RECEIVE, TRANSMIT, check_sums, key

HEADS = """\
# HELP flow_receive_bytes_total Bytes received.
# TYPE flow_receive_bytes_total counter
# HELP flow_transmit_bytes_total Bytes transferred.
# TYPE flow_transmit_bytes_total counter
"""


class FlowExporter(Weir):
    """The same program through a symlink of the old name."""

    def __init__(self, folder, port, *words):
        link = folder / "flow-exporter"
        link.symlink_to(PROGRAM)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        env = {"CACHE_DIRECTORY": str(folder)}
        Process.__init__(self, "flow-exporter", [link, *words], folder, env)


def double(kafka, topic, port):
    return [f"--broker={kafka.brokers}", f"--topic={topic}", "--asn=64500", "--partitions=all",
            f"--addr=127.0.0.1:{port}", "--as-names=none"]  # fmt: skip


def single(kafka, topic, port):
    return ["-broker", kafka.brokers, "-topic", topic, "-asn", "64500", "-partitions", "all",
            "-addr", f"127.0.0.1:{port}", "-as-names=none"]  # fmt: skip


def single_with_equals(kafka, topic, port):
    return [f"-broker={kafka.brokers}", f"-topic={topic}", "-asn=64500,64501",
            f"-addr=127.0.0.1:{port}", "--as-names", "none"]  # fmt: skip


@pytest.mark.parametrize("style", [double, single, single_with_equals])
def test_todays_flags_and_metrics(kafka, topic, tmp_path, style):
    name, port = topic(partitions=2), free_port()
    with FlowExporter(tmp_path, port, *style(kafka, name, port)) as exporter:
        exporter.wait_ready()
        kafka.produce(name, [dumps(pmacct(6939, 64500, 52)), dumps(pmacct(64500, 15169, 7))], 0)
        kafka.produce(name, [dumps(pmacct(6939, 64500, 48)), dumps(pmacct(1, 2, 3))], 1)
        exporter.wait_metrics(lambda m: m.value("weir_records_total") == 4)
        status, headers, body = exporter.get("/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = body.decode().splitlines()
    heads = [line for line in lines if line.startswith("# ") and " flow_" in line]
    assert heads == HEADS.splitlines()
    samples = [line for line in lines if line.startswith("flow_")]
    assert [line.rsplit(" ", 1)[1] for line in samples] == ["100", "7"]
    parsed = metrics.parse(body.decode())
    assert parsed[RECEIVE] == {key(6939, 64500, "bdr1"): 100}
    assert parsed[TRANSMIT] == {key(64500, 15169, "bdr1"): 7}
    assert parsed.value("weir_records_filtered_total", reason="no_metric") == 1
    check_sums(parsed)


def test_without_asn_it_warns_and_takes_0(kafka, topic, tmp_path):
    name, port = topic(), free_port()
    words = [word for word in double(kafka, name, port) if not word.startswith("--asn=")]
    with FlowExporter(tmp_path, port, *words) as exporter:
        exporter.wait_for_text("level=warn.*--asn")
        exporter.wait_ready()
        missing = pmacct(1, 0, 5)
        del missing["as_dst"]
        kafka.produce(name, map(dumps, [pmacct(0, 1, 3), missing, pmacct(1, 2, 9)]), 0)
        parsed = exporter.wait_metrics(lambda m: m.value("weir_records_total") == 3)
    assert parsed[TRANSMIT] == {key(0, 1, "bdr1"): 3}
    assert parsed[RECEIVE] == {key(1, 0, "bdr1"): 5}


def test_names_that_cannot_be_fetched_do_not_keep_it_from_counting(kafka, topic, tmp_path):
    name, port = topic(), free_port()
    words = double(kafka, name, port)
    words[-1] = "--as-names=http://127.0.0.1:9/asn.txt"
    with FlowExporter(tmp_path, port, *words) as exporter:
        exporter.wait_ready()
        kafka.produce(name, [dumps(pmacct(6939, 64500, 52))], 0)
        parsed = exporter.wait_metrics(
            lambda m: m.value("weir_records_total") == 1
            and m.value("weir_as_names_failures_total") >= 1
        )
        assert parsed[RECEIVE] == {key(6939, 64500, "bdr1"): 52}
        assert http_get(exporter.url + "/-/healthy")[0] == 200
