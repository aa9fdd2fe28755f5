"""Reloads under load: nothing is lost, no counter falls, and what is wrong changes nothing."""

import http.client
import json
import signal
from collections import Counter

import pytest

from support.exact import OWN, Trial

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
    ignored = b'metric="(extra|kept)'
    with Trial(kafka, tmp_path, topic(3), *words, ignore=ignored) as trial:
        trial.config = config
        trial.own = own
        trial.start(wait=True)
        trial.feed()
        yield trial


def reload(trial):
    """(status, text) of a reload that was asked for by HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", trial.weir.port, timeout=30)
    connection.request("POST", "/-/reload")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


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
        status, text = reload(trial)
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


def test_what_takes_a_restart_is_said(trial):
    trial.config.write_text(METRICS.format(own=trial.own) + "max-pending: 5\n")
    status, text = reload(trial)
    assert status == 500 and "max-pending" in text and "restart" in text
    trial.config.unlink()
    status, text = reload(trial)
    assert status == 500 and str(trial.config) in text
    assert trial.weir.metrics().value("weir_config_last_reload_successful") == 0
    trial.check()
