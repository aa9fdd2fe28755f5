"""The generators of traffic are themselves right: what they write is read back here by hand, and by
nfcapd, and nothing of it is lost on the way."""

import socket
import struct
import subprocess
import threading
from collections import Counter

import pytest

from servers.process import PATIENCE, Process, free_port
from support.feed import Receiver, Router, Sender, run
from support.netflow import Ipfix, NetflowV5, NetflowV9
from support.packets import ETHERNET, headers, packets, pcap
from support.sflow import Sflow, framed
from support.traffic import AS_TRANS, NEIGHBOURS, OWN, RECEIVE, TRANSMIT, Traffic, narrow, truth


def clock():
    return 1_800_000_000.25


def flows(count, **settings):
    return Traffic(seed=1, clock=clock, **settings).flows(count)


def test_a_seed_makes_the_same_flows_every_time():
    assert flows(50) == flows(50)
    assert flows(50) != Traffic(seed=2, clock=clock).flows(50)


def test_traffic_looks_like_an_operators():
    made = flows(5000)
    totals = truth(made)
    assert {way for way, *_ in totals} == {RECEIVE, TRANSMIT}
    share = Counter(n for flow in made for n in (flow.src_as, flow.dst_as) if n != OWN)
    assert [n for n, _ in share.most_common(3)] == [n.number for n in NEIGHBOURS[:3]]
    assert {flow.version for flow in made} == {4, 6} and {flow.proto for flow in made} > {6, 17}
    assert sum(flow.bytes for flow in made) > sum(totals.values())  # some of it passes by
    largest = sorted((flow.bytes for flow in made), reverse=True)
    assert sum(largest[:250]) > sum(largest) / 2
    for flow in made:
        assert 28 <= flow.bytes // flow.packets <= 1499
        assert flow.start <= flow.end <= clock() * 1000


def test_totals_add_up():
    made = flows(100)
    assert truth(made[:40]) + truth(made[40:]) == truth(made)
    assert sum(truth(made, label="x").values()) == sum(truth(made).values())


def test_netflow_v5_is_laid_out_as_ciscos_table_says():
    made = [flow for flow in flows(100) if flow.version == 4]
    exporter = NetflowV5(sampling=100, clock=clock)
    seen = []
    for datagram in exporter.datagrams(made):
        version, count, _, seconds, nanos, sequence = struct.unpack_from("!HHIIII", datagram)
        assert (version, seconds, nanos, sequence) == (5, 1_800_000_000, 250_000_000, len(seen))
        assert struct.unpack_from("!H", datagram, 22)[0] == 1 << 14 | 100
        assert len(datagram) == 24 + 48 * count <= 1400
        for at in range(24, len(datagram), 48):
            octets, source, target = (
                datagram[at + 20 : at + 24], datagram[at + 40 : at + 42], datagram[at + 42 : at + 44]
            )  # fmt: skip
            seen.append(tuple(int.from_bytes(part, "big") for part in (octets, source, target)))
    assert seen == [(flow.bytes, flow.src_as, flow.dst_as) for flow in map(narrow, made)]
    assert any(AS_TRANS in record for record in seen)
    with pytest.raises(ValueError, match="IPv4 only"):
        list(exporter.datagrams(flow for flow in flows(100) if flow.version == 6))


def sets(datagram, header):
    at = header
    while at < len(datagram):
        number, size = struct.unpack_from("!HH", datagram, at)
        assert size % 4 == 0 and size > 4
        yield number, datagram[at + 4 : at + size]
        at += size
    assert at == len(datagram)


@pytest.mark.parametrize("kind", (NetflowV9, Ipfix))
def test_v9_and_ipfix_are_whole_sets_with_templates_in_time(kind):
    made = flows(700)
    exporter = kind(domain=7, sampling=10, repeat=3, clock=clock)
    templates = (0, 1) if kind is NetflowV9 else (2, 3)
    records = sequence = 0
    for n, datagram in enumerate(exporter.datagrams(made)):
        assert len(datagram) <= 1400
        header = 20 if kind is NetflowV9 else 16
        parts = list(sets(datagram, header))
        numbers = [number for number, _ in parts]
        assert (numbers[: len(templates)] == list(templates)) == (n % 3 == 0)
        sizes = {256: exporter._sizes[4], 257: exporter._sizes[6]}
        here = sum(len(body) // sizes[number] for number, body in parts if number in sizes)
        options = numbers.count(258)
        if kind is NetflowV9:
            version, count, _, _, said, domain = struct.unpack_from("!HHIIII", datagram)
            assert (version, said, domain) == (9, n, 7)
            assert count == here + options * 4  # two templates, the options' and their record
        else:
            version, size, _, said, domain = struct.unpack_from("!HHIII", datagram)
            assert (version, size, said, domain) == (10, len(datagram), sequence, 7)
            sequence += here + options
        records += here
    assert records == len(made)


def test_sflow_samples_end_where_their_lengths_say():
    made = flows(200, largest=5)
    exporter = Sflow("192.0.2.1", OWN, rate=100, clock=clock)
    octets = pool = 0
    for n, datagram in enumerate(exporter.datagrams(packets(made))):
        assert len(datagram) <= 1400
        version, family, _, _, sequence, _, count = struct.unpack_from("!IIIIIII", datagram)
        assert (version, family, sequence) == (5, 1, n + 1)
        at = 28
        for _ in range(count):
            kind, size = struct.unpack_from("!II", datagram, at)
            fields = struct.unpack_from("!IIIIIIII", datagram, at + 8)
            assert (kind, fields[2], fields[3], fields[7]) == (1, 100, pool + 100, 3)
            pool += 100
            assert struct.unpack_from("!I", datagram, at + 40)[0] == 1  # raw header, Ethernet
            protocol, frame, stripped, captured = struct.unpack_from("!IIII", datagram, at + 48)
            assert (protocol, stripped) == (1, 4) and captured <= min(128, frame - 4)
            octets += frame
            at += 8 + size
        assert at == len(datagram)
    assert octets == sum(framed(flow).bytes for flow in made)


def test_packets_of_a_flow_add_up_to_it_and_have_whole_headers():
    for flow in flows(100, largest=20):
        of_flow = list(packets([flow]))
        assert len(of_flow) == flow.packets
        assert sum(packet.length for packet in of_flow) == flow.bytes
        header = headers(of_flow[0])[ETHERNET:]
        if flow.version == 4:
            total = sum(struct.unpack("!10H", header[:20]))
            while total > 0xFFFF:
                total = (total & 0xFFFF) + (total >> 16)
            assert total == 0xFFFF
            assert struct.unpack_from("!H", header, 2)[0] == of_flow[0].length
        else:
            assert struct.unpack_from("!H", header, 4)[0] == of_flow[0].length - 40


def test_a_capture_is_in_the_order_of_time():
    data = pcap(packets(flows(50, largest=10)))
    at, times = 24, []
    while at < len(data):
        seconds, micros, captured, size = struct.unpack_from("<IIII", data, at)
        assert captured <= size
        times.append((seconds, micros))
        at += 16 + captured
    assert times == sorted(times) and at == len(data)


@pytest.mark.parametrize("form", ("v5", "v9", "ipfix"))
def test_nfcapd_reads_what_the_truth_says(form, tmp_path):
    port = free_port(socket.SOCK_DGRAM)
    words = ["/usr/bin/nfcapd", "-b", "127.0.0.1", "-p", port, "-w", tmp_path, "-t", "3600"]
    with Process("nfcapd", words, tmp_path) as nfcapd, Router("bdr1", form, port) as router:
        nfcapd.wait_for(lambda: Receiver.of(port), what="listening")
        sent = router.send(Traffic(seed=5, transit=0).flows(500))
        nfcapd.wait_for(lambda: Receiver.of(port).waiting == 0, what="reading")
        assert Receiver.of(port).drops == 0
        nfcapd.stop()
    (file,) = tmp_path.glob("nfcapd.20*")
    done = subprocess.run(
        ["/usr/bin/nfdump", "-q", "-N", "-r", file, "-o", "fmt:%sas %das %byt"],
        check=True, capture_output=True, text=True, timeout=30 * PATIENCE,
    )  # fmt: skip
    found = Counter()
    for line in done.stdout.splitlines():
        source, target, octets = map(int, line.split())
        found[TRANSMIT if source == OWN else RECEIVE, source, target, "bdr1"] += octets
    assert found == sent and len(sent) > 20


def test_a_slow_receiver_loses_nothing():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        port = free_port(socket.SOCK_DGRAM)
        receiver.bind(("127.0.0.1", port))
        receiver.settimeout(20 * PATIENCE)
        datagrams = [n.to_bytes(4, "big") + bytes(1396) for n in range(2000)]
        got = []
        reading = threading.Thread(
            target=lambda: [got.append(receiver.recv(2000)) for _ in datagrams]
        )
        with Sender(port, "127.0.0.11") as sender:
            reading.start()
            assert sender.send(datagrams) == len(datagrams)
            reading.join()
        assert got == datagrams and Receiver.of(port).drops == 0
    assert Receiver.of(port) is None


def test_a_receiver_that_takes_nothing_is_given_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        with Sender(receiver.getsockname()[1]) as sender, pytest.raises(TimeoutError):
            sender.send((bytes(1400) for _ in range(1000)), timeout=0.1)


def test_a_feed_goes_on_until_it_is_stopped():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        port = free_port(socket.SOCK_DGRAM)
        receiver.bind(("127.0.0.1", port))
        receiver.settimeout(20 * PATIENCE)
        stop = threading.Event()
        totals = []
        with Router("bdr1", "v5", port) as one, Router("bdr2", "v9", port) as two:
            traffic = Traffic(seed=1)
            feed = threading.Thread(
                target=lambda: totals.append(run([one, two], 500, stop, traffic))
            )
            feed.start()
            heard = set()
            while len(heard) < 2:
                heard.add(receiver.recvfrom(2000)[1][0])
            stop.set()
            feed.join()
            assert totals == [one.sent + two.sent]
    assert heard == {"127.0.0.11", "127.0.0.12"}
