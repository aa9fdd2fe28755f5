"""Lookups and sampling in a running exporter: what records do not say is filled in from files, which
take effect when they change and do no harm when they are broken."""

import os
import shutil
import signal

import pytest

from servers.process import ROOT
from servers.weir import Weir, run
from support.messages import dumps, pmacct

CONFIG = """\
from: flows
as-names: asn.mmdb
sampling: {table: rates.csv}
lookups:
  geo: [country.mmdb, asn.mmdb]
  networks: networks.csv
  interfaces: interfaces.csv
  exporters: exporters.csv
metrics:
  - name: place_bytes_total
    labels: [src_country, src_country_numeric, dst_country]
  - name: as_bytes_total
    labels: {src_as: src_as, dst_as: dst_as, dst_name: {field: dst_as, lookup: as_name}}
  - name: customer_bytes_total
    where: src_network
    labels: [src_network, src_customer]
  - name: interface_bytes_total
    labels: [exporter_name, in_if_name, in_if_description, in_if_speed]
"""
NETWORKS = 'prefix,name,customer\n192.0.2.0/24,office,\n192.0.2.128/25,"labs, east",Example\n'
TABLES = {
    "networks.csv": NETWORKS,
    "interfaces.csv": "203.0.113.1,1,ge-0,uplink,10G\n",
    "exporters.csv": "203.0.113.1,core\n",
    "rates.csv": "203.0.113.1,100\n",
}


def flow(octets, source="192.0.2.1", exporter="203.0.113.1", as_dst=0):
    return {
        **pmacct(0, as_dst, octets), "ip_src": source, "ip_dst": "198.51.100.1",
        "peer_ip_src": exporter, "iface_in": 1, "sampling_rate": 10,
    }  # fmt: skip


def replace(path, text):
    """As it should be done: at once."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


@pytest.fixture
def running(tmp_path):
    """An exporter, and the pipe that it reads."""
    for name, text in {**TABLES, "weir.yaml": CONFIG}.items():
        (tmp_path / name).write_text(text)
    for name in ("country.mmdb", "asn.mmdb"):
        shutil.copy(ROOT / "tests" / "data" / name, tmp_path)
    os.mkfifo(tmp_path / "flows")
    weir = Weir("export", "--config", "weir.yaml", folder=tmp_path)
    with weir, open(tmp_path / "flows", "wb", buffering=0) as pipe:
        weir.wait_ready()
        yield weir, pipe


def send(running, *flows):
    """Sends records and returns the metrics in which they count."""
    weir, pipe = running
    before = weir.metrics().value("weir_messages_total")
    pipe.write(b"".join(dumps(each) + b"\n" for each in flows))
    return weir.wait_metrics(lambda m: m.value("weir_messages_total") == before + len(flows))


def customer(metrics, network, customer):
    return metrics.value("customer_bytes_total", src_network=network, src_customer=customer)


def test_what_records_do_not_say_is_filled_in(running):
    metrics = send(
        running,
        flow(1),
        flow(20, source="192.0.2.129"),
        flow(300, source="203.0.113.7", exporter="203.0.113.2", as_dst=64511),
    )
    places = {"src_country": "DE", "src_country_numeric": "276", "dst_country": "AU"}
    assert metrics.value("place_bytes_total", **places) == 100
    places |= {"src_country": "CZ", "src_country_numeric": "203"}
    assert metrics.value("place_bytes_total", **places) == 2000
    systems = {"src_as": "64496", "dst_as": "64497", "dst_name": "Příklad dvě"}
    assert metrics.value("as_bytes_total", **systems) == 2100
    assert metrics.value("as_bytes_total", src_as="0", dst_as="64511", dst_name="") == 3000, "its own"
    assert customer(metrics, "office", "") == 100
    assert customer(metrics, "labs, east", "Example") == 2000
    port = {"in_if_name": "ge-0", "in_if_description": "uplink", "in_if_speed": "10000000000"}
    assert metrics.value("interface_bytes_total", exporter_name="core", **port) == 2100
    used = "weir_sampling_records_total"
    assert metrics.value(used, exporter="203.0.113.1", rule="table") == 2
    assert metrics.value(used, exporter="203.0.113.2", rule="record") == 1


def test_changed_files_take_effect_and_broken_ones_do_not(running, tmp_path):
    weir, _ = running
    send(running, flow(1))
    replace(tmp_path / "networks.csv", "192.0.2.0/24,headquarters,Example\n")
    replace(tmp_path / "exporters.csv", "203.0.113.1\n")
    replace(tmp_path / "country.mmdb", "torn")
    weir.send_signal(signal.SIGHUP)
    failures = "weir_lookup_failures_total"
    weir.wait_metrics(
        lambda m: m.value("weir_lookup_entries", kind="networks", path="networks.csv") == 1
        and m.value(failures, kind="exporters", path="exporters.csv") > 0
        and m.value(failures, kind="geo", path="country.mmdb") > 0,
        what="the files to be looked at",
    )
    metrics = send(running, flow(2))
    assert customer(metrics, "office", "") == 100
    assert customer(metrics, "headquarters", "Example") == 200
    labels = {"src_country": "DE", "src_country_numeric": "276", "dst_country": "AU"}
    assert metrics.value("place_bytes_total", **labels) == 300, "the old database still counts"
    assert "exporters.csv" in weir.err and "line 1: name" in weir.err


def test_a_file_that_is_wrong_at_the_start_is_named_with_its_line(tmp_path):
    (tmp_path / "networks.csv").write_text(NETWORKS + "192.0.2.0/33,x\n")
    (tmp_path / "weir.yaml").write_text("demo: true\nlookups: {networks: networks.csv}\n")
    process = run("export", "--config", "weir.yaml", folder=tmp_path)
    assert process.exit_status == 2
    assert 'networks.csv: line 4: prefix "192.0.2.0/33"' in process.err
