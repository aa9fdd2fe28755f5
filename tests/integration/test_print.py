"""`weir print` on files of Debian's nfcapd: what it writes equals what nfdump prints of them."""

import csv
import io
import json
import os
import pty
import random
import shutil
import subprocess
from collections import Counter
from dataclasses import replace

import pytest

from servers.nfcapd import Nfcapd, capture, lay
from servers.process import BUILD, ROOT
from support.feed import Receiver, Router, Sender
from support.nfcapd_flows import NFDUMP, datagrams, printed, rare_records, sums
from support.traffic import Traffic

FLOWS = 2000
TUPLE = "src_addr,dst_addr,src_port,dst_port,proto"
SUMS = ("flows", "packets", "bytes")
# Fields of weir, and nfdump's columns that show the same.
GROUPINGS = {
    "src_as,dst_as": ("%sas", "%das"),
    "dst_addr": ("%da",),
    TUPLE: ("%sa", "%da", "%sp", "%dp", "%pr"),
    "exporter,in_if": ("%ra", "%in"),
}
FILTERS = {
    "proto == tcp": "proto tcp",
    "proto == udp and bytes > 1k": "proto udp and bytes > 1000",
    "src_addr == 203.0.113.0/24 or dst_port == 443": "src net 203.0.113.0/24 or dst port 443",
    "port in [53, 443] and not src_port < 1024": "port in [53 443] and not src port < 1024",
}


def run(*words, status=0, **more):
    command = [BUILD / "weir", "print", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, **more)
    assert done.returncode == status, done.stderr
    return done


def groups(source, by, *words):
    """{key: (flows, packets, bytes)} of the CSV."""
    fields = f"{by},{','.join(SUMS)}"
    done = run(source, "--by", by, "--fields", fields, "--format", "csv", *words)
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert rows[0] == fields.split(",")
    # nfdump has its own words for no address at all, and for types of ICMP.
    return Counter({tuple(map(plain, row[:-3])): tuple(map(int, row[-3:])) for row in rows[1:]})


def plain(word):
    word = {"": "0.0.0.0", "::": "0.0.0.0"}.get(word, word)
    kind, point, code = word.partition(".")
    return str(int(kind) << 8 | int(code)) if point and (kind + code).isdigit() else word


def truth(path, tokens):
    rows = {}
    for key, counts in sums(path, tokens).items():
        key = tuple(map(plain, key))
        rows[key] = tuple(a + b for a, b in zip(rows.get(key, (0, 0, 0)), counts))
    return rows


@pytest.fixture(scope="module")
def captured(tmp_path_factory):
    """A file of three routers' flows, IPv6 among them."""
    folder = tmp_path_factory.mktemp("captured")
    with Nfcapd(folder, interval=86400, words=("-y",)) as collector:
        port = collector.port
        for router, form in (("bdr1", "v5"), ("bdr2", "v9"), ("bdr3", "ipfix")):
            with Router(router, form, port) as sender:
                sender.send(Traffic(seed=len(form), v6=0 if form == "v5" else 0.25).flows(FLOWS))
        collector.wait_for(lambda: Receiver.of(port).waiting == 0, what="taking it all")
    (path,) = collector.files()
    return path


@pytest.fixture(scope="module")
def total(captured):
    """(flows, packets, bytes)"""
    return sums(captured, ())[()][:3]


@pytest.mark.parametrize("by", GROUPINGS)
def test_groups_equal_nfdumps(captured, by):
    mine = groups(captured, by)
    assert mine == truth(captured, GROUPINGS[by])
    assert sum(flows for flows, _, _ in mine.values()) == 3 * FLOWS


@pytest.mark.parametrize("where", FILTERS)
def test_filters_choose_what_nfdumps_choose(captured, where):
    words = [NFDUMP, "-r", captured, "-q", "-N", "-6", "-A", "dstip", "-o", "fmt:%da,%fl,%pkt,%byt",
             FILTERS[where]]  # fmt: skip
    output = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    rows = [[word.strip() for word in line.split(",")] for line in output.splitlines()]
    theirs = {(plain(row[0]),): tuple(map(int, row[1:])) for row in rows if len(row) == 4}
    assert theirs and groups(captured, "dst_addr", "--where", where) == theirs


def test_threads_and_little_memory_change_nothing(captured, tmp_path):
    once = groups(captured, TUPLE, "--threads", 1)
    assert groups(captured, TUPLE, "--threads", 3) == once
    assert groups(captured, TUPLE, "--threads", 2, "--max-memory", "64k") == once


def test_several_files_and_folders_are_added_up(captured, total, tmp_path):
    lay(captured, tmp_path / "tree", "202601020300")
    lay(captured, tmp_path / "tree", "202601020305")
    single = shutil.copy(captured, tmp_path / "one")
    done = run(tmp_path / "tree", single, "--by", "", "--fields", ",".join(SUMS))
    assert json.loads(done.stdout) == dict(zip(SUMS, (3 * number for number in total)))
    assert f"{9 * FLOWS:,} flows" in done.stderr and "3 files read" in done.stderr


def test_json_and_csv_of_records_say_the_same(captured, total):
    fields = "first_seen,last_seen,duration,src_addr,dst_addr,proto,tcp_flags,flows,packets,bytes"
    lines = run(captured, "--fields", fields).stdout.splitlines()
    objects = [json.loads(line) for line in lines]
    text = run(captured, "--fields", fields, "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(objects) == len(rows) == 3 * FLOWS
    for mine, row in zip(objects, rows):
        assert {key: value for key, value in row.items() if value} == {
            key: f"{value:.3f}" if key == "duration" else str(value) for key, value in mine.items()
        }
    assert tuple(sum(row[name] for row in objects) for name in SUMS) == tuple(total)


def test_its_json_is_read_back(captured):
    by = "src_as,dst_as"
    lines = run(captured, "--fields", f"{by},flows,packets,bytes").stdout
    words = ("-", "--by", by, "--fields", f"{by},{','.join(SUMS)}", "--format", "csv")
    again = run(*words, input=lines).stdout.splitlines()
    first = run(captured, *words[1:]).stdout.splitlines()
    assert again[0] == first[0] and sorted(again) == sorted(first)


def test_the_greatest_and_the_others_together_are_all(captured, total):
    words = ("--by", "dst_as", "--top", 3, "--order", "packets")
    rows = [json.loads(line) for line in run(captured, *words).stdout.splitlines()]
    *top, other = rows
    everything = sorted(groups(captured, "dst_as").items(), key=lambda item: -item[1][1])
    assert [(str(row["dst_as"]), row["packets"]) for row in top] == [
        (key[0], counts[1]) for key, counts in everything[:3]
    ]
    assert other["other"] == len(everything) - 3 and "dst_as" not in other
    assert tuple(sum(row[name] for row in rows) for name in SUMS) == tuple(total)


def test_the_greatest_flows_are_those_that_nfdump_sorts_first(captured, total):
    words = ("--top", 20, "--fields", f"{TUPLE},packets,bytes,flows")
    for threads in (1, 3):
        lines = run(captured, *words, "--threads", threads).stdout.splitlines()
        *top, other = map(json.loads, lines)
        greatest = printed(captured, ("%byt",), "-O", "bytes")[:20]
        assert [row["bytes"] for row in top] == [int(row[0]) for row in greatest]
        assert other["other"] == 3 * FLOWS - 20 and "src_addr" not in other
        assert tuple(sum(row.get(name, 1) for row in (*top, other)) for name in SUMS) == tuple(total)
    words = ("--top", 5, "--order", "duration", "--fields", "duration")
    slow = [json.loads(line)["duration"] for line in run(captured, *words).stdout.splitlines()]
    everything = [float(row[0]) for row in printed(captured, ("%td",))]
    assert slow[:5] == sorted(everything, reverse=True)[:5]


def test_both_directions_are_folded_as_nfdump_folds_them(tmp_path):
    rng = random.Random(3)
    flows = Traffic(seed=5, v6=0.25).flows(800)
    back = [
        replace(flow, src=flow.dst, dst=flow.src, src_port=flow.dst_port, dst_port=flow.src_port,
                packets=flow.packets + 1, bytes=flow.bytes + 77)
        for flow in flows if rng.random() < 0.6
    ]  # fmt: skip
    both = flows + back
    rng.shuffle(both)
    path = capture(tmp_path, "both", both, "ipfix")
    tokens = ("%sa", "%da", "%sp", "%dp", "%pr", "%fl", "%ipkt", "%ibyt", "%opkt", "%obyt")
    theirs = sorted(tuple(map(plain, row)) for row in printed(path, tokens, "-B"))
    fields = f"{TUPLE},flows,packets,bytes,out_packets,out_bytes"
    words = ("--by", TUPLE, "--bidirectional", "--fields", fields, "--format", "csv")
    rows = list(csv.reader(io.StringIO(run(path, *words).stdout)))[1:]
    assert sorted(tuple(map(plain, row)) for row in rows) == theirs
    assert any(int(row[5]) > 1 and int(row[9]) for row in rows)


def test_countries_and_networks_are_those_of_the_addresses(tmp_path):
    with Nfcapd(tmp_path, interval=86400) as collector:
        with Sender(collector.port, "127.0.0.1") as sender:
            sender.send(datagrams(rare_records()))
        collector.wait_for(lambda: Receiver.of(collector.port).waiting == 0, what="taking it all")
    (path,) = collector.files()
    data = ROOT / "tests" / "data"
    geo = ("--geo", data / "country.mmdb", "--geo", data / "asn.mmdb")
    by = "dst_country_numeric,dst_country,dst_as"
    # The addresses are 198.51.100.9 and 2001:db8:1::9; one record has an AS number of its own.
    found = groups(path, by, *geo)
    assert set(found) == {("36", "AU", "64497"), ("36", "AU", "64511"), ("276", "DE", "64496")}
    assert sum(count for count, _, _ in found.values()) == len(rare_records())
    german = groups(path, "src_as", *geo, "--where", "dst_country == 'DE'")
    assert sum(count for count, _, _ in german.values()) == 2
    (tmp_path / "nets.csv").write_text("198.51.100.0/24,office,ACME\n2001:db8:1::/48,lab,Uni\n")
    named = groups(path, "dst_network,dst_customer", "--networks", tmp_path / "nets.csv")
    assert {key: count for key, (count, _, _) in named.items()} == {("office", "ACME"): 6, ("lab", "Uni"): 2}
    assert "none.mmdb" in run(path, "--geo", tmp_path / "none.mmdb", status=2).stderr


def test_on_a_terminal_it_is_a_table(captured):
    master, slave = pty.openpty()
    words = [BUILD / "weir", "print", captured, "--by", "proto", "-q"]
    subprocess.run(words, stdout=slave, check=True)
    os.close(slave)
    lines = os.read(master, 65536).decode().splitlines()
    os.close(master)
    assert lines[0].split() == ["proto", "flows", "packets", "bytes"]
    assert {line.split()[0] for line in lines[1:]} >= {"tcp", "udp"}
    assert len({len(line) for line in lines}) == 1


def test_a_truncated_file_is_told_and_what_is_whole_is_printed(captured, total, tmp_path):
    whole = tmp_path / "nfcapd.202601020300"
    shutil.copy(captured, whole)
    cut = tmp_path / "nfcapd.202601020305"
    cut.write_bytes(captured.read_bytes()[: captured.stat().st_size * 2 // 3])
    done = run(tmp_path, "--by", "", "--fields", "flows", status=1)
    assert json.loads(done.stdout)["flows"] >= total[0]
    assert str(cut) in done.stderr and "lost:" in done.stderr


def test_what_cannot_be_read_is_a_usage_error(tmp_path):
    (tmp_path / "text").write_text("neither\n")
    assert "neither an nfcapd file nor JSON" in run(tmp_path / "text", status=2).stderr
    assert "No such file" in run(tmp_path / "none", status=2).stderr
    assert "--from-kafka" in run("x", "--topic", "y", status=2).stderr


def test_a_reader_that_has_enough_is_no_failure(captured):
    printing = subprocess.Popen(
        [BUILD / "weir", "print", *[captured] * 20], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    printing.stdout.readline()
    printing.stdout.close()
    assert printing.stderr.read() == b""
    assert printing.wait(timeout=30) == 0
