"""What goes wrong around `weir stream`: Kafka, the command, the data, the state, a second instance.
Nothing half is ever sent, the log says what to do, and it goes on once the cause is gone."""

import datetime
import os
import re
import signal
import subprocess
import time

import pytest

from servers.kafka import Kafka
from servers.nfcapd import capture, lay
from servers.process import wait_until
from servers.weir import Weir
from support.stream import DAYS, FakeNfdump, Streamer, differences, nfdump, trouble, window
from support.traffic import Traffic

ROWS = 50
SECONDS_TO_STOP = 5


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A broker of this module, which its tests stop and freeze; not running at first."""
    broker = Kafka(tmp_path_factory.mktemp("broker"))
    yield broker
    broker.stop()


def running(broker):
    return broker if broker.running else broker.start()


@pytest.fixture
def fake(tmp_path):
    return FakeNfdump(tmp_path)


@pytest.fixture
def stream(kafka, topic, fake, tmp_path):
    """A stream whose three last windows are due, of a command in nfdump's place."""
    streamer = Streamer(kafka.brokers, topic(), tmp_path, fake.command)
    streamer.last = window(4)
    return streamer


def lay_three(fake, rows=ROWS):
    return [message for ago in (3, 2, 1) for message in fake.lay(window(ago), rows)]


def values(kafka, streamer):
    return [record.value for record in kafka.consume(streamer.topic)]


def on_topic(kafka, topic):
    """Bytes on the broker's disk, committed or not."""
    log = kafka.data / f"{topic}-0" / f"{0:020}.log"
    return log.stat().st_size if log.exists() else 0


def goes_on(kafka, streamer, expected):
    done = streamer.run()
    assert done.exit_status == 0, done.err
    assert streamer.last == window(1)
    assert values(kafka, streamer) == expected


# Kafka


def test_kafka_that_is_down_at_the_start_is_waited_for(minutely, broker, fake, tmp_path):
    streamer = Streamer(broker.brokers, "late", tmp_path, fake.command)
    streamer.last = window(4)
    expected = lay_three(fake)
    process = streamer.start()
    process.wait_for_text("level=warn .*cannot reach Kafka at .*check --brokers")
    running(broker).create_topic("late")
    assert process.wait(60) == 0, process.err
    assert values(broker, streamer) == expected
    assert len(trouble(process)) <= 4, process.err


def test_a_topic_that_does_not_exist_is_said_and_can_be_made_meanwhile(broker, fake, tmp_path):
    streamer = Streamer(running(broker).brokers, "missing", tmp_path, fake.command)
    streamer.last = window(4)
    expected = lay_three(fake)
    process = streamer.start()
    process.wait_for_text("level=warn .*topic missing: .*create it, or check --topic")
    broker.create_topic("missing")
    assert process.wait(60) == 0, process.err
    assert values(broker, streamer) == expected


@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_a_broker_killed_while_a_window_is_sent_costs_nothing(broker, fake, tmp_path, delivery):
    topic = running(broker).create_topic(f"killed-{delivery}")
    streamer = Streamer(broker.brokers, topic, tmp_path, fake.command, "--delivery", delivery)
    streamer.last = window(4)
    expected = lay_three(fake, rows=40_000)
    process = streamer.start()
    third = sum(map(len, expected)) / 3
    wait_until(lambda: on_topic(broker, topic) > third * 1.3 or not process.running, every=0.001)
    assert process.running, process.err
    broker.kill()
    process.wait_for_text("level=warn .*Kafka: ")
    assert streamer.last in (window(4), window(3))
    broker.start()
    assert process.wait(60) == 0, process.err
    sent = values(broker, streamer)
    if delivery == "exactly-once":
        assert not differences(sent, expected)
    else:
        assert not differences(set(sent), set(expected)), "at least once"
    assert streamer.last == window(1)


@pytest.mark.parametrize("seconds", [3, 22])
def test_a_broker_that_hangs_while_a_window_is_sent_costs_nothing(broker, fake, tmp_path, seconds):
    """Also for longer than the transaction may be open, when Kafka fences its owner."""
    topic = running(broker).create_topic(f"frozen-{seconds}")
    streamer = Streamer(broker.brokers, topic, tmp_path, fake.command)
    streamer.last = window(4)
    expected = lay_three(fake, rows=40_000)
    process = streamer.start()
    wait_until(lambda: on_topic(broker, topic) > 0 or not process.running, every=0.001)
    broker.pause()
    begin = time.monotonic()
    wait_until(lambda: time.monotonic() > begin + seconds, what="a frozen while")
    broker.cont()
    assert process.wait(60) == 0, process.err
    assert not differences(values(broker, streamer), expected)


# The command


@pytest.fixture(scope="module")
def captured(tmp_path_factory):
    return capture(tmp_path_factory.mktemp("captured"), "v9", Traffic(seed=5).flows(60_000))


@pytest.fixture
def real(kafka, topic, captured, tmp_path):
    """A stream of real nfdump and three real files; and its messages are counted per window."""
    root = tmp_path / "flows"
    for ago in (3, 2, 1):
        lay(captured, root, window(ago))
    command = (
        f"/usr/bin/nfdump -M {root} -r {{timestamp}} -A srcip,dstip -o 'fmt:%ts,%sa,%da,%byt,%fl' -6 -N"
    )
    streamer = Streamer(kafka.brokers, topic(), tmp_path, command)
    streamer.last = window(4)
    return streamer


def file_of(streamer, ago):
    return next((streamer.folder / "flows").glob(f"*/*/*/nfcapd.{window(ago)}"))


def cut(path):
    os.truncate(path, path.stat().st_size * 2 // 3)


def empty(path):
    os.truncate(path, 0)


def only_a_header(path):
    """As nfcapd leaves it when it is killed."""
    with open(path, "r+b") as file:
        file.truncate(140)


def another_file(path):
    path.write_bytes(b"this is no nfcapd file\n" * 100)


@pytest.mark.parametrize("damage", [cut, empty, only_a_header, another_file, os.remove])
def test_a_damaged_file_is_not_sent_until_it_is_mended(kafka, real, captured, damage):
    damage(file_of(real, 2))
    done = real.run()
    assert done.exit_status == 1
    assert real.last == window(3)
    rows = len(nfdump("-r", captured, "-A", "srcip,dstip", "-o", "fmt:%ts,%sa,%da,%byt,%fl")) - 5
    assert len(kafka.consume(real.topic, committed_only=False)) == rows
    (line,) = [line for line in trouble(done) if "level=error" in line]
    assert f"window={window(2)}" in line
    assert re.search("reason=(error_output|nothing_read|exit_status)", line), line
    lay(captured, real.folder / "flows", window(2))
    assert real.run().exit_status == 0
    assert len(kafka.consume(real.topic)) == 3 * rows


FAULTS = {
    "exits-1": ("cat $file; exit 1", "reason=exit_status .*ended with status 1"),
    "killed": ("cat $file; kill -9 $$", "reason=exit_status .*killed by signal 9"),
    "half-a-line": ("size=$(stat -c %s $file); head -c $((size / 2)) $file", "reason=cut_off"),
    "no-end": ("head -n 20 $file", "reason=no_trailer .*'Summary:'"),
    "nothing": ("true", "reason=no_trailer"),
    "hangs": ("cat $file; exec sleep 600", "reason=timeout .*--timeout"),
    "ignores-sigterm": ("trap '' TERM; cat $file; sleep 600", "reason=timeout .*--timeout"),
    "leaves-a-writer": ("cat $file; sleep 600 & true", "reason=left_open .*--command"),
    "writes-to-stderr": ("cat $file; echo 'disk error' >&2", "reason=error_output .*disk error"),
    "scales-numbers": ("sed 's/    2000,/   2.0 M,/' $file", "reason=scaled_number .*add -N"),
    "loses-a-row": ("sed 7d $file", "reason=sums_differ"),
    "another-column": ("sed 's/$/, 1/' $file", "reason="),
    "prints-rubbish": ("head -c 300000 /dev/urandom", "reason="),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_command_that_fails_sends_nothing_until_it_works(kafka, stream, fake, name):
    fault, told = FAULTS[name]
    expected = lay_three(fake)
    fake.behave(instead=f"if [ $name = {window(2)} ]; then {fault}; else cat $file; fi")
    done = stream.run("--timeout", "1s")
    assert done.exit_status == 1
    assert stream.last == window(3)
    (line,) = [line for line in trouble(done) if "level=error" in line]
    assert f"window={window(2)}" in line
    assert re.search(told, line), line
    assert len(kafka.consume(stream.topic, committed_only=False)) == ROWS
    fake.behave()
    goes_on(kafka, stream, expected)


def test_a_program_that_is_missing_is_named(kafka, stream, fake):
    expected = lay_three(fake)
    fake.path.rename(fake.path.with_suffix(".away"))
    done = stream.run()
    assert done.exit_status == 1
    assert stream.last == window(4)
    assert any("reason=not_started" in line and str(fake.path) in line for line in trouble(done))
    fake.path.with_suffix(".away").rename(fake.path)
    goes_on(kafka, stream, expected)


def test_known_noise_on_stderr_is_no_failure(kafka, stream, fake):
    expected = lay_three(fake)
    fake.behave(before="echo 'Command line switch -s overwrites -a' >&2")
    assert stream.run().exit_status == 1
    assert values(kafka, stream) == []
    done = stream.run("--ignore-stderr", "^Command line switch")
    assert done.exit_status == 0, done.err
    assert values(kafka, stream) == expected


# State and ledger


def ledger_of(process):
    return re.search(r" ledger=(\S+)", process.err)[1]


def test_a_window_that_never_succeeds_is_left_behind_and_accounted_for(kafka, topic, fake, tmp_path):
    words = [*DAYS, "--give-up", "24h", "--follow"]
    name = topic()
    (tmp_path / "last").write_text(window(4))
    expected = [*fake.lay(window(3), ROWS), *fake.lay(window(1), ROWS)]
    flags = ["--brokers", kafka.brokers, "--topic", name, "--ledger", name, "--command", fake.command]
    with Weir("stream", *flags, *words, folder=tmp_path) as weir:
        metrics = weir.wait_metrics(lambda m: m.value("weir_windows_sent_total") == 2)
        assert metrics.value("weir_windows_skipped_total", reason="given_up") == 1
        assert metrics.value("weir_windows_skipped_total") == 1
        assert metrics.value("weir_window_failures_total", reason="exit_status") == 1
    assert [record.value for record in kafka.consume(name)] == expected
    offset, note = kafka.committed(name, name, 0)
    assert note == f"window={window(1)} rows={ROWS} skipped=1 {window(2)}"
    assert offset == minutes_of(window(1))
    assert re.search(f"given up.* window={window(2)} reason=exit_status", weir.err)


def minutes_of(name):
    """The ledger's number of a window: minutes since 1970 on the clock's face."""
    start = datetime.datetime.strptime(name, "%Y%m%d%H%M")
    return (start - datetime.datetime(1970, 1, 1)) // datetime.timedelta(minutes=1)


def test_too_many_missed_windows_are_left_out_with_a_warning(kafka, stream, fake):
    stream.last = window(100)
    expected = lay_three(fake)
    done = stream.run("--max-catch-up", "3")
    assert done.exit_status == 0, done.err
    assert values(kafka, stream) == expected
    (line,) = [line for line in trouble(done) if "--max-catch-up" in line]
    assert "left_out=96" in line and f"first={window(3)}" in line


def test_where_the_ledger_has_expired_the_file_decides(kafka, stream, fake):
    expected = lay_three(fake)
    first = stream.run()
    ledger = ledger_of(first)
    stream.last = window(2)
    done = stream.run()
    assert done.exit_status == 0
    assert stream.last == window(1), "the ledger is ahead: nothing is sent again"
    assert "the ledger is ahead of the state file" in done.err
    assert values(kafka, stream) == expected
    kafka.delete_offsets(ledger, stream.topic)
    assert kafka.committed(ledger, stream.topic, 0) is None
    stream.last = window(2)
    done = stream.run()
    assert done.exit_status == 0
    assert re.search("level=warn .*the file decides.* ledger=none", done.err)
    assert values(kafka, stream) == expected + expected[-ROWS:], "as the file says"
    assert kafka.committed(ledger, stream.topic, 0)[0] == minutes_of(window(1))


@pytest.mark.parametrize("rubbish", ["yesterday", "", "202613010000", "2026112123050", "\0" * 12])
def test_rubbish_in_the_state_file_is_an_error_that_leaves_it_alone(kafka, stream, fake, rubbish):
    lay_three(fake)
    stream.last = rubbish
    done = stream.run()
    assert done.exit_status == 2
    assert stream.last == rubbish
    assert "last" in done.err and "YYYYmmddHHMM" in done.err, done.err
    assert on_topic(kafka, stream.topic) == 0


# The clock


def prague(kafka, topic, tmp_path, fake, last, names):
    """A stream in that zone from a window of the past on, with files of these names and no more."""
    streamer = Streamer(kafka.brokers, topic, tmp_path, fake.command, "--timezone", "Europe/Prague",
                        "--max-catch-up", "10000000", days=False)  # fmt: skip
    streamer.last = last
    expected = [message for name in names for message in fake.lay(name, 2)]
    done = streamer.run()
    assert done.exit_status == 1, "the window after these has no file"
    assert streamer.last == names[-1]
    assert values(kafka, streamer) == expected
    return streamer


def names_of(first, last):
    """Names of five-minute windows of a day, as the clock's face counts."""
    return [f"{first[:8]}{n // 12:02}{n % 12 * 5:02}" for n in range(288)
            if first[8:] <= f"{n // 12:02}{n % 12 * 5:02}" <= last[8:]]  # fmt: skip


def test_the_repeated_hour_of_october_is_sent_once(kafka, topic, tmp_path, fake):
    names = names_of("202610250100", "202610250400")
    assert len(names) == 37
    prague(kafka, topic(), tmp_path, fake, "202610250055", names)


def test_the_hour_that_march_has_not_is_not_waited_for(kafka, topic, tmp_path, fake):
    names = [*names_of("202603290130", "202603290155"), *names_of("202603290300", "202603290330")]
    streamer = prague(kafka, topic(), tmp_path, fake, "202603290125", names)
    range_of = ["--since", "202603290150", "--until", "202603290305"]
    done = streamer.run(*range_of)
    assert done.exit_status == 0, done.err
    assert len(values(kafka, streamer)) == 2 * len(names) + 2 * 4, "again: 01:50 01:55 03:00 03:05"
    assert streamer.last == names[-1]


# Two at once


def test_two_on_one_ledger_fence_each_other(kafka, topic, tmp_path):
    """With a state file each, as on two machines."""
    name = topic()
    pair = []
    for number in range(2):
        folder = tmp_path / str(number)
        fake = FakeNfdump(folder)
        expected = lay_three(fake, rows=ROWS)
        streamer = Streamer(kafka.brokers, name, folder, fake.command, "--ledger", name)
        streamer.last = window(4)
        pair.append((fake, streamer))
    (slow, first), (_, second) = pair
    slow.behave(before=f"if [ $name = {window(2)} ]; then : > began; sleep 3; fi")
    one = first.start()
    one.wait_for(lambda: (first.folder / "began").exists(), what="being in its second window")
    other = second.run()
    assert other.exit_status == 0, other.err
    assert second.last == window(1)
    assert one.wait(30) == 1
    assert re.search(f"another weir stream has taken over the ledger {name}", one.err), one.err
    assert [record.value for record in kafka.consume(name)] == expected
    again = first.run()
    assert again.exit_status == 0, again.err
    assert first.last == window(1)
    assert [record.value for record in kafka.consume(name)] == expected


# Following


@pytest.fixture
def follow(fake, tmp_path):
    """A function that starts `weir stream --follow` of a command in nfdump's place."""
    started = []

    def start(kafka, topic, *words):
        weir = Weir("stream", "--follow", "--brokers", kafka.brokers, "--topic", topic, "--command",
                    fake.command, *words, folder=tmp_path)  # fmt: skip
        started.append(weir)
        return weir.start()

    yield start
    for weir in started:
        weir.stop()


@pytest.fixture(scope="module")
def minutely(kafka, tmp_path_factory):
    """Started before these tests, so that a window becomes due meanwhile: a stream of one-minute
    windows that all have the same rows."""
    folder = tmp_path_factory.mktemp("minutely")
    fake = FakeNfdump(folder)
    fake.lay("always", 3)
    fake.behave(instead=f"cat {fake.folder}/always")
    begun = minute(datetime.timedelta(minutes=-4))
    (folder / "last").write_text(begun)
    topic = kafka.create_topic("minutely")
    words = ["--topic", topic, "--ledger", topic, "--command", fake.command, "--timezone", "UTC"]
    with Weir("stream", "--follow", "--brokers", kafka.brokers, *words, "--interval", "1m",
              folder=folder) as weir:  # fmt: skip
        yield weir, begun


def minute(shift=datetime.timedelta()):
    return f"{datetime.datetime.now(datetime.timezone.utc) + shift:%Y%m%d%H%M}"


def test_a_window_whose_file_comes_late_is_sent_when_it_is_there(kafka, topic, fake, follow, tmp_path):
    name = topic()
    (tmp_path / "last").write_text(window(4))
    expected = lay_three(fake)
    late = fake.folder / window(1)
    late.rename(late.with_suffix(".late"))
    weir = follow(kafka, name, *DAYS)
    weir.wait_for_url(weir.url + "/-/ready", status=503)
    assert f"window {window(1)} cannot be sent" in weir.get("/-/ready")[2].decode()
    metrics = weir.metrics()
    assert metrics.value("weir_windows_sent_total") == 2
    assert metrics.value("weir_windows_lag") == 1
    assert metrics.value("weir_window_failures_total", reason="exit_status") >= 1
    late.with_suffix(".late").rename(late)
    weir.wait_ready()
    metrics = weir.wait_metrics(lambda m: m.value("weir_windows_lag") == 0)
    assert metrics.value("weir_windows_sent_total") == 3
    assert metrics.value("weir_window_rows_total") == 3 * ROWS
    assert metrics.value("weir_window_bytes_total") == sum(map(len, expected))
    assert [record.value for record in kafka.consume(name)] == expected


def test_kafka_that_is_away_is_felt_as_waiting(broker, fake, follow, tmp_path):
    running(broker).create_topic("away")
    broker.stop()
    (tmp_path / "last").write_text(window(4))
    expected = lay_three(fake)
    weir = follow(broker, "away", *DAYS)
    weir.wait_for_url(weir.url + "/-/ready", status=503)
    weir.wait_for(lambda: b"cannot reach Kafka" in weir.get("/-/ready")[2], what="saying why")
    assert weir.get("/-/healthy")[0] == 200
    broker.start()
    weir.wait_ready()
    weir.wait_metrics(lambda m: m.value("weir_windows_sent_total") == 3)
    assert [record.value for record in broker.consume("away")] == expected


def test_a_signal_stops_it_while_it_sends_to_a_kafka_that_hangs(broker, fake, tmp_path):
    topic = running(broker).create_topic("stopped")
    streamer = Streamer(broker.brokers, topic, tmp_path, fake.command)
    streamer.last = window(4)
    expected = fake.lay(window(3), 250_000)  # more than is queued
    expected += [message for ago in (2, 1) for message in fake.lay(window(ago), ROWS)]
    process = streamer.start()
    wait_until(lambda: on_topic(broker, topic) > 0 or not process.running, every=0.0005)
    broker.pause()
    begin = time.monotonic()
    assert process.stop(signal.SIGTERM) == 1, process.err
    assert time.monotonic() - begin < SECONDS_TO_STOP
    broker.cont()
    done = streamer.run()
    assert done.exit_status == 0, done.err
    assert not differences(values(broker, streamer), expected)


def test_windows_are_sent_as_they_become_due(kafka, minutely):
    weir, begun = minutely
    # The one that was going on at the start, and the three before it.
    weir.wait_metrics(lambda m: m.value("weir_windows_sent_total") >= 4, timeout=90)
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=weir.get("/metrics")[2], capture_output=True
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")
    assert weir.stop() == 0
    names = re.findall(r'"window sent" window=(\d+)', weir.err)
    first = minutes_of(begun) + 1
    assert [minutes_of(name) for name in names] == [*range(first, first + len(names))]
    assert len(kafka.consume("minutely")) == 3 * len(names)
    assert kafka.committed("minutely", "minutely", 0)[0] == minutes_of(names[-1])
    assert (weir.folder / "last").read_text() == names[-1]
    assert names[-1] < minute()
