"""Reloads under load: nothing is lost, no counter falls, and what is wrong changes nothing."""

import json
import os
import signal
from collections import Counter

import pytest
import yaml

from servers.weir import Weir
from support.exact import OWN, Trial
from support.messages import dumps, pmacct

RELOADS = 1000

METRICS = """\
metrics:
  - defaults
  - name: kept_total
    help: Bytes sent, by router.
    where: src_as in [{own}]
    labels: {{router: label}}
"""
# What comes and goes with each reload: it counts no record that nothing else does.
EXTRA = """\
  - name: extra_{number}_total
    help: Packets sent, by AS.
    value: packets
    where: src_as in [{own}]
    labels: [dst_as]
    max_series: {cap}
"""


@pytest.fixture
def trial(kafka, topic, tmp_path):
    """An exporter with a configuration, into which records flow."""
    config = tmp_path / "weir.yaml"
    own = ", ".join(map(str, OWN))
    config.write_text(METRICS.format(own=own))
    words = ("--config", config, "--web.enable-lifecycle")
    ignored = b'metric="(extra|kept|varied)'
    with Trial(kafka, tmp_path, topic(3), *words, ignore=ignored) as trial:
        trial.config = config
        trial.own = own
        trial.start(wait=True)
        trial.feed()
        yield trial


def bytes_by_router(trial):
    """What kept_total has to be."""
    sums = Counter()
    for messages in trial.feeds[0].sent.values():
        for message in messages:
            for record in (message or b"").split(b"\n"):
                try:
                    value = json.loads(record)
                except ValueError:
                    continue
                if isinstance(value, dict) and type(value.get("bytes")) is int:
                    if value.get("as_src") in OWN and isinstance(value.get("label", ""), str):
                        sums[value.get("label", "")] += value["bytes"]
    return {name: number for name, number in sums.items() if number}


def kept(trial):
    """What kept_total is."""
    series = trial.weir.metrics().series("kept_total")
    return {dict(labels)["router"]: number for labels, number in series.items() if number}


def test_a_thousand_reloads_lose_nothing_and_no_counter_falls(trial):
    base = METRICS.format(own=trial.own)
    for number in range(RELOADS):
        wrong = number % 10 == 7
        extra = EXTRA.format(own=trial.own, number=number, cap=number % 50 + 1)
        trial.config.write_text(base + (extra.replace("packets", "packats", 2) if wrong else extra))
        status, text = trial.weir.reload()
        assert status == (500 if wrong else 200), f"reload {number}: {text}\n{trial.report()}"
        assert not wrong or f"{trial.config}:" in text, text
    assert not trial.scraper.problems, trial.report()
    trial.check()
    assert kept(trial) == bytes_by_router(trial), trial.report()
    metrics = trial.weir.metrics()
    assert metrics.value("weir_config_last_reload_successful") == 1
    assert {name for name in metrics if name.startswith("extra_")} <= {f"extra_{RELOADS - 1}_total"}

    # After a kill, too.
    before = kept(trial)
    trial.kill()
    trial.start(wait=True)
    trial.check()
    assert kept(trial) == before


def test_a_signal_reloads_and_a_restart_goes_on_with_what_was_reloaded(trial):
    trial.config.write_text(METRICS.format(own=trial.own).replace("kept_total", "kept_other_total"))
    trial.weir.send_signal(signal.SIGHUP)
    trial.weir.wait_metrics(lambda m: m.value("kept_other_total") > 0)
    assert "kept_total" not in trial.weir.metrics()
    trial.kill()
    trial.start(wait=True)
    trial.check()


def total(trial, name):
    """(what all series of a metric add up to, what is shown of it)"""
    metrics = trial.weir.metrics()
    return metrics.value("weir_metric_value_total", metric=name), metrics.value(name)


# What is said of one metric, one change after another, and whether its counters go on then.
CHANGES = [
    ({"help": "Something else."}, True),
    ({"max_series": 50_000}, True),
    ({"keep": "top"}, True),
    ({"keep": "first"}, True),
    ({"ttl": "1h"}, True),
    ({"labels": ["dst_as", "src_as"]}, False),
    ({"labels": {"to": "dst_as", "src_as": "src_as"}}, False),
    ({"labels": {"src_as": "src_as", "to": "dst_as"}}, False),
    ({"where": "src_as in [{own}] and bytes > 5"}, False),
    ({"value": "packets"}, False),
    ({"name": "varied_too_total"}, False),
    ({"name": "varied_total"}, False),
    ({"labels": ["src_as"], "value": "bytes"}, False),
]


def test_what_is_as_before_keeps_its_counters_and_what_means_something_else_begins_at_0(trial):
    base = yaml.safe_load(METRICS.format(own=trial.own))["metrics"]
    varied = {"name": "varied_total", "where": f"src_as in [{trial.own}]", "labels": ["dst_as"]}

    def change(metrics, **more):
        trial.config.write_text(yaml.safe_dump({"metrics": metrics, **more}, sort_keys=False))
        status, text = trial.weir.reload()
        assert status == 200, f"{text}\n{trial.report()}"

    def grow():
        """Some more records, until all of them are counted."""
        before = trial.sent().total()
        trial.feeds[0].resume()
        trial.wait(lambda: trial.sent().total() > before + 500, "more records")
        trial.settle()

    change([*base, varied])
    for settings, goes_on in CHANGES:
        grow()
        before = total(trial, varied["name"])
        assert before[0] > 0
        varied = {**varied, **settings}
        varied["where"] = varied["where"].format(own=trial.own)
        change([*base, varied])
        assert total(trial, varied["name"]) == (before if goes_on else (0, 0)), settings
    grow()
    before = total(trial, "varied_total")
    change([varied, *reversed(base[1:]), base[0]])
    assert total(trial, "varied_total") == before
    # Fields of one's own that nothing counts move the places of others.
    change([*base, varied], fields={"own": "$.own", "zone": "$.zone"})
    assert total(trial, "varied_total") == before
    change([*base, varied], fields={"zone": "$.zone"})
    assert total(trial, "varied_total") == before
    # A lower cap: what is beyond it goes, and what it held stays in the sum.
    change([*base, {**varied, "max_series": 1}])
    trial.wait(lambda: trial.weir.metrics().value("weir_series", metric="varied_total", state="live") < 3,
               "fewer series")  # fmt: skip
    assert total(trial, "varied_total")[0] == before[0]
    change([*base, varied])
    grow()
    assert total(trial, "varied_total")[0] > before[0]
    trial.check()
    assert kept(trial) == bytes_by_router(trial), trial.report()


def test_another_topic_for_refused_records_takes_effect_and_their_count_goes_on(trial, kafka, topic):
    names = [topic(), topic()]
    sent = [0]
    for name in (*names, None, names[0]):
        letters = f"dead-letter-topic: {name}\n" if name else ""
        trial.config.write_text(METRICS.format(own=trial.own) + letters)
        status, text = trial.weir.reload()
        assert status == 200, text
        assert ("weir_dead_letters_total" in trial.weir.metrics()) == bool(name)
        if name:
            grown = sent[-1]
            trial.weir.wait_metrics(lambda m: m.value("weir_dead_letters_total") > grown)  # noqa: B023
            sent.append(trial.weir.metrics().value("weir_dead_letters_total"))
    # Another topic that is read, or that librdkafka does not take: nothing changes.
    trial.config.write_text(METRICS.format(own=trial.own) + f"dead-letter-topic: {trial.topic}\n")
    status, text = trial.weir.reload()
    assert status == 500 and "name another topic" in text
    trial.weir.wait_metrics(lambda m: m.value("weir_dead_letters_total") > sent[-1])
    trial.check()
    total_sent = trial.weir.metrics().value("weir_dead_letters_total")
    assert sum(len(kafka.consume(name)) for name in names) >= total_sent


def test_other_names_of_systems_take_effect(tmp_path):
    (tmp_path / "one.txt").write_text("64500 ONE, US\n")
    (tmp_path / "two.txt").write_text("64500 TWO, US\n")
    config = tmp_path / "weir.yaml"
    words = "from: flows\nasn: 1\nweb.enable-lifecycle: true\nas-names: {}\nmetrics:\n{}"
    metric = "  - {name: x_total, labels: {system: {field: src_as, lookup: as_name}}}\n"
    plain = "  - {name: plain_total, labels: [src_as]}\n"
    config.write_text(words.format("one.txt", metric + plain))
    os.mkfifo(tmp_path / "flows")
    record = dumps(pmacct(64500, 1, 10)) + b"\n"
    with Weir("export", "--config", "weir.yaml", folder=tmp_path) as weir:
        with open(tmp_path / "flows", "wb", buffering=0) as pipe:

            def send_and_wait(name, value, plain):
                pipe.write(record)
                metrics = weir.wait_metrics(lambda m: m.value("plain_total") == plain)
                assert metrics.value("x_total", system=name) == value
                assert metrics.value("weir_metric_value_total", metric="x_total") == plain

            send_and_wait("ONE", 10, 10)
            for source, name, value, sum_of_all in (
                ("two.txt", "TWO", 10, 20), ("none", "", 10, 30), ("one.txt", "ONE", 20, 40),
            ):  # fmt: skip
                config.write_text(words.format(source, metric + plain))
                assert weir.reload()[0] == 200
                send_and_wait(name, value, sum_of_all)
            for source in ("three.txt", "http://127.0.0.1:1/asn.txt"):
                config.write_text(words.format(source, metric + plain))
                status, text = weir.reload()
                assert status == 500 and "as-names" in text
            send_and_wait("ONE", 30, 50)


def test_what_takes_a_restart_is_said(trial):
    trial.config.write_text(METRICS.format(own=trial.own) + "max-pending: 5\n")
    status, text = trial.weir.reload()
    assert status == 500 and "max-pending" in text and "restart" in text
    trial.config.unlink()
    status, text = trial.weir.reload()
    assert status == 500 and str(trial.config) in text
    assert trial.weir.metrics().value("weir_config_last_reload_successful") == 0
    trial.check()
