"""Disturbs an exporter in every way, in random order, for as long as one likes:

    python3 tests/integration/soak.py [MINUTES] [--seed SEED] [--rate RECORDS] [--folder FOLDER]

Prints a line for every round. At the first counter that is not exact it says what is wrong, keeps the
folder and ends with status 1. With the same seed the same disturbances come in the same order."""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from servers.process import wait_until
from support.exact import Trial
from support.exact_judge import judged
from support.powerloss import Disk
from support.proxy import ProxiedKafka

ROUNDS = 12  # with one topic and state folder; then others, so that the broker's disk is not filled
DELETED = 30  # the most messages that a round deletes unread, of a partition


@dataclass
class Ground:
    """What the rounds of one topic share."""

    broker: ProxiedKafka
    disk: Disk
    trial: Trial
    rng: random.Random
    missing: Counter = field(default_factory=Counter)  # of the truth, what was deleted unread
    lost: Counter = field(default_factory=Counter)  # messages, by partition
    told: str = ""


def kills(ground):
    count = ground.rng.randrange(3, 12)
    for _ in range(count):
        ground.trial.end(ground.rng).start()
    ground.told = f"{count} times"


def power(ground):
    for _ in range(ground.rng.randrange(2, 6)):
        ground.trial.end(ground.rng, gently=0.1)
        ground.told = ground.disk.lose_power(ground.rng)
        ground.trial.start()


def network(ground):
    proxy, rng = ground.broker.proxy, ground.rng
    for _ in range(rng.randrange(1, 4)):
        what = rng.choice(("cut", "stall", "slow"))
        if what == "slow":
            proxy.delay = rng.uniform(0, 0.2)
        else:
            getattr(proxy, what)()
        time.sleep(rng.uniform(0, 6))
        if rng.random() < 0.4:
            ground.trial.end(rng).start()
        proxy.mend()
        ground.told += f" {what}"


def broker(ground):
    ground.told = ground.rng.choice(("stopped", "killed", "hangs"))
    if ground.told == "hangs":
        ground.broker.pause()
        time.sleep(ground.rng.uniform(0, 5))
        ground.broker.cont()
    else:
        ground.broker.stop() if ground.told == "stopped" else ground.broker.kill()
        ground.broker.launch()
    if ground.rng.random() < 0.5:
        ground.trial.end(ground.rng).start()
        ground.told += ", so is weir"
    ground.broker.wait_for_answer()


def failing_disk(ground):
    ground.told = ground.rng.choice(("full", "sync"))
    ground.disk.fail(ground.told)
    time.sleep(ground.rng.uniform(0, 4))
    if ground.rng.random() < 0.5:
        ground.trial.kill()
        ground.told += "; " + ground.disk.lose_power(ground.rng)
        ground.disk.fail(None)
        ground.trial.start()
    ground.disk.fail(None)


def damage(ground):
    """Takes away what was durable, which is the only round in which counters may fall. All that it
    has read must still be there to be read again."""
    trial, rng = ground.trial, ground.rng
    if ground.lost or len(trial.feeds) > 1:
        return kills(ground)
    trial.wait_shown().end(rng, gently=0)
    path = rng.choice([path for path in trial.files() if path.stat().st_size])
    content = bytearray(path.read_bytes())
    if path.name.startswith("log") and rng.random() < 0.5:
        del content[rng.randrange(len(content)) :]
        ground.told = f"{path.name} cut to {len(content)}"
    else:
        at = rng.randrange(len(content))
        content[at] ^= 1 << rng.randrange(8)
        ground.told = f"{path.name} flipped at {at}"
    path.write_bytes(content)
    ground.disk.sync()
    trial.scraper.forgive()
    trial.start()


def recreated(ground):
    """Deletes the topic when all of it has been read, and makes another one of its name."""
    trial, rng = ground.trial, ground.rng
    check(ground)
    trial.feeds[-1].finish()
    running = rng.random() < 0.5
    if not running:
        trial.end(rng, gently=0)
    ground.broker.delete_topic(trial.topic)
    make_topic(ground.broker, trial)
    trial.feed(seed=rng.randrange(2**32), rate=trial.feeds[-1].rate)
    wait_until(lambda: all(trial.feeds[-1].sent.values()))
    if not running:
        trial.start()
    ground.told = "while it runs" if running else "while it is stopped"


def retention(ground):
    """Deletes records that it has not read."""
    trial, rng = ground.trial, ground.rng
    check(ground)  # and sends no more
    trial.end(rng, gently=0.5)
    feed = trial.feeds[-1]
    places = {partition: len(messages) for partition, messages in feed.sent.items()}
    for partition, read in places.items():
        messages = feed.sent[partition]
        while len(messages) <= read + DELETED:
            feed.send(100)
        wait_until(lambda: ground.broker.offsets(trial.topic, partition)[1] == len(messages))  # noqa: B023
        count = rng.randrange(1, DELETED)
        ground.broker.delete_records(trial.topic, partition, read + count)
        ground.missing.update(judged(trial.topic, {partition: messages[read : read + count]}).counts)
        ground.lost[partition] += count
    trial.start()
    ground.told = f"{ground.lost.total()} lost so far"


KINDS = (kills, kills, power, power, network, broker, failing_disk, damage, recreated, retention)


def make_topic(kafka, trial):
    wait_until(lambda: kafka.create_topic(trial.topic, trial.partitions))


def check(ground):
    """Everything is exact."""
    trial = ground.trial
    trial.settle(timeout=120, lost=ground.lost.total())
    truth = Counter(trial.expected())
    truth.subtract(ground.missing)
    trial.check(truth)
    lost = trial.scraper.values("weir_records_lost_total")
    shown = {int(partition): count for (_, partition), count in lost.items() if count}
    assert shown == dict(ground.lost), f"lost: shown {shown}, true {dict(ground.lost)}\n{trial.report()}"


def play(kafka, folder, topic, seed, rate, deadline, done):
    """The rounds of one topic; returns how many there have been, with those `done` before."""
    rng = random.Random(seed)
    kafka.create_topic(topic, 3)
    disk = Disk(folder)
    trial = Trial(kafka, folder, topic, state=disk.path / "state", env=disk.env, brokers=kafka.far)
    with trial:
        trial.start(wait=True)
        trial.feed(seed=seed, rate=rate)
        ground = Ground(kafka, disk, trial, rng)
        for number in range(done + 1, done + 1 + ROUNDS):
            if time.monotonic() > deadline:
                return number - 1
            kind, begin = rng.choice(KINDS), time.monotonic()
            ground.told = ""
            try:
                trial.feeds[-1].resume()
                kind(ground)
                check(ground)
            except Exception:
                print(f"round {number}, {kind.__name__}: {ground.told}", flush=True)
                raise
            read = trial.sent().total()
            print(
                f"round {number:3} {time.monotonic() - begin:5.1f} s {read:9,} messages "
                f"{trial.scraper.answers:6,} scrapes  {kind.__name__}: {ground.told}",
                flush=True,
            )
        trial.stop()
    kafka.delete_topic(topic)
    return number


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minutes", type=float, nargs="?", default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--rate", type=int, default=5000, help="records a second")
    parser.add_argument("--folder", type=Path, help="where to put what it makes")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="weir-soak-"))
    deadline = time.monotonic() + args.minutes * 60
    print(f"seed {args.seed}, folder {folder}", flush=True)
    done, number = 0, 0
    try:
        with ProxiedKafka(folder / "broker") as kafka:
            while time.monotonic() < deadline:
                where = folder / f"topic{number}"
                seed = args.seed + number
                done = play(kafka, where, f"soak-{number}", seed, args.rate, deadline, done)
                shutil.rmtree(where)
                number += 1
    except Exception as error:
        print(f"{error}\nNOT EXACT: seed {args.seed}, see {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    print(f"{done} rounds, everything was exact (seed {args.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
