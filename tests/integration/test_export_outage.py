"""The broker is away at the start, goes away, comes back: nothing is lost, nothing counts twice."""

import re
import time

import pytest

from servers.kafka import Kafka
from servers.process import wait_until
from support.messages import OWN, numbered
from support.producer import Producer
from support.truth import Truth, by_label


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A broker of this module, which its tests start and kill; not running at first."""
    broker = Kafka(tmp_path_factory.mktemp("broker"))
    yield broker
    broker.stop()


def start(export, broker, topic):
    return export("--brokers", broker.brokers, "--topic", topic, "--asn", ",".join(map(str, OWN)))


def finish(weir, truth):
    expected = sum(truth.messages.values())
    metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") >= expected, timeout=60)
    truth.check(metrics)
    return metrics


def trouble_lines(weir):
    return [line for line in weir.err.splitlines() if re.search("level=(warn|error)", line)]


def test_a_broker_that_is_down_at_the_start_is_waited_for(broker, export):
    weir = start(export, broker, "late")
    weir.wait_for_url(weir.url + "/-/healthy")
    for path in ("/-/ready", "/metrics"):

        def told(path=path):
            status, _, why = weir.get(path)
            return status == 503 and b"Kafka" in why and broker.brokers.encode() in why

        weir.wait_for(told, what=f"{path} saying why")
    # The page is for people who look what is wrong.
    status, _, page = weir.get("/")
    assert status == 200 and b"Not ready" in page
    weir.wait_for_text("cannot reach Kafka")
    broker.start()
    weir.wait_for(lambda: b"does not exist" in weir.get("/-/ready")[2], what="asking for the topic")
    weir.wait_for(weir.metrics, what="to be sure that there is no such topic")
    broker.create_topic("late")
    truth = Truth(OWN)
    messages = numbered(100)
    broker.produce("late", [message.value for message in messages], 0)
    for message in messages:
        truth.add(message, "late")
    weir.wait_ready()
    finish(weir, truth)


def test_a_broker_killed_in_mid_stream_costs_nothing(broker, export):
    if not broker.running:
        broker.start()
    broker.create_topic("killed", 2)
    truth = Truth(OWN)
    weir = start(export, broker, "killed")
    weir.wait_ready()
    with Producer(broker, "killed") as producer:
        sent = 0

        def send_more(count=200):
            nonlocal sent
            for partition in range(2):
                producer.send(numbered(count, first=sent), truth, partition)
                sent += count

        send_more()
        weir.wait_metrics(lambda m: m.value("weir_messages_total") > 0)
        for _ in range(20):  # the broker dies somewhere in the middle of these
            send_more()
        broker.kill()
        away = time.monotonic()
        send_more()
        weir.wait_for_url(weir.url + "/-/ready", status=503)
        # What was counted is still true, and still shown.
        assert weir.metrics().value("weir_ready") == 0
        assert weir.get("/-/healthy")[0] == 200
        wait_until(lambda: time.monotonic() > away + 4, what="a few retries in vain")
        send_more()
        broker.start()
        weir.wait_ready(timeout=60)
        send_more()
        producer.finish()
    # The watcher's line, and one of the reading thread; each at most once a minute.
    minutes = 1 + int((time.monotonic() - away) / 60)
    assert 1 <= len(trouble_lines(weir)) <= 2 * minutes, weir.err
    metrics = finish(weir, truth)
    half = sum(truth.messages.values()) // 2
    assert by_label(metrics, "weir_consumer_offset", "partition") == {"0": half, "1": half}
    weir.wait_metrics(lambda m: m.value("weir_consumer_lag") == 0 and m.value("weir_ready") == 1)
    assert weir.stop() == 0


def test_a_broker_that_hangs_is_noticed_and_taken_up_again(broker, export):
    if not broker.running:
        broker.start()
    broker.create_topic("hangs")
    truth = Truth(OWN)
    weir = start(export, broker, "hangs")
    weir.wait_ready()
    broker.pause()
    weir.wait_for_url(weir.url + "/-/ready", status=503)
    broker.cont()
    messages = numbered(100)
    broker.produce("hangs", [message.value for message in messages], 0)
    for message in messages:
        truth.add(message, "hangs")
    weir.wait_ready()
    finish(weir, truth)
