"""keep: top against the exact truth: heavy label sets take the places of light ones once a minute, over
a kill and a reload amid it, and in no scrape is anything lost, counted twice or lower than before."""

import http.client
import random
import threading
import time
from collections import Counter

import pytest

from servers import metrics
from servers.process import PATIENCE, wait_until
from servers.weir import Weir
from support.producer import Producer

CAP = 1000
LIGHT = [f"10.0.{n // 250}.{n % 250}" for n in range(CAP)]  # who comes first
NOISE = [f"10.1.{n // 250}.{n % 250}" for n in range(3 * CAP)]
HEAVY = [f"10.2.0.{n}" for n in range(4)]
LATER = [f"10.3.0.{n}" for n in range(4)]
METRICS = """\
metrics:
  - name: top_bytes_total
    labels: {{src: src_addr}}
    max_series: {cap}
    keep: top
  - name: all_bytes_total
"""
EXTRA = "  - {name: extra_total, value: flows}\n"


class Message:
    """What support.producer sends, with what counts in it."""

    def __init__(self, source, octets):
        self.source, self.octets = source, octets
        self.value = b'{"ip_src": "%s", "bytes": %d}' % (source.encode(), octets)


class Truth:
    """What the first N messages of the topic add up to, and what came of each source in all."""

    def __init__(self):
        self.sums = [0]
        self.by_source = Counter()

    def expect(self, messages):
        """These are about to be sent: they may be read before it is known that they are."""
        for message in messages:
            self.sums.append(self.sums[-1] + message.octets)
            self.by_source[message.source] += message.octets
        return messages

    def add(self, *_):
        pass


class Feed(threading.Thread):
    """Sends a trickle to everybody and much to `heavy`, until `stop`."""

    def __init__(self, producer, truth, rng):
        super().__init__(daemon=True)
        self.heavy = HEAVY
        self._send = lambda messages: producer.send(truth.expect(messages), truth)
        self._rng = rng
        self._over = threading.Event()

    def stop(self):
        self._over.set()
        self.join(30 * PATIENCE)

    def run(self):
        while not self._over.wait(0.1):
            light = [self._rng.choice(LIGHT + NOISE) for _ in range(100)]
            messages = [Message(source, self._rng.randrange(100)) for source in light]
            messages += [Message(source, self._rng.randrange(10**6)) for source in self.heavy]
            self._rng.shuffle(messages)
            self._send(messages)


class Watcher(threading.Thread):
    """Scrapes all the time, and puts what is wrong into `problems`."""

    def __init__(self, weir, truth):
        super().__init__(daemon=True)
        self.weir, self.truth = weir, truth
        self.problems = []
        self.newcomers = []  # those that counted before they were shown, since all places were taken
        self.known = Counter()  # the last value of each series that was ever shown
        self.shown = set()
        self.metrics = None
        self.answers = 0
        self._began = False
        self._over = threading.Event()

    def stop(self):
        self._over.set()
        self.join(30 * PATIENCE)

    def run(self):
        while not self._over.wait(0.2):
            try:
                status, _, body = self.weir.get("/metrics")
                if status == 200:
                    self.judge(metrics.parse(body.decode()))
                elif status != 503:
                    self.problems.append(f"{status}: {body[:200]!r}")
            except (OSError, http.client.HTTPException):
                continue  # it is being killed or started
            except Exception as error:  # for the test, which is in another thread
                self.problems.append(repr(error))

    def judge(self, found):
        """Compares a scrape with the one before, and with the truth of the messages it tells of."""
        now = {dict(key)["src"]: value for key, value in found.series("top_bytes_total").items()}
        total = found.value("weir_metric_value_total", metric="top_bytes_total")
        read = found.value("weir_consumer_offset")
        wrong = self.problems.append
        grown = 0
        for source, value in now.items():
            before = self.known[source]
            if value < before:
                wrong(f"{source} falls from {before} to {value}")
            if self._began and source not in self.shown and source != "other" and value != before:
                self.newcomers.append(f"{source} appears with {value}, and was {before}")
            grown += value - before
        if self.known.total() + grown != total:
            wrong(f"series grow by {grown} from {self.known.total()}, and {total} was counted")
        if total != self.truth.sums[read] or found.value("all_bytes_total") != total:
            wrong(f"{total} was counted of {read} messages, not {self.truth.sums[read]}")
        if len(now) > CAP + 1 or found.value("weir_series_limit", metric="top_bytes_total") != CAP:
            wrong(f"{len(now)} series are shown")
        if found.value("weir_records_unaccounted") != 0:
            wrong("records are unaccounted for")
        self.known.update({source: value - self.known[source] for source, value in now.items()})
        self.shown = set(now)
        self._began = self._began or len(now) == CAP + 1
        self.metrics = found
        self.answers += 1

    def wait(self, check, what, timeout=30.0):
        """Waits until check(metrics) is true of a scrape."""

        def checked():
            if self.problems:
                raise RuntimeError(self.problems[:5])
            return self.metrics is not None and check(self.metrics)

        self.weir.wait_for(checked, timeout, what)
        return self


@pytest.fixture
def trial(kafka, topic, tmp_path):
    """(weir, feed, watcher, config): all places are taken by light sources, and heavy ones are there."""
    config = tmp_path / "weir.yaml"
    config.write_text(METRICS.format(cap=CAP))
    name, truth = topic(), Truth()
    weir = Weir(
        "export", "--config", config, "--brokers", kafka.brokers, "--topic", name, "--start", "earliest",
        "--as-names", "none", "--state-dir", tmp_path / "state", "--web.enable-lifecycle",
        folder=tmp_path,
    )  # fmt: skip
    with Producer(kafka, name) as producer, weir:
        producer.send(truth.expect([Message(source, 50) for source in LIGHT]), truth)
        feed = Feed(producer, truth, random.Random(1))
        watcher = Watcher(weir, truth)
        weir.wait_metrics(lambda m: m.value("all_bytes_total") > 0)
        feed.start()
        watcher.start()
        try:
            yield weir, feed, watcher, config
        finally:
            feed.stop()
            watcher.stop()


def count(metrics, sources):
    """How many of them have a series that has counted."""
    return sum(metrics.value("top_bytes_total", src=source) > 0 for source in sources)


def swapped(metrics):
    return metrics.value("weir_series_swapped_total", metric="top_bytes_total")


def test_the_heaviest_are_in_after_a_minute_and_every_scrape_is_exact(trial):
    weir, feed, watcher, config = trial
    watcher.wait(lambda m: m.value("top_bytes_total", src="other") > 0, "all places to be taken")
    watcher.wait(swapped, "the first swap", 90.0)
    assert not watcher.newcomers, watcher.newcomers
    # Now, while the heavy ones are there and do not count yet, or just do.
    weir.kill()
    answers, began = watcher.answers, time.monotonic()
    weir.start()
    wait_until(lambda: watcher.answers > answers, what="a scrape after the kill")
    feed.heavy = HEAVY + LATER
    config.write_text(METRICS.format(cap=CAP) + EXTRA)
    assert weir.reload()[0] == 200
    watcher.wait(swapped, "swaps after the kill", 90.0)
    assert time.monotonic() - began > 55, "it looks once a minute"
    config.write_text(METRICS.format(cap=CAP))
    assert weir.reload()[0] == 200
    watcher.wait(lambda m: count(m, HEAVY + LATER) == 8, "all heavy ones to have a series", 90.0)
    assert swapped(watcher.metrics) <= CAP // 100 * (1 + int((time.monotonic() - began) / 60))

    feed.stop()
    sent = len(watcher.truth.sums) - 1
    watcher.wait(lambda m: m.value("weir_consumer_offset") == sent, "all to be read")
    watcher.stop()
    assert not watcher.problems, watcher.problems[:5]
    truth = watcher.truth
    assert watcher.known.total() == truth.sums[-1]
    # Places that were kept for successors when it was killed went to who came first.
    assert len(watcher.newcomers) <= CAP // 100, watcher.newcomers
    own = Counter({source: value for source, value in watcher.known.items() if source != "other"})
    assert not own - truth.by_source, "a series has more than what came of its source"
    assert own.keys() > {*HEAVY, *LATER}
