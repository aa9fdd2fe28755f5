"""What Kafka itself takes away or makes anew: topics deleted and recreated, records that retention
deleted, transactions that were aborted."""

import random
from collections import Counter

from servers.process import wait_until
from support.exact import Trial
from support.exact_feed import Records
from support.exact_judge import Sums, judged


def recreate(trial):
    trial.kafka.delete_topic(trial.topic)
    wait_until(lambda: trial.kafka.create_topic(trial.topic, trial.partitions), what="made again")


def lost(trial):
    """Records lost, by partition number."""
    found = trial.scraper.values("weir_records_lost_total")
    return {int(partition): n for (_, partition), n in found.items() if n}


def test_a_topic_recreated_while_it_runs_is_counted_from_its_beginning(kafka, topic, tmp_path):
    with Trial(kafka, tmp_path, topic(3)) as trial:
        trial.start(wait=True)
        trial.feed().pause().send(6000)
        trial.check()
        trial.feeds[0].finish()
        recreate(trial)
        # At once and less of it, so that old offsets are beyond the new topic's end.
        trial.feed().pause().send(2000)
        trial.check()
        trial.kill()
        trial.start()
        trial.feeds[1].send(9000)
        trial.check()
        trial.check_topic()
        assert lost(trial) == {}


def test_a_topic_recreated_while_it_is_stopped_is_never_mixed_up_with_the_old_one(kafka, topic, tmp_path):
    with Trial(kafka, tmp_path, topic(3)) as trial:
        trial.start(wait=True)
        trial.feed(rate=8000)
        wait_until(lambda: len(trial.scraper.changes) > 3)
        trial.kill()  # behind what is there
        trial.feeds[0].pause().finish()
        shown = trial.scraper.values("weir_messages_total")
        recreate(trial)
        trial.feed().pause().send(12_000)
        trial.start()
        new = trial.feeds[1].count

        def new_ones_read():
            counted = trial.scraper.values("weir_messages_total")
            offsets = trial.scraper.values("weir_consumer_offset")
            return offsets == new and all(counted[at] >= shown.get(at, 0) + new[at] for at in new)

        trial.wait(new_ones_read, "reading the new topic")
        # Of the old topic those count that a commit had, all of them at the front.
        counted = trial.scraper.values("weir_messages_total")
        front = {
            partition: messages[: counted[trial.topic, str(partition)] - new[trial.topic, str(partition)]]
            for partition, messages in trial.feeds[0].sent.items()
        }
        truth = judged(trial.topic, front)
        truth += judged(trial.topic, trial.feeds[1].sent)
        trial.check(truth.counts)
        trial.check_topic()


def test_records_that_retention_deleted_unread_are_counted_as_lost(kafka, topic, tmp_path):
    rng = random.Random(9)
    with Trial(kafka, tmp_path, topic(3)) as trial:
        trial.start(wait=True)
        trial.feed().pause().send(3000)
        trial.check()
        missing, gone = Sums(), Counter()
        for round_ in range(2):
            trial.stop()
            read = {n: len(each) for n, each in trial.feeds[0].sent.items()}
            trial.feeds[0].send(3000)
            for partition in (0, 2):
                end = len(trial.feeds[0].sent[partition])
                wait_until(lambda: kafka.offsets(trial.topic, partition)[1] == end)  # noqa: B023
                before = rng.randrange(read[partition] + 1, end)
                kafka.delete_records(trial.topic, partition, before)
                for message in trial.feeds[0].sent[partition][read[partition] : before]:
                    missing.add(trial.topic, partition, message)
                    gone[partition] += 1
            trial.start()
            trial.settle(lost=gone.total())
            truth = Counter(trial.expected())
            truth.subtract(missing.counts)
            trial.check(truth)
            assert lost(trial) == dict(gone)
            told = [line for line in trial.weir.err.splitlines() if "were deleted before" in line]
            assert len(told) == 1 + round_, "once a minute"
        trial.kill()
        trial.start(wait=True)
        trial.settle(lost=gone.total()).check(truth)
        assert lost(trial) == dict(gone)


def test_aborted_transactions_are_neither_counted_nor_lost(kafka, topic, tmp_path):
    rng = random.Random(3)
    records = Records(3)
    with Trial(kafka, tmp_path, topic(3)) as trial:
        trial.start(wait=True)
        truth, messages = Sums(), 0
        for number in range(6):
            partition, commit = rng.randrange(3), number % 3 != 1
            values = [records.message()[0] for _ in range(rng.randrange(1, 300))]
            kafka.produce(trial.topic, values, partition, transaction="exact", commit=commit)
            if commit:
                messages += len(values)
                for value in values:
                    truth.add(trial.topic, partition, value)
            if number in (2, 4):
                trial.kill().start()
        ends = {(trial.topic, str(n)): kafka.offsets(trial.topic, n)[1] for n in range(3)}
        trial.wait(lambda: trial.scraper.values("weir_consumer_offset") == ends, f"the end, {ends}")
        trial.check(truth.counts)
        assert lost(trial) == {}
