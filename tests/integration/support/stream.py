"""What tests of `weir stream` share: windows that are due, commands in nfdump's place, and readers of
what was sent that have nothing from weir."""

import datetime
import subprocess
from collections import Counter

import cbor

from servers.process import Process
from servers.weir import PROGRAM

# A window is a day, so that none becomes due while a test runs; and none is so old that it is given up.
DAYS = ["--timezone", "UTC", "--interval", "24h", "--give-up", "1000h"]
SCRIPTS_FORMAT = "fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl"
SCRIPTS_KEYS = ["first_seen", "dst_ctr", "duration", "packets", "bytes", "pps", "bps", "flows"]


def window(ago):
    """The name of the window so many before the one that is going on."""
    day = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=ago)
    return f"{day:%Y%m%d}0000"


def minutes_of(name):
    """The ledger's number of a window: minutes since 1970 on the clock's face."""
    start = datetime.datetime.strptime(name, "%Y%m%d%H%M")
    return (start - datetime.datetime(1970, 1, 1)) // datetime.timedelta(minutes=1)


def rows_of(tag, count):
    """Rows of the script's format that no other tag has."""
    return [
        f"2026-11-21 23:05:{n % 60:02}.{n % 1000:03}, {tag},       1.500, {n + 1},    2000,"
        "        6,    10666,     3"
        for n in range(count)
    ]


def output_of(rows, read=400):
    """What nfdump prints for such rows."""
    packets = sum(int(row.split(",")[3]) for row in rows)
    flows, size = 3 * len(rows), 2000 * len(rows)
    return "\n".join([
        "Date first seen, Dst ctry,    Duration,  Packets,    Bytes,      pps,      bps, Flows",
        *rows,
        f"Summary: total flows: {flows}, total bytes: {size}, total packets: {packets}, "
        "avg bps: 0, avg pps: 0, avg bpp: 0",
        "Time window: 2026-11-21 23:05:00 - 2026-11-21 23:09:59",
        f"Total flows processed: {flows}, Blocks skipped: 0, Bytes read: {read}",
        "Sys: 0.001s flows/second: 1.0 Wall: 0.001s flows/second: 1.0",
        "",
    ])  # fmt: skip


def record_of(row):
    """The record that the script makes of a row."""
    first, *others = row.split(",")
    return dict(zip(SCRIPTS_KEYS, [first, *(text.strip() for text in others)]))


class FakeNfdump:
    """A program that prints what was laid down for a window and fails where nothing was, and whose
    every line can be replaced."""

    def __init__(self, folder):
        self.folder = folder / "windows"
        self.folder.mkdir(parents=True)
        self.path = folder / "nfdump"
        self.command = f"{self.path} -r {{timestamp}} -A dstctry -o '{SCRIPTS_FORMAT}' -6 -N"
        self.behave()

    def behave(self, before="", instead="exec cat $file"):
        """`before` is done first, with $file and $name, the window's, known."""
        self.path.write_text(
            f"#!/bin/sh\nname=${{2##*.}}\nfile={self.folder}/$name\n{before}\n{instead}\n"
        )
        self.path.chmod(0o755)

    def lay(self, name, count):
        """Makes so many rows the window's, and returns them as messages."""
        rows = rows_of(name, count)
        (self.folder / name).write_text(output_of(rows))
        return [cbor.dumps(record_of(row)) for row in rows]


def lay_three(fake, rows=50):
    """Lays so many rows for each of the last three windows, and returns all as messages."""
    return [message for ago in (3, 2, 1) for message in fake.lay(window(ago), rows)]


def values(kafka, streamer):
    """What readers of committed records find on its topic."""
    return [record.value for record in kafka.consume(streamer.topic)]


class Streamer:
    """`weir stream` with one topic, one state file and one command, again and again."""

    def __init__(self, brokers, topic, folder, command, *words, days=True):
        self.brokers, self.topic, self.folder = brokers, topic, folder
        self.words = [PROGRAM, "stream", "--brokers", brokers, "--topic", topic, "--command", command,
                      *(DAYS if days else ()), *words]  # fmt: skip
        self.state = folder / "last"
        self.runs = 0

    @property
    def last(self):
        return self.state.read_text()

    @last.setter
    def last(self, name):
        self.state.write_text(name)

    def start(self, *words):
        self.runs += 1
        name = f"{self.folder.name}-{self.runs}"
        return Process(name, [*self.words, *words], self.folder).start()

    def run(self, *words, timeout=60):
        process = self.start(*words)
        try:
            process.wait(timeout)
        finally:
            process.stop()
        return process


def trouble(process):
    """The lines of its log that are warnings and errors."""
    return [line for line in process.err.splitlines() if "level=warn" in line or "level=err" in line]


def differences(sent, expected):
    """What of two multisets of messages differs, in a few words; empty where nothing does."""
    sent, expected = Counter(sent), Counter(expected)
    missing, more = expected - sent, sent - expected
    if not missing and not more:
        return ""
    return f"{missing.total()} missing, {more.total()} too many: {[*missing][:2]} {[*more][:2]}"


def nfdump(*words, folder=None):
    """The lines that real nfdump prints."""
    done = subprocess.run(["/usr/bin/nfdump", *map(str, words)], check=True, capture_output=True,
                          text=True, cwd=folder)  # fmt: skip
    return done.stdout.splitlines()
