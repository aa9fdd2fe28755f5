"""One exporter that is disturbed in every way while records flow, and must show the exact truth."""

import re
import signal
import time
from collections import Counter

from servers.process import wait_until
from servers.weir import Weir
from support.exact_feed import Feed
from support.exact_judge import OWN, Sums
from support.scraper import Scraper
from support.truth import METRICS

# What is compared; the rest of what a scraper collects are gauges, and sums of these.
COMPARED = (
    *METRICS, "weir_messages_total", "weir_records_total", "weir_records_counted_total",
    "weir_records_filtered_total", "weir_records_refused_total", "weir_metric_value_total",
)  # fmt: skip
_STATE_FILE = re.compile(r"(log|snapshot)-\d+$")


class Trial:
    """An exporter with `--state-dir STATE`, one topic with Feeds, and a Scraper that scrapes it all
    the time, in FOLDER. Start the exporter again as often as you like.

        with Trial(kafka, tmp_path, topic) as trial:
            trial.start()
            trial.feed()
            trial.kill()
            trial.start()
            trial.check()

    `brokers` where the exporter is to reach Kafka by another way; `words` are more flags. A topic that
    is deleted and made again gets a new Feed: the truth is what all of them have sent. `ignore`: what
    the Scraper is to take no notice of."""

    def __init__(self, kafka, folder, topic, *words, partitions=3, state=None, brokers=None, env=None,
                 interval=0.1, ignore=None):  # fmt: skip
        self.kafka, self.topic, self.partitions = kafka, topic, partitions
        self.folder = folder
        self.state = state or folder / "state"
        self.feeds = []
        self.truth = Sums()  # of what was known to be sent when it was last asked for
        self._judged = Counter()  # messages by (feed, partition) that are in it
        self.weir = Weir(
            "export", "--brokers", brokers or kafka.brokers, "--topic", topic, "--start", "earliest",
            "--asn", ",".join(map(str, OWN)), "--as-names", "none", "--state-dir", self.state, *words,
            folder=folder, env=env,
        )  # fmt: skip
        self.scraper = Scraper(self.weir.port, interval, ignore)

    def __enter__(self):
        self.scraper.start()
        return self

    def __exit__(self, *_):
        self.scraper.stop()
        for feed in self.feeds:
            feed.kill()
        self.weir.stop()

    # The exporter

    def start(self, wait=False):
        self.weir.start()
        return self.wait_shown() if wait else self

    def wait_shown(self, timeout=30.0):
        """Waits until a scrape is answered."""
        seen = self.scraper.answers
        self.weir.wait_for(lambda: self.scraper.answers > seen, timeout, "answering a scrape")
        return self

    def wait_news(self):
        """Waits until a scrape shows something new."""
        seen = len(self.scraper.changes)
        self.weir.wait_for(lambda: len(self.scraper.changes) > seen, what="showing something new")
        return self

    def wait_stuck(self):
        """Waits until it is not ready because its state cannot be written; returns what it says."""

        def stuck():
            status, _, why = self.weir.get("/-/ready")
            return why.decode() if status == 503 and b"cannot keep the counters" in why else None

        return self.weir.wait_for(stuck, what="saying that its state cannot be written")

    def kill(self):
        assert self.weir.running, f"ended by itself\n{self.report()}"
        self.weir.kill()
        return self

    def stop(self):
        assert self.weir.stop() == 0, self.report()
        return self

    def end(self, rng, gently=0.15):
        """SIGKILL, sometimes SIGTERM, at a moment that chance has it: while it starts, while it
        commits, or at any time."""
        chance = rng.random()
        if chance < 0.3:
            time.sleep(rng.uniform(0, 0.3))
        elif chance < 0.75:
            for _ in range(rng.choice((1, 1, 2, 3))):
                self._wait_for_a_write(1.5)
            time.sleep(rng.choice((0, 0, 0.001, 0.01)) * rng.random())
        else:
            time.sleep(rng.uniform(0.3, 1.3))
        if rng.random() < gently:
            # Whoever has just been started may not listen to signals yet.
            assert self.weir.stop() in (0, -signal.SIGTERM), self.report()
            return self
        return self.kill()

    def _wait_for_a_write(self, timeout):
        before, deadline = self.state_size(), time.monotonic() + timeout
        while self.state_size() == before and time.monotonic() < deadline:
            time.sleep(0.0005)

    # The state folder

    def files(self, pattern="*"):
        """Paths of the files that make up the state, the oldest first of those of one kind."""
        found = (path for path in self.state.rglob(pattern) if _STATE_FILE.match(path.name))
        return sorted(found, key=lambda path: (len(path.name), path.name))

    def state_size(self):
        total = 0
        try:
            for path in self.state.rglob("*"):
                total += path.stat().st_size
        except OSError:  # gone in between
            pass
        return total

    # The records

    def feed(self, **settings):
        """Begins to send records to the topic, as Feed has it."""
        settings.setdefault("seed", len(self.feeds) + 1)
        self.feeds.append(Feed(self.kafka, self.topic, self.partitions, **settings))
        return self.feeds[-1].resume()

    def sent(self):
        """Messages by (topic, partition)"""
        return sum((feed.count for feed in self.feeds), Counter())

    def expected(self):
        """The Sums of all that was sent so far."""
        for number, feed in enumerate(self.feeds):
            for partition, messages in feed.sent.items():
                at = number, partition
                for message in messages[self._judged[at] :]:
                    self.truth.add(self.topic, partition, message)
                self._judged[at] = len(messages)
        return self.truth.counts

    # The checks

    def settle(self, timeout=60.0, lost=0):
        """Pauses the feeds and waits until the exporter shows that it has read what they sent, but
        for `lost` messages."""
        for feed in self.feeds:
            feed.pause()

        def all_read():
            sent = self.sent().total() - lost
            shown = sum(self.scraper.values("weir_messages_total").values())
            assert shown >= sent, f"{shown} of {sent} messages"
            return True

        return self.wait(all_read, "having read everything", timeout)

    def wait(self, check, what, timeout=30.0):
        """Waits until check() is true of a running exporter, then for one more scrape."""

        def true_and_running():
            assert self.weir.running, "ended by itself"
            return check()

        try:
            wait_until(true_and_running, timeout, what)
            self.scraper.fresh()
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.report()}") from None
        return self

    def check(self, expected=None, timeout=60.0):
        """Everything that was sent is shown, and nothing was wrong in any scrape."""
        if expected is None:
            self.settle(timeout)
            expected = self.expected()
        shown = self.scraper.last
        differences = differing(shown, expected)
        if differences or self.scraper.problems:
            lines = [f"{len(differences)} series differ; of all series, shown is above the true value by"]
            lines += [f"  {name}: {n}" for name, n in excess(shown, expected).items()]
            lines += [f"  {name}{list(labels)}: shown {mine}, true {true}"
                      for name, labels, mine, true in differences[:12]]  # fmt: skip
            raise AssertionError("\n".join([*lines, self.report()]))
        return self

    def check_topic(self):
        """What Kafka has is what the last feed says it has sent, so the truth is the truth."""
        self.feeds[-1].finish()
        found = {partition: [] for partition in range(self.partitions)}
        for record in self.kafka.consume(self.topic):
            found[record.partition].append(record.value)
        assert found == self.feeds[-1].sent, "the topic has not what was sent"
        return self

    def check_history(self):
        """Every single scrape has shown exactly the truth of the offsets it showed: for one feed, and
        a topic without gaps."""
        parts = self.feeds[0].sent
        truth, shown, read = Sums(), {}, Counter()
        for number, news in enumerate(self.scraper.changes):
            if news is None:
                truth, shown, read = Sums(), {}, Counter()
                continue
            shown.update(news)
            before = dict(truth.counts)
            for partition, messages in parts.items():
                end = shown.get(("weir_consumer_offset", (self.topic, str(partition))), 0)
                for message in messages[read[partition] : end]:
                    truth.add(self.topic, partition, message)
                read[partition] = end
            grown = {key for key, value in truth.counts.items() if before.get(key) != value}
            keys = grown | {key for key in news if key[0] in COMPARED}
            wrong = [
                (key, shown.get(key), truth.counts.get(key, 0))
                for key in keys
                if shown.get(key, 0) != truth.counts.get(key, 0)
            ]
            assert not wrong, (
                f"change {number} of {len(self.scraper.changes)}, at offsets {dict(read)}: "
                f"{len(wrong)} series are not the truth of them (series, shown, true): {wrong[:8]}\n"
                f"{self.report()}"
            )
        return self

    def report(self):
        """What is to be known when something is wrong."""
        scraper = self.scraper
        offsets = scraper.values("weir_consumer_offset")
        lines = [f"folder {self.folder}", f"scrapes: {scraper.answers} answered, {dict(scraper.refusals)}"]
        lines += [f"  problem: {each}" for each in scraper.problems[:8]]
        for at, count in sorted(self.sent().items()):
            lines.append(f"  {at}: sent {count}, offset shown {offsets.get(at)}")
        for name in ("weir_messages_total", "weir_records_lost_total"):
            lines.append(f"  {name}: {scraper.values(name)}")
        if self.state.exists():
            for path in sorted(self.state.rglob("*")):
                lines.append(f"  {path.relative_to(self.state)}: {path.stat().st_size} bytes")
        lines += ["  | " + line for line in self.weir.err.splitlines()[-25:]]
        return "\n".join(lines)


def differing(shown, expected):
    """[(name, labels, shown, true), …] of what differs; a series that is not there is 0."""
    keys = {key for key in shown if key[0] in COMPARED} | {key for key in expected if expected[key]}
    return [
        (*key, shown.get(key, 0), expected.get(key, 0))
        for key in sorted(keys)
        if shown.get(key, 0) != expected.get(key, 0)
    ]


def excess(shown, expected):
    """{metric name: by how much all that is shown is more than what is true}"""
    totals = Counter()
    for key, value in shown.items():
        if key[0] in COMPARED:
            totals[key[0]] += value
    for (name, _), value in expected.items():
        totals[name] -= value
    return {name: value for name, value in totals.items() if value}


def wait_for_exit(weir, status, *patterns, timeout=20.0):
    """The exporter ends with this status, and says all that."""
    assert weir.wait(timeout) == status, weir.err
    last = weir.err
    for pattern in patterns:
        assert re.search(pattern, last), f"{pattern!r} is not in: {last}"
