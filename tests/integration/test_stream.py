"""`weir stream` with real nfcapd files, real nfdump and real Kafka: what is on the topic equals what
nfdump prints, as read here with nothing from weir."""

import datetime
import json
import shlex
import subprocess

import cbor
import cbor2
import pytest

from servers.nfcapd import Nfcapd, capture, lay
from support.stream import SCRIPTS_KEYS, Streamer, differences, nfdump, record_of, window
from support.traffic import Traffic

FLOWS = 3000
UTC = datetime.timezone.utc
SCRIPTS_COMMAND = (
    "NFDUMP -M /data/nfsen/profiles-data/live/'127-0-0-1_p3000:127-0-0-1_p2055' -r {timestamp} -A "
    "'dstctry' -o 'fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl' -6 --no-scale-number"
)
# Flowmon's fork groups by countries; Debian's nfdump is asked for AS numbers in their place.
FLOWMONS_NFDUMP = """#!/usr/bin/python3
import os, sys
known = {"dstctry": "dstas", "--no-scale-number": "-N"}
words = [known.get(word, word).replace("%dcc", "%das") for word in sys.argv[1:]]
words = [word.replace("/data/nfsen/profiles-data/live", "ROOT") for word in words]
os.execv("/usr/bin/nfdump", ["nfdump", *words])
"""


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
def stream(kafka, topic, root, tmp_path):
    """A function that makes a Streamer of nfdump's further words, with three windows due."""

    def make(words, *flags):
        command = f"/usr/bin/nfdump -M {root} -r {{timestamp}} {words}"
        streamer = Streamer(kafka.brokers, topic(), tmp_path, command, *flags)
        streamer.last = window(4)
        return streamer

    return make


def printed(root, ago, words):
    """The rows, split as the script splits them."""
    path = next(root.glob(f"*/*/*/nfcapd.{window(ago)}"))
    lines = nfdump("-r", path, *shlex.split(words))
    assert lines[-4].startswith("Summary")
    return [[line.split(",")[0], *(part.strip() for part in line.split(",")[1:])]
            for line in lines[1:-4]]  # fmt: skip


def messages(root, agos, words, keys):
    """What the rows of these windows become."""
    return [cbor.dumps(dict(zip(keys.split(), row, strict=True)))
            for ago in agos for row in printed(root, ago, words)]  # fmt: skip


def sent(kafka, streamer, *flags):
    done = streamer.run(*flags)
    assert (done.exit_status, done.out) == (0, ""), done.err
    assert streamer.last == window(1)
    return kafka.consume(streamer.topic)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("-A srcas,dstas -o 'fmt:%ts,%sas,%das,%td,%pkt,%byt,%bps,%fl' -6 -N",
         "first_seen src_as dst_as duration packets bytes bps flows"),
        ("-A dstip -o 'fmt:%te,%da,%pkt,%byt,%bpp,%fl' -6 -N",
         "last_seen dst_addr packets bytes bpp flows"),
        ("-o 'fmt:%ts,%td,%pr,%sap,%dap,%flg,%tos,%in,%out,%pkt,%byt' -6 -N",
         "first_seen duration proto src_addr_port dst_addr_port tcp_flags tos in_if out_if packets bytes"),
        ("-A srcip,proto -o 'fmt:%tsr,%pr,%sa,%byt,%fl' -6 -N 'proto udp and dst port 53'",
         "first_seen_unix proto src_addr bytes flows"),
    ],
    ids=["as-pairs", "addresses", "flows", "filtered"],
)  # fmt: skip
def test_rows_are_those_that_nfdump_prints(kafka, stream, root, words, keys):
    expected = messages(root, (3, 2, 1), words, keys)
    records = sent(kafka, stream(words))
    assert len(records) > 50
    assert not differences([record.value for record in records], expected)
    assert [record.value for record in records] == expected, "in nfdump's order"
    assert {record.key for record in records} == {None}


@pytest.fixture
def script(kafka, topic, captured, tmp_path):
    """The script's own command on two collectors' files."""
    live = tmp_path / "live"
    for collector, paths in (("127-0-0-1_p3000", captured), ("127-0-0-1_p2055", captured[::-1])):
        for ago, path in enumerate(paths, 1):
            lay(path, live / collector, window(ago))
    program = tmp_path / "flowmon-nfdump"
    program.write_text(FLOWMONS_NFDUMP.replace("ROOT", str(live)))
    program.chmod(0o755)
    command = SCRIPTS_COMMAND.replace("NFDUMP", str(program))
    streamer = Streamer(kafka.brokers, topic(), tmp_path, command)
    streamer.last = window(4)
    return streamer


def scripts_lines(streamer, ago):
    """As stream-flow.py takes them: without the first line and the last four."""
    day = window(ago)
    path = f"{day[:4]}/{day[4:6]}/{day[6:8]}/nfcapd.{day}"
    words = shlex.split(streamer.words[streamer.words.index("--command") + 1])
    words = [word.replace("{timestamp}", path) for word in words]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[1:-4]


def test_the_scripts_command_sends_the_scripts_bytes(kafka, script):
    rows = [line for ago in (3, 2, 1) for line in scripts_lines(script, ago)]
    assert len(rows) > 50
    records = sent(kafka, script)
    assert [record.value for record in records] == [cbor.dumps(record_of(row)) for row in rows]
    again = script.run()
    assert again.exit_status == 0
    assert len(kafka.consume(script.topic)) == len(rows), "nothing is due"


def typed(row):
    """The values of the script's columns, read by hand."""
    first = datetime.datetime.strptime(row["first_seen"].strip(), "%Y-%m-%d %H:%M:%S.%f")
    values = {key: int(row[key]) for key in SCRIPTS_KEYS[1:] if key != "duration"}
    return {"first_seen": first.replace(tzinfo=UTC), "duration": float(row["duration"]), **values}


def read_json(value):
    row = json.loads(value)
    row["first_seen"] = datetime.datetime.fromisoformat(row["first_seen"].replace("Z", "+00:00"))
    return row


@pytest.mark.parametrize(("form", "read"), [("cbor-typed", cbor2.loads), ("json", read_json)])
def test_typed_forms_hold_the_values_and_keys_the_texts(kafka, script, form, read):
    rows = [record_of(line) for ago in (3, 2, 1) for line in scripts_lines(script, ago)]
    records = sent(kafka, script, "--format", form, "--key", "dst_ctr,flows")
    read_rows = [read(record.value) for record in records]
    assert read_rows == [typed(row) for row in rows]
    assert {tuple(row) for row in read_rows} == {tuple(SCRIPTS_KEYS)}
    assert all(isinstance(row["duration"], float) for row in read_rows)
    keys = [f"{row['dst_ctr']}|{row['flows']}".encode() for row in rows]
    assert [record.key for record in records] == keys


# nfdump 1.7.1's heads in weir's names, as far as they differ in more than case.
CSV_NAMES = {"ts": "first_seen", "te": "last_seen", "td": "duration", "sa": "src_addr",
             "da": "dst_addr", "sp": "src_port", "dp": "dst_port", "ipkt": "in_packets",
             "ibyt": "in_bytes", "sas": "src_as", "das": "dst_as", "flg": "tcp_flags"}  # fmt: skip


def test_csv_rows_have_nfdumps_columns(kafka, stream, root):
    words = "-A srcas,dstas -o csv -N"
    records = [cbor.loads(record.value) for record in sent(kafka, stream(words))]
    expected = []
    for ago in (3, 2, 1):
        path = next(root.glob(f"*/*/*/nfcapd.{window(ago)}"))
        lines = nfdump("-r", path, *shlex.split(words))
        heads = lines[0].split(",")
        rows = [line.split(",") for line in lines[1 : lines.index("Summary")]]
        expected += [dict(zip(heads, (text.strip() for text in row))) for row in rows]
    assert len(records) == len(expected) > 100
    for record, row in zip(records, expected):
        assert [text.strip() for text in record.values()] == list(row.values())
        for head, name in CSV_NAMES.items():
            assert record[name].strip() == row[head], name


def test_json_records_are_those_that_nfdump_prints(kafka, stream, root):
    # Without --fields the first record would fix the columns.
    fields = "in_bytes,in_packets,src_addr,dst_port,tcp_flags,first_seen"
    streamer = stream("-o json -6 -N", "--format", "json", "--fields", fields)
    records = [json.loads(record.value) for record in sent(kafka, streamer)]
    expected = []
    for ago in (3, 2, 1):
        path = next(root.glob(f"*/*/*/nfcapd.{window(ago)}"))
        expected += json.loads("\n".join(nfdump("-r", path, "-o", "json", "-6", "-N")))
    assert len(expected) > 2 * FLOWS  # NetFlow v5 carries no IPv6
    assert len(records) == len(expected)
    for record, flow in zip(records, expected):
        assert list(record) == fields.split(",")
        flags = "tcp_flags" in flow and enumerate(reversed(flow["tcp_flags"]))
        assert record == {
            "in_bytes": flow["in_bytes"],
            "in_packets": flow["in_packets"],
            "src_addr": flow.get("src4_addr") or flow["src6_addr"],
            "dst_port": flow.get("dst_port"),
            "tcp_flags": sum(1 << bit for bit, flag in flags if flag != ".") if flags else None,
            "first_seen": flow["first"] + "Z",
        }


def test_a_file_without_flows_is_a_window_of_no_rows(kafka, stream, root, tmp_path):
    with Nfcapd(tmp_path, interval=86400) as idle:
        pass
    (empty,) = idle.files()
    lay(empty, root, window(2))
    words = "-A dstas -o 'fmt:%ts,%das,%byt,%fl' -N"
    expected = messages(root, (3, 1), words, "first_seen dst_as bytes flows")
    assert [record.value for record in sent(kafka, stream(words))] == expected
