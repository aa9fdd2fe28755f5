"""`weir stream --read`: nfcapd's files without nfdump. What is on the topic equals what nfdump prints."""

import json
import random
import shlex
from dataclasses import replace
from ipaddress import ip_address

import cbor
import cbor2
import pytest

from servers.nfcapd import Nfcapd, capture, lay
from servers.process import ROOT, wait_until
from support.stream import Streamer, differences, nfdump, values, window
from support.traffic import Traffic

FLOWS = 3000
CHANNELS = 40  # of the window that is killed: 120,000 rows
KILLS = 6


@pytest.fixture(scope="module")
def captured(tmp_path_factory):
    """Three files of nfcapd, from NetFlow v5, v9 and IPFIX."""
    folder = tmp_path_factory.mktemp("captured")
    forms = enumerate(("v9", "ipfix", "v5"))
    return [capture(folder, form, Traffic(seed=n).flows(FLOWS), form) for n, form in forms]


@pytest.fixture
def root(captured, tmp_path):
    """A folder of nfcapd with those three as the last windows."""
    for ago, path in enumerate(captured, 1):
        lay(path, tmp_path / "flows", window(ago))
    return tmp_path / "flows"


@pytest.fixture
def native(kafka, topic, tmp_path):
    """A function that makes a Streamer which reads a folder, with three windows due."""

    def make(folder, *flags, last=4):
        streamer = Streamer(kafka.brokers, topic(), tmp_path, "")
        place = streamer.words.index("--command")
        streamer.words[place : place + 2] = ["--read", folder, "--grace", "0s", *flags]
        streamer.last = window(last)
        return streamer

    return make


def printed(path, words, keys):
    """nfdump's rows of a file, as the script makes records of them."""
    lines = nfdump("-r", path, *shlex.split(words))
    assert lines[-4].startswith("Summary")
    rows = [[part.strip() for part in line.split(",")] for line in lines[1:-4]]
    return [cbor.dumps(dict(zip(keys.split(), row, strict=True))) for row in rows]


def messages(root, agos, words, keys):
    return [message for ago in agos
            for message in printed(next(root.glob(f"*/*/*/nfcapd.{window(ago)}")), words, keys)]  # fmt: skip


def sent(kafka, streamer, *flags):
    done = streamer.run(*flags)
    assert (done.exit_status, done.out) == (0, ""), done.err
    assert streamer.last == window(1)
    return values(kafka, streamer)


@pytest.mark.parametrize(
    ("flags", "words", "keys"),
    [
        ("--by dst_as",
         "-A dstas -o 'fmt:%ts,%das,%td,%pkt,%byt,%pps,%bps,%fl' -6 -N",
         "first_seen dst_as duration packets bytes pps bps flows"),
        ("--by src_as,dst_as --fields src_as,dst_as,packets,bytes,flows --threads 2",
         "-A srcas,dstas -o 'fmt:%sas,%das,%pkt,%byt,%fl' -6 -N",
         "src_as dst_as packets bytes flows"),
        ("--by dst_addr --fields last_seen,dst_addr,bytes,bpp,flows --max-memory 1k",
         "-A dstip -o 'fmt:%te,%da,%byt,%bpp,%fl' -6 -N",
         "last_seen dst_addr bytes bpp flows"),
        ("--by src_addr --fields host:src_addr,bytes --where 'proto == udp and dst_port == 53'",
         "-A srcip -o 'fmt:%sa,%byt' -6 -N 'proto udp and dst port 53'",
         "host bytes"),
    ],
    ids=["default-row", "as-pairs", "addresses", "filtered"],
)  # fmt: skip
def test_groups_are_those_that_nfdump_prints(kafka, native, root, flags, words, keys):
    expected = messages(root, (3, 2, 1), words, keys)
    got = sent(kafka, native(root, *shlex.split(flags)))
    assert len(got) > 50
    assert not differences(got, expected)


def test_the_scripts_own_row_has_the_countries_of_addresses(kafka, native, tmp_path):
    rng = random.Random(4)
    numbers = {"192.0.2.130": "203", "198.51.100.9": "36", "203.0.113.9": "0", "2001:db8:1::9": "276"}
    places = {4: [ip_address(text) for text in numbers][:3], 6: [ip_address("2001:db8:1::9")]}
    flows = [replace(flow, dst=rng.choice(places[flow.version]))
             for flow in Traffic(seed=4, v6=0.25).flows(500)]  # fmt: skip
    lay(capture(tmp_path, "places", flows), tmp_path / "flows", window(1))
    fields = "first_seen,dst_ctr:dst_country_numeric,duration,packets,bytes,pps,bps,flows"
    streamer = native(tmp_path / "flows", "--by", "dst_country_numeric", "--fields", fields,
                      "--geo", ROOT / "tests" / "data" / "country.mmdb", last=2)  # fmt: skip
    # In each country there is one address.
    words = "-A dstip -o 'fmt:%ts,%da,%td,%pkt,%byt,%pps,%bps,%fl' -6 -N"
    keys = "first_seen dst_ctr duration packets bytes pps bps flows"
    rows = [cbor.loads(message) for message in messages(tmp_path / "flows", (1,), words, keys)]
    expected = [cbor.dumps({**row, "dst_ctr": numbers[row["dst_ctr"]]}) for row in rows]
    got = sent(kafka, streamer)
    assert len(got) == 4 and not differences(got, expected)


def test_flows_are_those_that_nfdump_prints_in_the_order_of_the_file(kafka, native, root):
    fields = "first_seen,duration,src_addr,dst_addr,tcp_flags,tos,in_if,out_if,packets,bytes,flows"
    words = "-o 'fmt:%ts,%td,%sa,%da,%flg,%tos,%in,%out,%pkt,%byt,%fl' -6 -N"
    got = sent(kafka, native(root, "--fields", fields))
    assert got == messages(root, (3, 2, 1), words, fields.replace(",", " "))


@pytest.mark.parametrize(("form", "read"), [("cbor-typed", cbor2.loads), ("json", json.loads)])
def test_typed_rows_are_in_the_order_of_their_keys(kafka, native, root, form, read):
    fields = "dst_as,duration,bytes,first_seen"
    streamer = native(root, "--by", "dst_as", "--fields", fields, "--format", form, last=2)
    rows = [read(value) for value in sent(kafka, streamer)]
    texts = [cbor.loads(message) for message in messages(
        root, (1,), "-A dstas -o 'fmt:%das,%td,%byt' -6 -N", "dst_as duration bytes")]  # fmt: skip
    texts.sort(key=lambda row: int(row["dst_as"]))
    assert [list(row) for row in rows] == [fields.split(",")] * len(texts)
    for row, text in zip(rows, texts, strict=True):
        assert (row["dst_as"], row["bytes"]) == (int(text["dst_as"]), int(text["bytes"]))
        assert row["duration"] == float(text["duration"])


def test_a_dry_run_prints_the_rows_and_touches_nothing(native, root):
    streamer = native(root, "--by", "dst_as", "--fields", "dst_as,bytes")
    done = streamer.run("--dry-run")
    assert done.exit_status == 0
    expected = messages(root, (3, 2, 1), "-A dstas -o 'fmt:%das,%byt' -N", "dst_as bytes")
    assert not differences(done.out.splitlines(), [
        json.dumps(cbor.loads(message), separators=(",", ":")) for message in expected])  # fmt: skip
    assert streamer.last == window(4)


def test_a_window_is_not_sent_before_each_channel_has_its_whole_file(kafka, native, captured, tmp_path):
    live = tmp_path / "live"
    for channel in ("one", "two"):
        for ago, path in enumerate(captured, 1):
            lay(path, live / channel, window(ago))
    second = next((live / "two").glob(f"*/*/*/nfcapd.{window(2)}"))
    whole = second.read_bytes()
    newest = next((live / "two").glob(f"*/*/*/nfcapd.{window(1)}"))
    current = newest.rename(newest.with_name("nfcapd.current.123"))
    second.write_bytes(whole[: len(whole) // 2])
    streamer = native(live, "--by", "dst_as", "--fields", "dst_as,bytes,flows")
    done = streamer.run()
    assert done.exit_status == 1
    assert f"window={window(2)} reason=damaged_file" in done.err
    assert streamer.last == window(3)
    second.write_bytes(whole)
    done = streamer.run()
    assert done.exit_status == 1
    assert f"window={window(1)} reason=no_file" in done.err and "two had files" in done.err
    assert streamer.last == window(2)
    current.rename(newest)
    got = [cbor.loads(value) for value in sent(kafka, streamer)]
    expected = []
    for path in reversed(captured):
        rows = map(cbor.loads, printed(path, "-A dstas -o 'fmt:%das,%byt,%fl' -N", "dst_as bytes flows"))
        twice = [{key: int(text) * (1 if key == "dst_as" else 2) for key, text in row.items()}
                 for row in rows]  # fmt: skip
        expected += sorted(twice, key=lambda row: row["dst_as"])
    assert [{key: int(text) for key, text in row.items()} for row in got] == expected


def test_a_damaged_file_is_left_behind_for_a_later_window(kafka, native, root):
    (damaged,) = root.glob(f"*/*/*/nfcapd.{window(2)}")
    damaged.write_bytes(damaged.read_bytes()[:-200])
    streamer = native(root, "--by", "dst_as", "--fields", "dst_as,bytes")
    expected = messages(root, (3, 1), "-A dstas -o 'fmt:%das,%byt' -N", "dst_as bytes")
    assert not differences(sent(kafka, streamer, "--give-up", "24h"), expected)
    assert f"skipped=1 {window(2)}" in kafka.committed(ledger_of(streamer), streamer.topic, 0)[1]


def ledger_of(streamer):
    """Names the ledger by the log of a run that finds nothing to do."""
    done = streamer.run()
    return done.err.split(" ledger=")[1].split()[0]


def test_an_idle_file_is_a_window_of_no_rows(kafka, native, root, tmp_path):
    with Nfcapd(tmp_path, interval=86400) as idle:
        idle.wait_for(lambda: any(idle.data.iterdir()), what="a file")
    lay(idle.files()[0], root, window(2))
    streamer = native(root, "--by", "dst_as", "--fields", "dst_as,bytes")
    expected = messages(root, (3, 1), "-A dstas -o 'fmt:%das,%byt' -N", "dst_as bytes")
    assert not differences(sent(kafka, streamer), expected)


def test_killed_in_mid_window_each_flow_is_there_once(kafka, native, captured, tmp_path):
    live = tmp_path / "live"
    for channel in range(CHANNELS):
        lay(captured[0], live / f"{channel:02}", window(1))
    fields = "first_seen,src_addr,dst_addr,packets,bytes"
    rows = printed(captured[0], "-o 'fmt:%ts,%sa,%da,%pkt,%byt' -6 -N", fields.replace(",", " "))
    expected = rows * CHANNELS
    size = sum(map(len, expected))
    streamer = native(live, "--fields", fields, last=2)
    log = kafka.data / f"{streamer.topic}-0" / f"{0:020}.log"
    rng = random.Random(7)
    wait_until(log.exists, what="the broker's file")
    for number in range(KILLS):
        process, start = streamer.start(), log.stat().st_size
        more = rng.uniform(0.05, 0.7) * size
        wait_until(lambda: log.stat().st_size > start + more or not process.running, every=0.0005)
        if not process.running:  # it was quicker than this
            assert process.exit_status == 0 and number > 0, process.err
            break
        process.kill()
    assert sent(kafka, streamer) == expected
    assert streamer.run().exit_status == 0
    assert len(values(kafka, streamer)) == len(expected)
