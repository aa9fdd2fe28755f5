"""goflow2's records, as goflow2 itself writes them: exact sums, and every field means what it says."""

import json
from collections import Counter
from dataclasses import replace
from ipaddress import ip_network

import pytest

from servers import goflow2
from servers.goflow2 import Goflow2
from servers.weir import Weir
from support.feed import Router
from support.traffic import OWN, RECEIVE, TRANSMIT, Traffic

METRICS = {RECEIVE: "flow_receive_bytes_total", TRANSMIT: "flow_transmit_bytes_total"}


def every_protocol(flows):
    """A flow of each protocol up to the last that has a name, and of some that have none."""
    flow = next(flow for flow in flows if flow.version == 4 and OWN in (flow.src_as, flow.dst_as))
    return [replace(flow, proto=proto) for proto in (*range(150), 253, 254, 255)]


def send_to_goflow2(kafka, folder, form):
    """(topic, what was sent as traffic.truth() without routers, flows of NetFlow v9)"""
    try:
        goflow2.program()
    except goflow2.NotThere as reason:
        pytest.skip(str(reason))
    topic = kafka.create_topic(f"goflow2.{form}", partitions=2)
    traffic = Traffic(seed=6, largest=30)
    totals, count = Counter(), 0
    with Goflow2(kafka, topic, folder, form=form) as collector:
        for protocol in ("v5", "v9", "ipfix", "sflow"):
            port = collector.sflow_port if protocol == "sflow" else collector.netflow_port
            flows = traffic.flows(300)
            if protocol == "v9":
                flows += every_protocol(flows)
                v9 = flows
            # goflow2 leaves the correction for sampling to those who read its records.
            with Router("bdr1", protocol, port) as router:
                for (way, source, target, _), octets in router.send(flows).items():
                    totals[way, source, target] += octets
            of_v5 = sum(flow.version == 4 for flow in flows)
            packets = sum(flow.packets for flow in flows)
            count += {"v5": of_v5, "sflow": packets}.get(protocol, len(flows))

        def all_there():
            return sum(kafka.offsets(topic, partition)[1] for partition in (0, 1)) == count

        collector.wait_for(all_there, what=f"{count} messages")
    return topic, totals, v9


@pytest.fixture(scope="module")
def sent(kafka, tmp_path_factory):
    return send_to_goflow2(kafka, tmp_path_factory.mktemp("json"), "json")


@pytest.fixture(scope="module")
def sent_as_protobuf(kafka, tmp_path_factory):
    return send_to_goflow2(kafka, tmp_path_factory.mktemp("bin"), "bin")


@pytest.fixture(scope="module")
def records(kafka, sent, tmp_path_factory):
    """A file of the NetFlow v9 records that goflow2 wrote."""
    path = tmp_path_factory.mktemp("records") / "goflow2.jsonl"
    values = [record.value for record in kafka.consume(sent[0])]
    v9 = [value for value in values if json.loads(value)["type"] == "NETFLOW_V9"]
    path.write_bytes(b"\n".join(v9) + b"\n")
    return path


def shown_by(kafka, export, topics, *flags):
    """Bytes by (way, source, target) once all that the topics hold is counted; nothing is refused."""
    weir = export(
        "--brokers", kafka.brokers, "--topic", ",".join(topics), "--start", "earliest",
        "--asn", OWN, *flags,
    )  # fmt: skip
    ends = sum(kafka.offsets(topic, partition)[1] for topic in topics for partition in (0, 1))
    metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") == ends)
    shown = Counter()
    for way, name in METRICS.items():
        for labels, value in metrics[name].items():
            labels = dict(labels)
            assert labels["hostname"] == ""
            shown[way, int(labels["source_as"]), int(labels["destination_as"])] = value
    assert metrics.value("weir_records_total") == ends
    assert metrics.value("weir_records_refused_total") == 0
    assert metrics.value("weir_records_unaccounted") == 0
    return shown


def test_bytes_between_ases_are_exact(kafka, sent, export):
    topic, totals, _ = sent
    assert shown_by(kafka, export, [topic]) == totals and len(totals) > 20


def test_protobuf_says_the_same_as_json(kafka, sent, sent_as_protobuf, export):
    topic, totals, _ = sent_as_protobuf
    assert totals == sent[1]
    assert shown_by(kafka, export, [topic], "--format", "goflow2-protobuf") == totals
    # Both at once, and weir finds out which is which.
    both = shown_by(kafka, export, [topic, sent[0]], "--format", "auto")
    assert both == totals + totals


FILTERS = {
    "proto == 'TCP'": lambda f: f.proto == 6,
    "proto == udp": lambda f: f.proto == 17,
    "proto in [1, 58]": lambda f: f.proto in (1, 58),
    "proto in [61-99]": lambda f: 61 <= f.proto <= 99,
    "proto in [100-138]": lambda f: 100 <= f.proto <= 138,
    "proto >= 141": lambda f: 141 <= f.proto < 146,
    "proto != 6 and not proto": lambda f: f.proto == 0 or f.proto >= 146,
    "etype == 0x86dd": lambda f: f.version == 6,
    "etype == 0x0800": lambda f: f.version == 4,
    "src_addr in [198.18.1.0/24, 2001:db8:2::/48]": lambda f: (
        f.src in (ip_network("198.18.1.0/24") if f.version == 4 else ip_network("2001:db8:2::/48"))
    ),
    "dst_addr == 203.0.113.7 or dst_addr == 2001:db8::7": lambda f: (
        str(f.dst) in ("203.0.113.7", "2001:db8::7")
    ),
    "src_port == 443": lambda f: f.src_port == 443,
    "dst_port in [53, 1024-65535]": lambda f: f.dst_port == 53 or f.dst_port >= 1024,
    "in_if == 101": lambda f: f.in_if == 101,
    "out_if in [100-110]": lambda f: 100 <= f.out_if <= 110,
    "src_as == 64496": lambda f: f.src_as == 64496,
    "dst_as == 65550": lambda f: f.dst_as == 65550,
    "packets >= 3": lambda f: f.packets >= 3,
    "bytes < 2000": lambda f: f.bytes < 2000,
    "tcp_flags has SYN": lambda f: f.tcp_flags & 2,
    "tos == 184": lambda f: f.tos == 184,
    "next_hop == 203.0.113.254": lambda f: str(f.next_hop) == "203.0.113.254",
    "src_net in [198.18.3.0/24]": lambda f: f.src in ip_network("198.18.3.0/24"),
    "dst_net == 203.0.113.0": lambda f: f.dst in ip_network("203.0.113.0/24"),
    "exporter == 127.0.0.11": lambda f: True,
    "first_seen >= 2020-01-01T00:00:00Z and last_seen < 2100-01-01T00:00:00Z": lambda f: True,
    "received > 2020-01-01T00:00:00Z": lambda f: True,
    "src_mac or vlan_id or src_vlan or flow_label or forwarding_status": lambda f: False,
    "communities or as_path or mpls_labels or observation_domain or dst_peer_as": lambda f: False,
}


@pytest.mark.parametrize("text", FILTERS)
def test_fields_mean_what_goflow2_says(text, sent, records, tmp_path):
    wanted = [flow for flow in sent[2] if FILTERS[text](flow)]
    with Weir(
        "export", "--from", records, "--asn", OWN, "--as-names", "none", "--where", text,
        folder=tmp_path,
    ) as weir:  # fmt: skip
        metrics = weir.wait_metrics(lambda m: m.value("weir_records_total") == len(sent[2]))
    own = [flow for flow in wanted if OWN in (flow.src_as, flow.dst_as)]
    assert sum(map(metrics.value, METRICS.values())) == sum(flow.bytes for flow in own)
    assert metrics.value("weir_records_counted_total") == len(own)
    assert metrics.value("weir_records_refused_total") == 0
