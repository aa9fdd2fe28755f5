"""Killed again and again with more series than the cap allows, of which heavy ones take the places of
light ones, idle ones go, and all that come or return show what they held before: sums stay exact."""

import os
import random
import re
import signal
from collections import Counter

from support.exact import OWN, Trial
from support.scraper import Scraper, series_of
from support.truth import METRICS

CAP = 30
KILLS = 12
_SAMPLE = re.compile(rb"^((?:flow_|weir_series_dropped_value_total)\S*) (\d+)$", re.M)
CONFIG = """\
metrics:
{metrics}  - name: flow_top_bytes_total
    help: Bytes sent by router, of the heaviest.
    where: src_as in [{own}]
    labels: {{source_as: src_as, destination_as: dst_as, hostname: label}}
    keep: {keep}
    max_series: {cap}
"""


class BoundedScraper(Scraper):
    """Series may go, and come back with no less than they had, unless some were dropped meanwhile."""

    def __init__(self, port):
        super().__init__(port)
        self.highest = {}

    def _take(self, body):
        shown = {raw: int(text) for raw, text in _SAMPLE.findall(body)}
        gone = [raw for raw in self._previous if raw.startswith(b"flow_") and raw not in shown]
        for raw in gone:
            del self._previous[raw]
        names = {series_of(raw) for raw in gone}
        self.last = {series: value for series, value in self.last.items() if series not in names}
        dropped = {series_of(raw)[1][0] for raw, value in shown.items()
                   if value and raw.startswith(b"weir_")}  # fmt: skip
        for raw, value in shown.items():
            if raw.startswith(b"flow_"):
                if value < self.highest.get(raw, 0) and series_of(raw)[0] not in dropped:
                    self._problem(f"{raw.decode()} came back with {value}, was {self.highest[raw]}")
                self.highest[raw] = max(value, self.highest.get(raw, 0))
        super()._take(body)


def put_config(path, rng):
    """As before, but for what may change at any time: the cap, who is kept, the order of metrics."""
    text = CONFIG.format(metrics="  - defaults\n", own=", ".join(map(str, OWN)),
                         keep=rng.choice(("top", "first")), cap=rng.choice((3, 20)))  # fmt: skip
    if rng.random() < 0.5:
        text = text.replace("  - defaults\n", "") + "  - defaults\n"
    new = path.with_suffix(".new")
    new.write_text(text)
    os.replace(new, path)


def test_with_a_cap_swaps_idle_series_and_births_every_sum_is_exact_after_each_kill(kafka, topic, tmp_path):
    rng = random.Random(31)
    config = tmp_path / "weir.yaml"
    put_config(config, rng)
    words = ("--config", config, "--max-series", CAP, "--series-ttl", "1s", "--new-series-at-zero", "1s")
    trial = Trial(kafka, tmp_path, topic(3), *words)
    trial.scraper = BoundedScraper(trial.weir.port)
    with trial:
        trial.start(wait=True)
        trial.feed(rate=3000, rare=0.05)
        for _ in range(KILLS):
            trial.end(rng)
            put_config(config, rng)
            trial.start(wait=True)
            if rng.random() < 0.6:
                put_config(config, rng)
                os.kill(trial.weir.pid, signal.SIGHUP)
            assert not trial.scraper.problems, trial.report()
        trial.settle()
        assert not trial.scraper.problems, trial.report()
        truth = Counter()
        for (name, _), value in trial.expected().items():
            truth[name] += value
        totals = {name: value for (name,), value in trial.scraper.values("weir_metric_value_total").items()}
        received, sent = METRICS
        assert totals == {
            received: truth[received],
            sent: truth[sent],
            "flow_top_bytes_total": truth["flow_transmit_bytes_total"],
        }
        for name in ("weir_messages_total", "weir_records_total", "weir_records_counted_total"):
            assert sum(trial.scraper.values(name).values()) == truth[name]
        states = trial.scraper.values("weir_series_value")
        assert any(states[name, "dormant"] for name in totals), "nothing turned dormant"
        trial.check_topic()
