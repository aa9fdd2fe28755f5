"""`weir stream` killed again and again while rows are being written: each row reaches the readers of
committed records once."""

import random
import statistics
import time

import pytest

from servers.kafka import Kafka
from servers.process import wait_until
from support.stream import FakeNfdump, Streamer, differences, window

WINDOWS = 10
ROWS = 30_000
KILLS = 30
EVERY_FIFTH = 5  # is killed in the second window that it sends
# A killed owner's transaction that the next one could not abort would stall it for 10 s and more.
LONGEST_WAIT = 8.0


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory):
    """Whose disk is watched, without what other tests leave behind."""
    with Kafka(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


def written(kafka, topic):
    """Bytes of a topic of one partition on the broker's disk, committed or not."""
    log = kafka.data / f"{topic}-0" / f"{0:020}.log"
    return log.stat().st_size if log.exists() else 0


def kill_in_mid_window(process, kafka, topic, grown):
    """SIGKILL once the topic is larger by so many bytes. Returns how long nothing was written before;
    None where all was sent before that."""
    begin, start = time.monotonic(), written(kafka, topic)
    first = wait_until(
        lambda: (written(kafka, topic) > start or not process.running) and time.monotonic(),
        every=0.001,
    )
    wait_until(
        lambda: written(kafka, topic) >= start + grown or not process.running, every=0.0005
    )
    if not process.running:
        assert process.exit_status == 0, process.err
        return None
    process.kill()
    return first - begin


def test_killed_thirty_times_while_it_sends_each_row_is_there_once(own_kafka, tmp_path):
    rng = random.Random(1)
    nfdump = FakeNfdump(tmp_path)
    expected = []
    for ago in range(WINDOWS, 0, -1):
        expected += nfdump.lay(window(ago), ROWS)
    size = sum(map(len, expected)) / WINDOWS
    topic = own_kafka.create_topic("killed")
    stream = Streamer(own_kafka.brokers, topic, tmp_path, nfdump.command)
    stream.last = window(WINDOWS + 1)
    waits = []
    for number in range(KILLS):
        windows = rng.uniform(0, 0.7) + (number % EVERY_FIFTH == 0)
        wait = kill_in_mid_window(stream.start(), own_kafka, topic, windows * size)
        if wait is None:  # this test was held up again and again
            break
        waits.append(wait)
    assert len(waits) > KILLS / 3
    done = stream.run()
    assert done.exit_status == 0, done.err
    assert stream.last == window(1)
    left = [record.value for record in own_kafka.consume(topic, committed_only=False)]
    assert len(left) > len(expected) + ROWS, "many were killed in mid-window"
    values = [record.value for record in own_kafka.consume(topic)]
    assert not differences(values, expected)
    assert values == expected, "in order"
    assert statistics.median(waits) < LONGEST_WAIT, waits
