"""`weir stream` as one meets it on the command line: the script's flags, the log file, the progress
bar, signals, the service manager, the web side. What nfdump prints is made up here."""

import datetime
import json
import os
import platform
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import cbor
import pytest

from servers.process import PATIENCE, ROOT, Process
from servers.weir import PROGRAM, Weir, run

ROW = " 2026-11-21 23:05:00.125, 840, 1.500, 10, 2000, 6, 10666, 3"
RECORD = {
    "first_seen": " 2026-11-21 23:05:00.125",
    "dst_ctr": "840",
    "duration": "1.500",
    "packets": "10",
    "bytes": "2000",
    "pps": "6",
    "bps": "10666",
    "flows": "3",
}
OPTIONS = "-r {timestamp} -A dstctry -o 'fmt:%ts,%dcc,%td,%pkt,%byt,%pps,%bps,%fl' -6 -N"
SECONDS_TO_STOP = 5


def fake_nfdump(folder, rows=1, before=""):
    """A program that prints ROW so many times, as nfdump would; its command line."""
    path = folder / "nfdump"
    sums = f"total flows: {3 * rows}, total bytes: {2000 * rows}, total packets: {10 * rows}"
    path.write_text(
        f"""#!/bin/sh
{before}
echo ' Date first seen, Dst ctry, Duration, Packets, Bytes, pps, bps, Flows'
yes '{ROW}' | head -n {rows}
echo 'Summary: {sums}, avg bps: 0, avg pps: 0, avg bpp: 0'
echo 'Time window: 2026-11-21 23:05:00 - 2026-11-21 23:09:59'
echo 'Total flows processed: {3 * rows}, Blocks skipped: 0, Bytes read: 400'
echo 'Sys: 0.001s flows/second: 1.0 Wall: 0.001s flows/second: 1.0'
"""
    )
    path.chmod(0o755)
    return f"{path} {OPTIONS}"


def window(ago):
    """The name of the window so many before the one that is going on. A window is a day, so that
    none ends while a test runs."""
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=ago)
    return f"{start:%Y%m%d}0000"


@pytest.fixture
def words(kafka, topic, tmp_path):
    """Flags of a stream that has three windows to send."""
    (tmp_path / "last").write_text(window(4))
    return ["-i", "127.0.0.1", "-p", kafka.port, "-t", topic(), "--timezone", "UTC",
            "--interval", "24h", "--command", fake_nfdump(tmp_path)]  # fmt: skip


@pytest.fixture
def follow(words, tmp_path):
    """A function that starts `weir stream --follow ARGS…`, stopped at the end of the test."""
    started = []

    def start(*args, **settings):
        weir = Weir("stream", "--follow", *words, *args, folder=tmp_path, **settings)
        started.append(weir)
        return weir.start()

    yield start
    for weir in started:
        weir.stop()


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """The socket of a service manager that watches every three seconds; a function that returns
    what it has been told so far."""
    told = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "notify"))
        end.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "3000000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)

        def messages():
            while select.select([end], [], [], 0)[0]:
                told.append(end.recv(4096).decode())
            return told

        yield messages


def values(kafka, words):
    return [record.value for record in kafka.consume(words[words.index("-t") + 1])]


def stopped_in_time(process, number=signal.SIGTERM):
    begin = time.monotonic()
    status = process.stop(number)
    assert time.monotonic() - begin < SECONDS_TO_STOP * PATIENCE
    return status


@pytest.mark.parametrize("name", ["stream-flow", "stream-flow.py"])
def test_under_the_scripts_name_its_flags_send_what_it_sent(kafka, words, tmp_path, name):
    program = tmp_path / name
    program.symlink_to(PROGRAM)
    script = Process(name, [program, *words, "--log-file", "log"], tmp_path).start()
    assert script.wait() == 0
    assert values(kafka, words) == [cbor.dumps(RECORD)] * 3
    assert (tmp_path / "last").read_text() == window(1)
    assert script.out + script.err == ""
    form = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - stream-flow - (INFO|WARNING) : [a-z].*"
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) >= 5 and all(re.fullmatch(form, line) for line in lines), lines


def test_once_it_sends_what_is_due_and_no_more(kafka, words, tmp_path):
    first = run("stream", *words, folder=tmp_path)
    assert (first.exit_status, first.out) == (0, ""), first.err
    again = run("stream", *words, folder=tmp_path)
    assert (again.exit_status, again.out) == (0, ""), again.err
    assert len(values(kafka, words)) == 3


def test_properties_that_a_producer_has_no_use_for_do_not_keep_it_from_sending(kafka, words, tmp_path):
    properties = ("auto.offset.reset=earliest", "linger.ms=10", "message.max.bytes=2000000")
    more = [word for each in properties for word in ("-X", each)]
    done = run("stream", *words, *more, folder=tmp_path)
    assert done.exit_status == 0, done.err
    assert done.err.count("CONFWARN") == 1 and "auto.offset.reset is a consumer property" in done.err
    assert len(values(kafka, words)) == 3


def test_a_window_that_fails_is_left_undone_with_status_1(words, tmp_path):
    fake_nfdump(tmp_path, before="exit 3")
    done = run("stream", *words, folder=tmp_path)
    assert done.exit_status == 1
    assert "reason=exit_status" in done.err
    assert (tmp_path / "last").read_text() == window(4)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_while_the_command_hangs(words, tmp_path, number):
    fake_nfdump(tmp_path, before=": > began; exec sleep 600")
    weir = Process("weir", [PROGRAM, "stream", *words], tmp_path).start()
    weir.wait_for(lambda: (tmp_path / "began").exists())
    assert stopped_in_time(weir, number) == 1
    assert "stopping" in weir.err


def test_a_second_one_leaves_it_to_the_first(words, tmp_path):
    fake_nfdump(tmp_path, before=": > began; exec sleep 600")
    with Process("weir", [PROGRAM, "stream", *words], tmp_path) as first:
        first.wait_for(lambda: (tmp_path / "began").exists())
        second = run("stream", *words, folder=tmp_path)
        assert second.exit_status == 0
        assert "level=warn" in second.err and f"process {first.pid}" in second.err
        third = run("stream", "--follow", *words, folder=tmp_path)
        assert third.exit_status == 1
        assert f"process {first.pid}" in third.err


def test_following_it_serves_metrics_and_tells_the_service_manager(follow, manager, tmp_path):
    weir = follow("--log-file", "log")
    # What it tells is taken meanwhile: few messages fit into the socket, the rest is dropped.
    metrics = weir.wait_metrics(lambda m: manager() and m.value("weir_windows_sent_total") == 3)
    assert metrics.value("weir_window_rows_total") == 3
    assert metrics.value("weir_windows_lag") == 0
    assert metrics.value("weir_ready") == 1
    reasons = re.findall(rb'_failures_total{reason="(\w+)"', weir.get("/metrics")[2])
    assert len(reasons) == 15
    for reason in reasons:
        assert f"\n| `{reason.decode()}` | " in DOCUMENT
    assert 0 <= time.time() - metrics.value("weir_window_last_timestamp_seconds") < 86500
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=weir.get("/metrics")[2], capture_output=True
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")
    assert weir.get("/-/ready")[0] == weir.get("/-/healthy")[0] == 200
    assert window(1) in weir.get("/")[2].decode()

    weir.wait_for(lambda: manager().count("WATCHDOG=1") >= 2, what="signs of life")
    assert manager()[0] == "READY=1"
    status = f"STATUS=last window {window(1)}, 3 sent with 3 rows since the start"
    weir.wait_for(lambda: status in manager(), what=status)

    (tmp_path / "log").rename(tmp_path / "log.1")
    weir.send_signal(signal.SIGHUP)
    weir.wait_for(lambda: (tmp_path / "log").exists(), what="a new log file")
    assert stopped_in_time(weir) == 0
    assert "STOPPING=1" in manager()
    assert "stopping signal=SIGTERM" in (tmp_path / "log").read_text()
    assert weir.err == ""


def test_following_in_trouble_it_is_not_ready_and_says_why(follow, tmp_path):
    fake_nfdump(tmp_path, before="echo broken >&2")
    weir = follow()
    weir.wait_for(lambda: b"broken" in weir.get("/-/ready")[2], what="saying why")
    assert weir.get("/-/ready")[0] == 503
    assert weir.get("/-/healthy")[0] == 200
    metrics = weir.metrics()
    assert metrics.value("weir_window_failures_total", reason="error_output") >= 1
    assert metrics.value("weir_ready") == 0
    assert stopped_in_time(weir, signal.SIGINT) == 0


def test_on_a_terminal_a_bar_shows_how_far_it_is(words, tmp_path):
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm"}
    child = subprocess.Popen(
        [PROGRAM, "stream", *map(str, words)], cwd=tmp_path, stderr=theirs, env=env
    )
    os.close(theirs)
    shown = b""
    try:
        while True:
            shown += os.read(ours, 4096)
    except OSError:  # the other side is closed
        pass
    assert child.wait(30 * PATIENCE) == 0
    os.close(ours)
    clear = "\r\x1b[K"
    text = shown.decode()
    assert re.search(rf"\[=+> *\] 1/3 windows, {window(3)}, 1 rows", text), text
    # Each line of the log begins at the terminal's edge or where the bar was cleared away, and
    # nothing of the bar is left at the end.
    lines = re.findall(r"([^\n]*?)ts=[^\n]*\r\n", text)
    assert len(lines) >= 5 and all(line == "" or line.endswith(clear) for line in lines), text
    assert text.endswith(clear), text


def dry_run(words, *more):
    at = words.index("-t")
    rest = words[at + 2 :]
    return [PROGRAM, "stream", "--dry-run", *map(str, rest), *more]


def test_a_dry_run_prints_json_and_touches_nothing(words, tmp_path):
    before = sorted(tmp_path.iterdir())
    done = subprocess.run(dry_run(words), cwd=tmp_path, capture_output=True,
                          timeout=60 * PATIENCE)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [RECORD] * 3
    assert sorted(tmp_path.iterdir()) == before


def test_whoever_has_read_enough_of_a_dry_run_is_no_failure(words, tmp_path):
    fake_nfdump(tmp_path, rows=200000)
    with subprocess.Popen(
        dry_run(words), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as weir:
        assert json.loads(weir.stdout.readline()) == RECORD
        weir.stdout.close()
        assert weir.stderr.read() == b""
        assert weir.wait(30 * PATIENCE) == 0


# ---- the unit's sandbox -----------------------------------------------------------------------


@pytest.mark.skipif(
    os.geteuid() != 0 or platform.machine() != "x86_64" or not shutil.which("systemd-analyze"),
    reason="needs root, x86-64 and systemd-analyze (Debian's package systemd)",
)
@pytest.mark.parametrize("unit", ["weir-stream.service", "weir-stream-once.service"])
def test_it_does_its_work_in_the_sandbox_of_its_units(kafka, words, unit):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)  # that users without rights can enter, which pytest's cannot be
        folder.chmod(0o755)
        writable = [folder / "state", folder / "cache"]
        for path in writable:
            path.mkdir()
            os.chown(path, 65534, 65534)
        (folder / "state" / "last").write_text(window(2))
        program = shutil.copy(PROGRAM, folder)
        at = words.index("--command")
        own = [*words[:at], "--command", fake_nfdump(folder), "--state", folder / "state" / "last"]
        done = subprocess.run(
            ["/usr/bin/python3", ROOT / "tests/integration/support/confined.py",
             ROOT / "deploy/systemd" / unit, *writable, "--", program, "stream", *map(str, own)],
            capture_output=True, text=True, timeout=60 * PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "not permitted" not in done.stderr and "denied" not in done.stderr, done.stderr
        assert (folder / "state" / "last").read_text() == window(1)
    assert len(values(kafka, words)) == 1


# ---- the documentation ------------------------------------------------------------------------

DOCUMENT = Path(ROOT, "docs", "stream.md").read_text(encoding="utf-8")


def snippet(language):
    (code,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return code


def test_the_alerts_in_the_documentation_are_rules_of_prometheus(tmp_path):
    (tmp_path / "rules.yml").write_text(snippet("yaml"))
    done = subprocess.run(
        ["promtool", "check", "rules", tmp_path / "rules.yml"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "3 rules found" in done.stdout, done.stdout + done.stderr


def test_the_commands_in_the_documentation_are_understood(tmp_path):
    commands = re.findall(r"`(nfdump -M DIR [^`]*)`", DOCUMENT)
    assert len(commands) == 5
    for command in [*commands, "nfdump -M DIR -r {timestamp} -o csv -N"]:
        words = command.replace("DIR", str(tmp_path))
        done = run("stream", "--dry-run", "--command", words, folder=tmp_path)
        # What is wrong is that there are no files, and not the flags.
        assert done.exit_status == 1 and "reason=" in done.err, done.err


def test_the_reader_in_the_documentation_reads_what_was_sent(kafka, words, tmp_path):
    assert run("stream", *words, folder=tmp_path).exit_status == 0
    topic = words[words.index("-t") + 1]
    code = snippet("python").replace("kafka1:9092", kafka.brokers).replace("network-metadata", topic)
    assert kafka.brokers in code and topic in code
    reader = Process("reader", ["/usr/bin/python3", "-u", "-c", code], tmp_path).start()
    try:
        reader.wait_for(lambda: reader.out.count("\n") == 3, what="three records")
    finally:
        reader.stop()
    assert reader.out.splitlines() == [str(RECORD)] * 3
