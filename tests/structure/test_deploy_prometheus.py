"""Prometheus' configuration, rules and alerts, by promtool."""

import subprocess
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
TESTS = sorted(path.name for path in FOLDER.glob("*.test.yml"))


def promtool(*words):
    done = subprocess.run(
        ["/usr/bin/promtool", *words], cwd=FOLDER, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


def rules():
    groups = yaml.safe_load((FOLDER / "weir.rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_promtool_accepts_the_configuration_and_finds_its_rules():
    status, text = promtool("check", "config", "prometheus.yml")
    assert status == 0 and "1 rule files found" in text, text


def test_alerts_fire_when_they_should_and_only_then():
    status, text = promtool("test", "rules", *TESTS)
    assert status == 0, text
    assert text.count("SUCCESS") == len(TESTS) > 1


def test_every_alert_is_tested():
    tested = "".join((FOLDER / name).read_text() for name in TESTS)
    alerts = [rule["alert"] for rule in rules() if "alert" in rule]
    assert len(alerts) == len(set(alerts)) > 10
    assert [name for name in alerts if f'alertname="{name}"' not in tested
            and f"alertname: {name}" not in tested] == []  # fmt: skip


def test_every_alert_says_what_it_is_how_bad_and_what_to_do():
    for rule in rules():
        if "alert" not in rule:
            continue
        assert set(rule["annotations"]) == {"summary", "description", "action"}, rule["alert"]
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["alert"].startswith("Weir")
