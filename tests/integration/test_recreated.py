"""A topic that is deleted, created again and filled while nobody looks is read from its beginning,
also where the brokers' leaders had changed before, and what else is read goes on."""

import pytest

from servers.kafka import Kafka
from servers.process import wait_until
from support.exact import Trial
from support.messages import OWN, numbered
from support.truth import Truth

OWNED = ",".join(map(str, OWN))


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A broker whose topics' leader epochs are not 0, as it was restarted."""
    with Kafka(tmp_path_factory.mktemp("broker")) as broker:
        for name, partitions in (("epoch", 3), ("epoch2", 1), ("other", 2)):
            broker.create_topic(name, partitions)
        yield broker.restart()


@pytest.mark.parametrize("asleep", [True, False], ids=["asleep", "awake"])
def test_a_topic_filled_beyond_our_place_before_it_is_missed_counts_once(kafka, topic, export, asleep):
    name = topic()
    truth = Truth(OWN)
    weir = export("--brokers", kafka.brokers, "--topic", name, "--asn", OWNED)
    weir.wait_ready()

    def send(messages):
        kafka.produce(name, [message.value for message in messages], 0)
        for message in messages:
            truth.add(message, name)

    send(numbered(30))
    weir.wait_metrics(lambda m: m.value("weir_messages_total") == 30)
    before = kafka.topic_id(name)
    if asleep:
        weir.pause()
    kafka.recreate_topic(name)
    assert kafka.topic_id(name) != before
    send(numbered(100, first=1000))
    if asleep:
        weir.cont()
    weir.wait_for_text("created again")
    metrics = weir.wait_metrics(
        lambda m: m.value("weir_messages_total") >= 130
        and m.value("weir_consumer_lag") == 0
        and m.value("weir_ready") == 1
    )
    truth.check(metrics)
    assert metrics.value("weir_records_lost_total") == 0


def test_after_its_leaders_had_changed_a_new_topic_is_read_and_others_are_read_on(broker, export):
    truth = Truth(OWN)
    weir = export("--brokers", broker.brokers, "--topic", "epoch", "--topic", "epoch2", "--topic", "other",
                  "--asn", OWNED, "--start", "earliest")  # fmt: skip
    weir.wait_ready()
    sent = {}

    def send(name, partition, messages):
        broker.produce(name, [message.value for message in messages], partition)
        for message in messages:
            truth.add(message, name, partition)
        sent["all"] = sent.get("all", 0) + len(messages)

    def all_read(metrics):
        assert metrics.value("weir_messages_total") == sent["all"]
        return metrics.value("weir_consumer_lag") == 0 and metrics.value("weir_ready") == 1

    for number, (name, partition) in enumerate([("epoch", 0), ("epoch", 2), ("epoch2", 0), ("other", 1)]):
        send(name, partition, numbered(40, first=1000 * number))
    truth.check(weir.wait_metrics(all_read))
    broker.restart()
    weir.wait_ready()
    broker.recreate_topic("epoch", 3)
    broker.recreate_topic("epoch2")
    send("epoch", 2, numbered(90, first=5000))
    send("other", 1, numbered(30, first=6000))
    metrics = weir.wait_metrics(all_read)
    truth.check(metrics)
    assert metrics.value("weir_records_lost_total") == 0


def test_it_is_not_ready_while_a_topic_is_gone_and_ready_when_a_new_one_is_read(kafka, topic, export):
    name = topic()
    weir = export("--brokers", kafka.brokers, "--topic", name, "--asn", OWNED)
    weir.wait_ready()
    kafka.produce(name, [message.value for message in numbered(30)], 0)
    weir.wait_metrics(lambda m: m.value("weir_messages_total") == 30)
    kafka.delete_topic(name)

    def gone():
        status, _, body = weir.get("/-/ready")
        return status == 503 and name in body.decode()

    wait_until(gone, what="not ready, with the reason")
    weir.pause()  # so that it finds a topic that has something to be read
    wait_until(lambda: kafka.create_topic(name), what="made again")
    kafka.produce(name, [message.value for message in numbered(50)], 0)
    weir.cont()
    weir.wait_ready()
    weir.wait_metrics(lambda m: m.value("weir_messages_total") == 80)


def test_what_was_deleted_of_a_new_log_before_it_was_found_is_lost(kafka, topic, export):
    name = topic()
    weir = export("--brokers", kafka.brokers, "--topic", name, "--asn", OWNED)
    weir.wait_ready()
    weir.pause()
    kafka.add_partitions(name, 2)
    kafka.produce(name, [message.value for message in numbered(30)], 1)
    kafka.delete_records(name, 1, 10)
    weir.cont()
    metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") == 20)
    assert metrics.value("weir_records_lost_total") == 10
    weir.pause()
    kafka.recreate_topic(name)
    kafka.produce(name, [message.value for message in numbered(30)], 0)
    kafka.delete_records(name, 0, 5)
    weir.cont()
    metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") == 45)
    assert metrics.value("weir_records_lost_total") == 15
    weir.wait_ready()  # although one partition is gone for good


def test_stopped_and_started_while_it_is_scraped_it_always_reads_on(kafka, topic, tmp_path):
    with Trial(kafka, tmp_path, topic(3), interval=0.002) as trial:
        trial.start(wait=True)
        trial.feed().pause()
        for _ in range(10):
            trial.feeds[0].send(200)
            trial.check(timeout=20)
            trial.stop().start()
        trial.check_topic()
