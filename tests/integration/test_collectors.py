"""The same datagrams through nfacctd and sfacctd, goflow2 (JSON and protobuf) and nfcapd: what `weir
print` shows of their records is the same, field by field, but for what docs/formats.md tells."""

import json
import socket
import subprocess
from collections import Counter, defaultdict
from datetime import datetime

import pytest

from servers import goflow2
from servers.goflow2 import Goflow2
from servers.nfcapd import Nfcapd
from servers.pmacct import Pmacct
from servers.process import BUILD, PATIENCE, free_port
from support.feed import ROUTERS, Receiver, Sender
from support.netflow import Ipfix, NetflowV5, NetflowV9
from support.packets import packets
from support.sflow import Sflow
from support.traffic import OWN, Traffic

PMACCT = """
daemonize: false
{daemon}_ip: 127.0.0.1
{daemon}_port: {port}
{daemon}_as: netflow
{daemon}_net: netflow
timestamps_utc: true
plugins: kafka[all]
aggregate[all]: {primitives}
kafka_output[all]: json
kafka_topic[all]: {topic}
kafka_broker_host[all]: 127.0.0.1
kafka_broker_port[all]: {broker}
kafka_refresh_time[all]: 1
kafka_multi_values[all]: 4096
plugin_pipe_size[all]: 10240000
plugin_buffer_size[all]: 1024
"""
PRIMITIVES = (
    "src_host, dst_host, src_port, dst_port, proto, tos, tcpflags, src_as, dst_as, in_iface, out_iface, "
    "src_mask, dst_mask, src_net, dst_net, peer_src_ip, sampling_rate, etype, flows, timestamp_arrival"
)
OF_NETFLOW = "timestamp_start, timestamp_end, export_proto_seqno, export_proto_sysid"
OF_SFLOW = "src_mac, dst_mac"

# What all collectors have of NetFlow. nfcapd does not keep the masks of v5.
KEYS = ("exporter", "src_addr", "dst_addr", "src_port", "dst_port", "proto", "tcp_flags", "tos",
        "in_if", "out_if", "src_as", "dst_as", "observation_domain")  # fmt: skip
ROUTED = ("src_mask", "dst_mask", "src_net", "dst_net")
TIMES = ("first_seen", "last_seen")
COUNTS = ("packets", "bytes")
FIELDS = ("flows", *COUNTS, *KEYS, *ROUTED, *TIMES, "received", "next_hop", "etype", "sampling_rate",
          "export_sequence", "src_mac", "dst_mac", "flow_type", "sampled")  # fmt: skip
SAMPLED = {"v5": 10, "v9": 100, "ipfix": 1000, "sflow": 512}
ROUTER = {"v5": "bdr1", "v9": "bdr2", "ipfix": "bdr3", "sflow": "bdr1"}


def datagrams():
    """{form: datagrams}: v5, v9, IPFIX and sFlow of flows of their own."""
    traffic = Traffic(seed=11, largest=20)
    flows = {form: traffic.flows(150) for form in SAMPLED}
    flows["v5"] = [flow for flow in flows["v5"] if flow.version == 4]
    writers = {
        "v5": NetflowV5(sampling=SAMPLED["v5"]),
        "v9": NetflowV9(sampling=SAMPLED["v9"], domain=7),
        "ipfix": Ipfix(sampling=SAMPLED["ipfix"], domain=4_000_000_000),
    }
    made = {form: list(writer.datagrams(flows[form])) for form, writer in writers.items()}
    agent = Sflow(ROUTERS[ROUTER["sflow"]], OWN, rate=SAMPLED["sflow"])
    made["sflow"] = list(agent.datagrams(packets(flows["sflow"])))
    count = {form: len(flows[form]) for form in writers}
    count["sflow"] = sum(flow.packets for flow in flows["sflow"])
    return made, count


def feed(made, forms, port):
    for form in forms:
        with Sender(port, ROUTERS[ROUTER[form]]) as sender:
            sender.send(made[form])


def shown(*words):
    """The rows of `weir print`."""
    command = [BUILD / "weir", "print", *words, "--format", "json", "--fields", ",".join(FIELDS)]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True,
                          timeout=60 * PATIENCE)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def shown_of_topic(kafka, topic):
    return shown("--from-kafka", "--brokers", kafka.brokers, "--topic", topic)


def of_pmacct(kafka, made, counts, folder, netflow):
    daemon, forms = ("nfacctd", ("v5", "v9", "ipfix")) if netflow else ("sfacctd", ("sflow",))
    topic = kafka.create_topic(f"collectors.{daemon}")
    port = free_port(socket.SOCK_DGRAM)
    text = PMACCT.format(
        daemon=daemon, port=port, topic=topic, broker=kafka.port,
        primitives=f"{PRIMITIVES}, {OF_NETFLOW if netflow else OF_SFLOW}",
    )  # fmt: skip
    count = sum(counts[form] for form in forms)

    def all_there():
        lines = (line for record in kafka.consume(topic) for line in record.value.splitlines())
        return sum(json.loads(line)["flows"] for line in lines) == count

    with Pmacct(daemon, text, folder, port) as pmacct:
        feed(made, forms, port)
        pmacct.wait_for(all_there, what=f"{count} flows")
    return shown_of_topic(kafka, topic)


def of_goflow2(kafka, made, counts, folder, form):
    """(of NetFlow, of sFlow)"""
    topic = kafka.create_topic(f"collectors.{form}")
    with Goflow2(kafka, topic, folder, name=f"goflow2-{form}", form=form) as collector:
        feed(made, ("v5", "v9", "ipfix"), collector.netflow_port)
        feed(made, ("sflow",), collector.sflow_port)
        count = sum(counts.values())
        collector.wait_for(lambda: kafka.offsets(topic, 0)[1] == count, what=f"{count} messages")
    rows = shown_of_topic(kafka, topic)
    assert len(rows) == count
    return tuple([row for row in rows if (row["flow_type"] == "SFLOW_5") == sflow] for sflow in (False, True))


def of_nfcapd(made, folder):
    with Nfcapd(folder, interval=86400) as collector:
        feed(made, ("v5", "v9", "ipfix"), collector.port)
        collector.wait_for(lambda: Receiver.of(collector.port).waiting == 0, what="taking it all")
    rows = shown(*collector.files())
    # It multiplies what it knows the rate of, and marks that.
    assert {form_of(row) for row in rows if row["sampled"]} == {"v5"}
    for row in rows:
        for name in COUNTS if row["sampled"] else ():
            assert row[name] % SAMPLED[form_of(row)] == 0
            row[name] //= SAMPLED[form_of(row)]
    return rows


@pytest.fixture(scope="module")
def sent():
    """(datagrams, flows) by form"""
    return datagrams()


@pytest.fixture(scope="module")
def nfacctd(kafka, sent, tmp_path_factory):
    return of_pmacct(kafka, *sent, tmp_path_factory.mktemp("nfacctd"), netflow=True)


@pytest.fixture(scope="module")
def sfacctd(kafka, sent, tmp_path_factory):
    return of_pmacct(kafka, *sent, tmp_path_factory.mktemp("sfacctd"), netflow=False)


@pytest.fixture(scope="module", params=("json", "bin"))
def goflow2_rows(request, kafka, sent, tmp_path_factory):
    try:
        goflow2.program()
    except goflow2.NotThere as reason:
        pytest.skip(str(reason))
    return of_goflow2(kafka, *sent, tmp_path_factory.mktemp("goflow2"), request.param)


@pytest.fixture(scope="module")
def nfcapd(sent, tmp_path_factory):
    return of_nfcapd(sent[0], tmp_path_factory.mktemp("nfcapd"))


def grouped(rows, fields):
    """{values of fields: counts, and how many flows}. pmacct adds up what is alike in all it prints."""
    totals = defaultdict(Counter)
    for row in rows:
        for name in COUNTS:
            totals[tuple(row.get(field) for field in fields)][name] += row[name]
    return totals


def form_of(row):
    return next(form for form, name in ROUTER.items() if ROUTERS[name] == row["exporter"])


def moment(text):
    return datetime.fromisoformat(text[:-1][:26] + "+00:00").timestamp()


def apart(mine, theirs):
    """Seconds that the times of the same flows are apart at most."""
    mine, theirs = (
        {tuple(map(row.get, (*KEYS, *COUNTS))): [moment(row[name]) for name in TIMES] for row in rows}
        for rows in (mine, theirs)
    )
    assert mine.keys() == theirs.keys()
    return max(abs(a - b) for key in mine for a, b in zip(mine[key], theirs[key]))


def test_nfacctd_and_nfcapd_say_the_same(nfacctd, nfcapd, sent):
    assert len(nfacctd) == len(nfcapd) == sum(n for form, n in sent[1].items() if form != "sflow")
    assert {row["flows"] for row in nfacctd + nfcapd} == {1}
    assert grouped(nfacctd, KEYS) == grouped(nfcapd, KEYS)
    templated = [[row for row in rows if form_of(row) != "v5"] for rows in (nfacctd, nfcapd)]
    assert grouped(templated[0], (*KEYS, *ROUTED)) == grouped(templated[1], (*KEYS, *ROUTED))
    # pmacct knows times relative to the exporter's start to the second only.
    assert apart(nfacctd, nfcapd) <= 1
    ipfix = [[row for row in rows if form_of(row) == "ipfix"] for rows in (nfacctd, nfcapd)]
    assert apart(*ipfix) == 0


def test_goflow2_says_the_same_as_nfacctd(goflow2_rows, nfacctd):
    fields = (*KEYS, *ROUTED, "etype", "sampling_rate", "export_sequence")
    netflow, _ = goflow2_rows
    assert grouped(netflow, fields) == grouped(nfacctd, fields)
    assert {form_of(row): row["sampling_rate"] for row in netflow} == {
        form: rate for form, rate in SAMPLED.items() if form != "sflow"
    }
    assert apart(netflow, nfacctd) <= 1


def test_goflow2_says_the_same_as_nfcapd(goflow2_rows, nfcapd):
    fields = (*KEYS, *TIMES, "next_hop")
    netflow, _ = goflow2_rows
    assert grouped(netflow, fields) == grouped(nfcapd, fields)


def test_goflow2_and_sfacctd_say_the_same_of_sflow(goflow2_rows, sfacctd):
    fields = tuple(name for name in KEYS if name != "observation_domain")
    fields += (*ROUTED, "etype", "sampling_rate", "src_mac", "dst_mac")
    _, sflow = goflow2_rows
    assert sum(row["flows"] for row in sfacctd) == len(sflow)
    # Of IPv6 sfacctd shows only the upper half of the traffic class.
    sflow = [{**row, "tos": row["tos"] >> 4} if ":" in row["src_addr"] else row for row in sflow]
    # goflow2 takes the agent's own AS for an empty path, sfacctd none.
    theirs = [{**row, "dst_as": row["dst_as"] or OWN} for row in sfacctd]
    assert grouped(sflow, fields) == grouped(theirs, fields)
