"""Each configuration of deploy/pmacct, as it stands: routers and packets -> pmacct -> Kafka -> weir
-> Prometheus, and every byte comes out of PromQL under its ASes, direction and router."""

import contextlib
import re
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass, replace

import pytest

from servers.pmacct import CONFIGURATIONS, Pmacct
from servers.process import PATIENCE, ROOT
from servers.prometheus import Prometheus
from servers.weir import Weir
from support.feed import Router
from support.packets import packets, pcap
from support.traffic import (HOME, NEIGHBOURS, OWN, RECEIVE, TRANSMIT, Traffic, as_names,
                             truth)  # fmt: skip

METRICS = {RECEIVE: "flow_receive_bytes_total", TRANSMIT: "flow_transmit_bytes_total"}


@dataclass
class Chain:
    """What runs behind one configuration, and what must come out of it."""

    pmacct: Pmacct
    weir: Weir
    sent: Counter


def own_as_zero(flow):
    """The flow as routers export it that know no AS number for their own networks."""
    numbers = (0 if n == OWN else n for n in (flow.src_as, flow.dst_as))
    return replace(flow, **dict(zip(("src_as", "dst_as"), numbers)))


def no_as(flow):
    return replace(flow, src_as=0, dst_as=0)


def ipv4(flows):
    return [flow for flow in flows if flow.version == 4]


def feed_nfacctd(pmacct):
    """Three routers, each with a form and a quirk of its own."""
    traffic = Traffic(seed=1)
    sent = Counter()
    with Router("bdr1", "v5", pmacct.port) as router:
        sent += router.send(traffic.flows(1500), change=own_as_zero)
    with Router("bdr2", "v9", pmacct.port, sampling=1000) as router:
        sent += router.send(traffic.flows(1500))
    with Router("bdr3", "ipfix", pmacct.port) as router:
        sent += router.send(traffic.flows(1500))
    return sent


def feed_nfacctd_networks(pmacct):
    """Routers that send no AS numbers, or 0, or wrong ones; and softflowd, which has none."""
    # Of two bytes only, for what NetFlow v5 says is not asked.
    traffic = Traffic(seed=2, neighbours=[n for n in NEIGHBOURS if n.number <= 0xFFFF])
    sent = Counter()
    with Router("bdr1", "v9", pmacct.port, leave_out=("src_as", "dst_as")) as router:
        sent += router.send(ipv4(traffic.flows(1000)))
    with Router("bdr2", "v5", pmacct.port, sampling=100) as router:
        sent += router.send(traffic.flows(1000), change=no_as)
    with Router("bdr3", "ipfix", pmacct.port) as router:
        flows = traffic.flows(1000)
        sent += router.send(ipv4(flows), change=lambda f: replace(f, src_as=1, dst_as=OWN))
        router.send(flow for flow in flows if flow.version == 6)  # nothing is known of these
    return sent + softflowd(pmacct, [replace(f, router="") for f in ipv4(traffic.flows(200))])


def softflowd(pmacct, flows):
    capture = pmacct.folder / "softflowd.pcap"
    capture.write_bytes(pcap(packets(flows)))
    subprocess.run(
        ["/usr/sbin/softflowd", "-d", "-r", capture, "-n", f"127.0.0.1:{pmacct.port}", "-v", "10",
         "-c", "none", "-p", "softflowd.pid"],
        cwd=pmacct.folder, check=True, timeout=30 * PATIENCE, stdin=subprocess.DEVNULL, capture_output=True,
    )  # fmt: skip
    return truth(flows)


def feed_sfacctd(pmacct):
    traffic = Traffic(seed=3, largest=20)
    sent = Counter()
    with Router("bdr1", "sflow", pmacct.port) as router:
        sent += router.send(ipv4(traffic.flows(600)))
    with Router("bdr2", "sflow", pmacct.port, sampling=1024) as router:
        flows = traffic.flows(600)
        sent += router.send(ipv4(flows))
        for (way, source, target, name), octets in router.send(
            flow for flow in flows if flow.version == 6
        ).items():
            sent[way, source, 0 if target == OWN else target, name] += octets
    return sent


def feed_pmacctd(pmacct):
    flows = Traffic(seed=4, largest=10).flows(500)
    pmacct.send_packets(packets(flows))
    return truth(ipv4(flows), label="gw1")


FEEDS = {
    "nfacctd.conf": feed_nfacctd,
    "nfacctd-networks.conf": feed_nfacctd_networks,
    "sfacctd.conf": feed_sfacctd,
    "pmacctd.conf": feed_pmacctd,
}


@pytest.fixture(scope="module")
def chains(kafka, tmp_path_factory):
    """All configurations have got their traffic, and all of it has come to weir."""
    folder = tmp_path_factory.mktemp("pmacct")
    (folder / "asn.txt").write_text(as_names())
    chains = {}
    try:
        for file in FEEDS:
            topic = kafka.create_topic(f"pmacct-{file}", partitions=2)
            own = f"{OWN},0" if file == "sfacctd.conf" else str(OWN)
            weir = Weir(
                "export", "--brokers", kafka.brokers, "--topic", topic, "--asn", own,
                "--as-names", folder / "asn.txt", folder=folder, name=f"weir-{file}",
            )  # fmt: skip
            chains[file] = Chain(Pmacct.deployed(file, kafka, topic, folder), weir.start(), None)
            weir.wait_ready()
            chains[file].pmacct.start()
        for file, feed in FEEDS.items():
            chains[file].sent = feed(chains[file].pmacct)
        for chain in chains.values():
            chain.pmacct.drain()
            chain.pmacct.send_signal(signal.SIGINT)
        for file, chain in chains.items():
            assert chain.pmacct.stop() == 0
            ends = sum(kafka.offsets(f"pmacct-{file}", partition)[1] for partition in (0, 1))
            chain.weir.wait_metrics(lambda m: m.value("weir_consumer_offset") == ends)
        yield chains
    finally:
        for chain in chains.values():
            if chain.pmacct.running:
                chain.pmacct.kill()
            chain.weir.stop()


@pytest.fixture(scope="module")
def prometheus(chains, tmp_path_factory):
    targets = [f"127.0.0.1:{chain.weir.port}" for chain in chains.values()]
    with Prometheus(folder=tmp_path_factory.mktemp("prometheus"), targets=targets) as prometheus:
        scraped = [({}, float(len(targets)))]
        prometheus.wait_for(lambda: prometheus.query("count(up == 1)") == scraped, what="scrapes")
        yield prometheus


def shown(prometheus, weir):
    """What PromQL gives, in the form of traffic.truth()."""
    found = Counter()
    for way, name in METRICS.items():
        by = "sum by (source_as, destination_as, hostname)"
        query = f'{by} ({name}{{instance="127.0.0.1:{weir.port}"}})'
        for labels, value in prometheus.query(query):
            ends = int(labels["source_as"]), int(labels["destination_as"])
            found[way, *ends, labels.get("hostname", "")] = value
    return found


@pytest.mark.parametrize("file", FEEDS)
def test_every_byte_comes_out_of_promql(file, chains, prometheus):
    chain = chains[file]
    assert "missing data" not in chain.pmacct.err
    assert chain.pmacct.purged()[0] == chain.pmacct.purged()[1] > 0
    with contextlib.suppress(AssertionError):  # what differs is told below
        prometheus.wait_for(lambda: shown(prometheus, chain.weir) == chain.sent)
    assert shown(prometheus, chain.weir) == chain.sent
    assert len(chain.sent) > 20 and {way for way, *_ in chain.sent} == {RECEIVE, TRANSMIT}


def test_the_labels_are_names_of_ases_and_routers(chains, prometheus):
    chain = chains["nfacctd.conf"]
    query = f'{METRICS[RECEIVE]}{{instance="127.0.0.1:{chain.weir.port}",source_as="64496"}}'
    rows = prometheus.wait_for(lambda: prometheus.query(query))
    found = {labels["hostname"]: labels for labels, _ in rows}
    assert found.keys() == {"bdr1", "bdr2", "bdr3"}
    assert {labels["source_as_name"] for labels in found.values()} == {"NORDTRANSIT"}
    assert {labels["destination_as_name"] for labels in found.values()} == {HOME.name}


def test_what_is_not_counted_is_accounted_for(chains):
    for chain in chains.values():
        metrics = chain.weir.metrics()
        assert metrics.value("weir_records_unaccounted") == 0
        assert metrics.value("weir_records_refused_total") == 0
        assert metrics.value("weir_records_filtered_total", reason="no_metric") > 0
        counted = metrics.value("weir_records_counted_total")
        filtered = metrics.value("weir_records_filtered_total")
        assert counted + filtered == metrics.value("weir_records_total") == chain.pmacct.purged()[0]


def test_the_guide_shows_the_files_that_are_tested_here():
    """Every block of the guide without a language is a file of deploy/pmacct, named above it."""
    guide = (ROOT / "docs" / "pmacct.md").read_text()
    shown = set()
    for above, language, block in re.findall(r"([^\n]*)\n\n```(\w*)\n(.*?)\n```\n", guide, re.DOTALL):
        if not language:
            name = re.search(r"\(\.\./deploy/pmacct/([\w.-]+)\):$", above)[1]
            assert block + "\n" == (CONFIGURATIONS / name).read_text(), name
            shown.add(name)
    assert shown == {path.name for path in CONFIGURATIONS.iterdir()} - {"networks.lst"}
