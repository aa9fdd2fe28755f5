"""Scrapes all the time, and does not miss a counter that falls."""

import http.client
import re
import threading
import time
from collections import Counter

from servers.process import PATIENCE
from support.truth import METRICS

# Counters of records, and gauges that go with them. Labels have no blanks in these tests.
_SAMPLE = re.compile(
    rb"^((?:flow_|weir_(?:messages_|records_|metric_value_|series_capped_|series_dropped_|"
    rb"series_value|consumer_offset))\S*) (-?\d+)$",
    re.M,
)
_GAUGES = (b"weir_records_unaccounted", b"weir_consumer_offset", b"weir_series_value")
_LABEL = re.compile(rb'(\w+)="([^"]*)"')
_ORDER = {
    b"flow": (b"source_as", b"destination_as", b"hostname"),
    b"weir": (b"topic", b"partition", b"metric", b"reason", b"state"),
}
_JUDGED = ("weir_records_counted_total", "weir_records_filtered_total", "weir_records_refused_total")


def series_of(raw, known={}):
    """(metric name, (label value, …)), as support.exact_judge has it, of a sample's first word."""
    if raw not in known:
        name, _, rest = raw.partition(b"{")
        labels = dict(_LABEL.findall(rest))
        order = _ORDER[name[:4]]
        known[raw] = name.decode(), tuple(labels[n].decode() for n in order if n in labels)
    return known[raw]


class Scraper(threading.Thread):
    """Scrapes http://127.0.0.1:PORT/metrics every `interval` seconds, over restarts of the program,
    until `stop`. What is wrong goes to `problems`, as text, and is never forgotten.

    Each scrape: no counter of records falls or disappears, weir_records_unaccounted is 0, records
    are the sum of what became of them, a metric's series add up to weir_series_value of live ones,
    and this with what is held, dormant and dropped to weir_metric_value_total.

    `first` and `last` have the first and the last sample of each series {(name, labels): number};
    each scrape that shows something new makes a new `last`.
    `changes` has, for every scrape that showed something new, what was new in it; None says that
    what comes is not based on what was before. Samples in which `ignore`, a regular expression of
    bytes, is found are as if they were not there."""

    def __init__(self, port, interval=0.1, ignore=None):
        super().__init__(daemon=True)
        self.port = port
        self.interval = interval
        self.ignore = re.compile(ignore) if ignore else None
        self.problems = []
        self.first, self.last = {}, {}
        self.changes = []
        self.answers = 0
        self.refusals = Counter()  # what came in place of an answer
        self.slowest = 0.0  # seconds
        self._previous = {}
        self._forgive = False
        self._over = threading.Event()
        self._wanted = threading.Lock()

    def stop(self):
        self._over.set()
        if self.is_alive():
            self.join()

    def forgive(self):
        """Counters may fall between the scrape before this and the next one."""
        with self._wanted:
            self._forgive = True

    def fresh(self):
        """The samples of a scrape that was asked for after this call."""
        seen, deadline = self.answers, time.monotonic() + 30 * PATIENCE
        while self.answers < seen + 2 and self.is_alive():
            assert time.monotonic() < deadline, f"no scrape is answered: {self.refusals}"
            time.sleep(0.02)
        return self.last

    def values(self, name):
        """{label values: number} of a metric, as of the last scrape."""
        return {labels: value for (metric, labels), value in self.last.items() if metric == name}

    def run(self):
        connection = None
        while not self._over.is_set():
            begin = time.monotonic()
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10 * PATIENCE)
                connection.request("GET", "/metrics")
                answer = connection.getresponse()
                body = answer.read()
                if answer.status == 200:
                    self.slowest = max(self.slowest, time.monotonic() - begin)
                    with self._wanted:
                        self._take(body)
                else:
                    self.refusals[answer.status] += 1
            except (OSError, http.client.HTTPException) as error:
                self.refusals[type(error).__name__] += 1
                if connection is not None:
                    connection.close()
                connection = None
            self._over.wait(max(0.005, self.interval - (time.monotonic() - begin)))

    def _problem(self, text):
        if len(self.problems) < 100:
            self.problems.append(f"scrape {self.answers}: {text}")

    def _take(self, body):
        now = dict(_SAMPLE.findall(body))
        if self.ignore:
            now = {raw: text for raw, text in now.items() if not self.ignore.search(raw)}
        changed = now.items() - self._previous.items()
        gone = self._previous.keys() - now.keys()
        news = {}
        for raw, text in changed:
            series, value = series_of(raw), int(text)
            before = self._previous.get(raw)
            fell = before is not None and value < int(before)
            if fell and not self._forgive and not raw.startswith(_GAUGES):
                self._problem(f"{raw.decode()} fell from {int(before)} to {value}")
            if series not in self.first:
                self.first[series] = value
            news[series] = value
        last = dict(self.last)
        for raw in gone:
            if self._forgive:
                last.pop(series_of(raw))
            elif not raw.startswith(_GAUGES):
                self._problem(f"{raw.decode()} disappeared, was {int(self._previous[raw])}")
        if self._forgive:
            news = {series_of(raw): int(text) for raw, text in now.items()}
            self.changes.append(None)
        self.last = {**last, **news}
        if news:
            self.changes.append(news)
            self._check_sums()
        self._previous = now
        self._forgive = False
        self.answers += 1

    def _check_sums(self):
        totals = Counter()
        for (name, _), value in self.last.items():
            totals[name] += value
        if totals["weir_records_unaccounted"]:
            self._problem(f"{totals['weir_records_unaccounted']} records unaccounted")
        judged = sum(totals[name] for name in _JUDGED)
        if totals["weir_records_total"] != judged:
            self._problem(f"{totals['weir_records_total']} records, and {judged} judged")
        for name in METRICS:
            live, total, hidden = (
                sum(self.last.get(series, 0) for series in parts)
                for parts in (
                    [("weir_series_value", (name, "live"))],
                    [("weir_metric_value_total", (name,))],
                    [("weir_series_value", (name, state)) for state in ("held", "dormant")]
                    + [("weir_series_dropped_value_total", (name,))],
                )
            )
            if totals[name] != live:
                self._problem(f"the series of {name} add up to {totals[name]}, it says {live}")
            if live + hidden != total:
                self._problem(f"of {name} {live} are live, {hidden} hidden, {total} all")
