"""Real Prometheus servers see every byte, also the first ones of a series: last minus first sample,
summed over all series, is the truth."""

import random
import time
from collections import Counter

from servers.prometheus import Prometheus
from support.exact import Trial
from support.truth import METRICS

HOLD = "20s"  # longer than the slowest interval and a restart, on a busy machine, too


def seen(prometheus):
    """{(metric name, labels): last minus first sample}, and which first samples are not 0."""
    found = prometheus.api("query", query='{__name__=~"flow_.*_bytes_total"}[1h]')["result"]
    grown, born = {}, {}
    for row in found:
        labels = row["metric"]
        key = labels["__name__"], (labels["source_as"], labels["destination_as"], labels.get("hostname", ""))
        values = [int(float(value)) for _, value in row["values"]]
        assert values == sorted(values), (key, values)
        grown[key] = values[-1] - values[0]
        if values[0]:
            born[key] = values[0]
    return grown, born


def test_what_two_servers_see_of_newborn_series_adds_up_to_the_truth(kafka, topic, tmp_path):
    rng = random.Random(4)
    words = ("--new-series-at-zero", HOLD)
    with Trial(kafka, tmp_path, topic(3), *words, interval=0.25) as trial:
        trial.start(wait=True)
        target = [f"127.0.0.1:{trial.weir.port}"]
        with (
            Prometheus(tmp_path, target, interval="1s", name="fast") as fast,
            Prometheus(tmp_path, target, interval="2s", name="slow") as slow,
        ):
            for server in (fast, slow):
                server.wait_for(lambda: server.query("up == 1"), what="a scrape")  # noqa: B023
            trial.feed(rate=1500, rare=0.05)
            for number in range(4):
                time.sleep(rng.uniform(1.5, 3))
                if number % 2:
                    trial.stop()
                else:
                    trial.kill()
                trial.start(wait=True)
            trial.settle()
            expected = {k: v for k, v in trial.expected().items() if k[0] in METRICS}

            def all_shown():
                return {k: v for k, v in trial.scraper.last.items() if k[0] in METRICS} == expected

            trial.weir.wait_for(all_shown, what="showing every series as it is")
            trial.check()
            for server in (fast, slow):
                end = time.time()
                server.wait_for(
                    lambda: server.query("min(timestamp(up)) * min(up)")[0][1] > end,  # noqa: B023
                    what="a last scrape",
                )
                grown, born = seen(server)
                assert not born, f"{server.name}: {len(born)} do not begin at 0: {list(born.items())[:5]}"
                wrong = {k: (grown.get(k), v) for k, v in expected.items() if grown.get(k) != v}
                assert not wrong, f"{server.name}: (seen, true) {list(wrong.items())[:5]} … {len(wrong)}"
                assert sum(Counter(grown).values()) == sum(expected.values())
        trial.check_topic()
        assert len(expected) > 500
