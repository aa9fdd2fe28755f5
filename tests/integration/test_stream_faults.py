"""What goes wrong around `weir stream`: Kafka, the command, the data. Nothing half is ever sent, the
log says what to do, and it goes on once the cause is gone."""

import datetime
import os
import re
import signal
import subprocess
import time

import pytest

from servers.kafka import Kafka
from servers.nfcapd import capture, lay
from servers.process import PATIENCE, wait_until
from servers.weir import Weir
from support.stream import (DAYS, FakeNfdump, Streamer, differences, lay_three, minutes_of,
                            nfdump, trouble,
                            values, window)  # fmt: skip
from support.traffic import Traffic

ROWS = 50
SECONDS_TO_STOP = 5
TRANSACTION_TIMEOUT = 10  # of windows up to 5 MB


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A broker of this module, which its tests stop and freeze; not running at first."""
    settings = {"transaction.abort.timed.out.transaction.cleanup.interval.ms": "500"}
    broker = Kafka(tmp_path_factory.mktemp("broker"), settings)
    yield broker
    broker.stop()


def running(broker):
    return broker if broker.running else broker.start()


def on_topic(kafka, topic):
    """Bytes on the broker's disk, committed or not."""
    log = kafka.data / f"{topic}-0" / f"{0:020}.log"
    return log.stat().st_size if log.exists() else 0


def goes_on(kafka, streamer, expected):
    done = streamer.run()
    assert done.exit_status == 0, done.err
    assert streamer.last == window(1)
    assert values(kafka, streamer) == expected


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


# Kafka


@pytest.mark.usefixtures("minutely")
def test_kafka_that_is_down_at_the_start_is_waited_for(broker, fake, tmp_path):
    streamer = Streamer(broker.brokers, "late", tmp_path, fake.command)
    streamer.last = window(4)
    expected = lay_three(fake)
    begin = time.monotonic()
    process = streamer.start()
    process.wait_for_text("level=warn .*cannot reach Kafka at .*check --brokers")
    running(broker).create_topic("late")
    assert process.wait(60) == 0, process.err
    assert values(broker, streamer) == expected
    minutes = 1 + int((time.monotonic() - begin) / 60)
    assert len(trouble(process)) <= 4 * minutes, process.err


def test_a_topic_that_does_not_exist_is_said_and_can_be_made_meanwhile(broker, fake, tmp_path):
    streamer = Streamer(running(broker).brokers, "missing", tmp_path, fake.command)
    streamer.last = window(4)
    expected = lay_three(fake)
    process = streamer.start()
    process.wait_for_text("level=warn .*topic missing: .*create it, or check --topic")
    broker.create_topic("missing")
    assert process.wait(60) == 0, process.err
    assert values(broker, streamer) == expected


def test_a_broker_killed_while_windows_are_sent_costs_nothing(broker, tmp_path):
    """Two streams at once, one of them without transactions."""
    running(broker)
    streamers = []
    for delivery in ("exactly-once", "at-least-once"):
        fake = FakeNfdump(tmp_path / delivery)
        expected = lay_three(fake, rows=40_000)
        fake.behave(before="sleep 1")
        topic = broker.create_topic(f"killed-{delivery}")
        streamer = Streamer(broker.brokers, topic, fake.path.parent, fake.command, "--delivery", delivery)
        streamer.last = window(4)
        streamers.append(streamer)
    pair = [(streamer, streamer.start()) for streamer in streamers]
    wait_until(lambda: on_topic(broker, pair[0][0].topic) > 0, every=0.0005)
    broker.kill()
    for streamer, process in pair:
        process.wait_for_text("facility=FAIL|level=warn .*Kafka: ")  # what librdkafka says first differs
    broker.start()
    for streamer, process in pair:
        assert process.wait(60) == 0, process.err
        assert streamer.last == window(1)
    once, loose = (values(broker, streamer) for streamer, _ in pair)
    assert not differences(once, expected)
    assert not differences(set(loose), set(expected)), "at least once"


def pause_in_mid_window(broker, topic, process):
    """Stops a stream whose transaction is open."""
    while True:
        size = on_topic(broker, topic)
        wait_until(lambda: on_topic(broker, topic) > size, every=0.0005)  # noqa: B023
        process.pause()
        if len(broker.consume(topic, committed_only=False)) > len(broker.consume(topic)):
            return
        process.cont()


def test_a_transaction_that_was_open_for_too_long_is_begun_again(broker, tmp_path):
    """Kafka aborts it and fences its owner, as if there were another one; but there is none. Here
    one stream is stopped in mid-window, and then Kafka in mid-window of another."""
    running(broker)
    streamers = []
    for name in ("stopped-stream", "stopped-kafka"):
        fake = FakeNfdump(tmp_path / name)
        expected = lay_three(fake, rows=40_000)
        topic = broker.create_topic(name)
        small = ("-X", "batch.num.messages=20")  # which takes a while
        streamers.append(Streamer(broker.brokers, topic, tmp_path / name, fake.command, *small))
        streamers[-1].last = window(4)
    pair = []
    for streamer, frozen in zip(streamers, (None, broker)):
        process = streamer.start()
        pair.append((streamer, process))
        pause_in_mid_window(broker, streamer.topic, process)
        if frozen:
            frozen.pause()
            process.cont()
    begin = time.monotonic()
    wait_until(lambda: time.monotonic() > begin + TRANSACTION_TIMEOUT + 2, what="a frozen while")
    broker.cont()
    broker.wait_for_answer()
    pair[0][1].cont()
    for streamer, process in pair:
        assert process.wait(60) == 0, process.err
        assert re.search("level=warn .*Kafka: ", process.err)
        assert not differences(values(broker, streamer), expected)


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
    assert time.monotonic() - begin < SECONDS_TO_STOP * PATIENCE
    broker.cont()
    done = streamer.run()
    assert done.exit_status == 0, done.err
    assert not differences(values(broker, streamer), expected)


# The command


@pytest.fixture(scope="module")
def captured(tmp_path_factory):
    return capture(tmp_path_factory.mktemp("captured"), "v9", Traffic(seed=5).flows(20_000))


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
    done = stream.run(*(("--timeout", "4s") if "--timeout" in told else ()))
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
