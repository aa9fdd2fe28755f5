"""Killed fifty times while records flow, with brokers and a network that come and go: every counter
is exact at the end, and was in every scrape."""

import random
import time

import pytest

from servers.process import wait_until
from support.exact import Trial
from support.proxy import ProxiedKafka

KILLS = 50


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A broker of this module, with a network before it that its tests cut."""
    with ProxiedKafka(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


def cut(broker):
    broker.proxy.cut()


def stall(broker):
    broker.proxy.stall()


def slow(broker):
    broker.proxy.delay = 0.05


def mend(broker):
    broker.proxy.mend()


def kill_broker(broker):
    broker.kill()
    broker.launch()


def restart_broker(broker):
    broker.stop()
    broker.launch()


# What happens besides, before the kill of this number.
EVENTS = {
    8: cut, 10: mend, 15: kill_broker, 24: stall, 26: mend, 31: restart_broker, 40: slow, 44: mend
}  # fmt: skip
AWAY = {8, 9, 24, 25}  # kills while Kafka cannot be reached


def test_killed_fifty_times_every_counter_is_exact(broker, tmp_path):
    rng = random.Random(6)
    broker.create_topic("killed", 3)
    with Trial(broker, tmp_path, "killed", brokers=broker.far) as trial:
        trial.start(wait=True)
        trial.feed()
        kills = 0
        while kills < KILLS:
            if kills in EVENTS and trial.weir.running:
                EVENTS[kills](broker)
                if rng.random() < 0.5:
                    time.sleep(rng.random())
            if kills % 3 == 1 and kills not in AWAY:
                trial.wait_news()  # however slow this machine is, it gets somewhere
            trial.end(rng)
            kills += trial.weir.exit_status == -9
            trial.start()
        broker.wait_for_answer()
        trial.check()
        trial.check_topic()
        trial.check_history()
        assert len(trial.scraper.changes) > KILLS / 4, "it got nowhere between being killed"
        assert trial.scraper.values("weir_records_lost_total") == {("killed", str(n)): 0 for n in range(3)}
        trial.stop()


def test_without_brokers_it_serves_what_it_knows_and_goes_on_later(broker, tmp_path):
    broker.create_topic("away", 3)
    with Trial(broker, tmp_path, "away", brokers=broker.far) as trial:
        trial.start(wait=True)
        trial.feed().pause().send(2000)
        trial.check()
        trial.kill()
        broker.proxy.cut()
        trial.start(wait=True)
        trial.check(trial.truth.counts)
        trial.feeds[0].send(2000)
        broker.proxy.mend()
        trial.check()
        trial.check_topic().check_history()


def test_a_topic_recreated_after_its_broker_was_restarted_is_read_again(broker, tmp_path):
    """The new topic's leader epoch is lower than the old one's, which clients take for outdated."""
    broker.create_topic("epoch", 3)
    with Trial(broker, tmp_path, "epoch", brokers=broker.far) as trial:
        trial.start(wait=True)
        trial.feed().pause().send(3000)
        trial.check()
        trial.feeds[0].finish()
        broker.restart()
        trial.weir.wait_ready()
        trial.check()
        broker.delete_topic("epoch")
        wait_until(lambda: broker.create_topic("epoch", 3), what="made again")
        trial.feed().pause().send(300)
        trial.check(timeout=20)
        trial.check_topic()
