"""Every query of the dashboards and rules of deploy/, in a real Prometheus that scrapes weir."""

import json
import re
import time

import pytest
import yaml

from servers.process import ROOT, wait_until
from servers.prometheus import Prometheus
from servers.weir import Weir

DEPLOY = ROOT / "deploy"

CONFIG = """\
global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
rule_files: [{rules}]
scrape_configs:
  - job_name: weir
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""

# What Grafana would fill in. The periods are longer than the test's weir has run, so that scrapes may
# be missing.
VARIABLES = {
    "__rate_interval": "30s", "__range": "30s", "__interval": "1s", "job": "weir", "hostname": ".*",
    "own": ".*", "top": "5",
}  # fmt: skip


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Prometheus, with the rules, which has scraped a weir with made-up records some times."""
    folder = tmp_path_factory.mktemp("watched")
    rules = yaml.safe_load((DEPLOY / "prometheus" / "weir.rules.yml").read_text())
    for group in rules["groups"]:
        group.pop("interval", None)  # a first evaluation may take as long
    (folder / "rules.yml").write_text(yaml.safe_dump(rules))
    (folder / "networks.csv").write_text("0.0.0.0/0,all,ACME\n")
    (folder / "weir.yaml").write_text("lookups: {networks: networks.csv}\n")
    with Weir("export", "--demo", "--config", folder / "weir.yaml", folder=folder) as weir:
        weir.wait_ready()
        config = CONFIG.format(rules=folder / "rules.yml", port=weir.port)
        with Prometheus(folder=folder, config=config) as prometheus:
            prometheus.wait_for(
                lambda: prometheus.query("count_over_time(up[1m]) >= 7"), what="seven scrapes"
            )
            yield prometheus


def filled(text):
    return re.sub(r"\$\{?([a-zA-Z_]\w*)\}?", lambda match: VARIABLES[match[1]], text)


def dashboards():
    folder = DEPLOY / "grafana" / "dashboards"
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def targets():
    for board in dashboards().values():
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                yield panel["title"], target


def ask(prometheus, target):
    """The answer's series, over five seconds where the panel draws a graph."""
    now = time.time()
    if target["instant"]:
        return prometheus.api("query", query=filled(target["expr"]), time=now)["result"]
    return prometheus.api(
        "query_range", query=filled(target["expr"]), start=now - 4, end=now, step=1
    )["result"]  # fmt: skip


def test_every_query_of_every_panel_has_an_answer(watched):
    for title, target in targets():
        # Not at the first attempt where a scrape was too slow, and all series are outdated.
        result = wait_until(lambda: ask(watched, target), what=title + target["expr"])  # noqa: B023
        values = [v for s in result for v in (s.get("values") or [s["value"]])]
        assert not [v for v in values if v[1] in ("NaN", "+Inf", "-Inf")], (title, target["expr"])
        assert values, (title, target["expr"])
        for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
            assert all(label in series["metric"] for series in result), (title, label)


def test_the_pictures_of_as_pairs_add_up_to_all_traffic(watched):
    for title, target in targets():
        if not title.endswith("by AS pair") or target["refId"] != "A":
            continue
        series = wait_until(lambda: ask(watched, target), what=title)  # noqa: B023
        assert len(series) == int(VARIABLES["top"]), title
        labels = {"source_as", "source_as_name", "destination_as", "destination_as_name"}
        assert all(set(one["metric"]) <= labels for one in series)
    for direction in ("receive", "transmit"):
        pair, rest = [
            filled(target["expr"]) for title, target in targets()
            if title.endswith("by AS pair") and f"flow_{direction}_" in target["expr"]
        ]  # fmt: skip
        everything = filled(f"8 * sum(rate(flow_{direction}_bytes_total[$__rate_interval]))")
        at = time.time() - 3  # what came until then is in, for all queries alike
        sums = [
            float(watched.api("query", query=query, time=at)["result"][0]["value"][1])
            for query in (f"sum({pair}) + {rest}", everything, f"sum({pair})", rest)
        ]
        assert sums[0] == pytest.approx(sums[1]) and min(sums) > 0


def test_variables_find_what_there_is_to_choose(watched):
    found = {}
    for board in dashboards().values():
        for variable in board["templating"]["list"]:
            if variable["type"] != "query":
                continue
            query = filled(variable["query"]["query"])
            if match := re.fullmatch(r"label_values\((.*), (\w+)\)", query):
                series = watched.api("series", **{"match[]": match[1]})
                found[variable["name"]] = {one[match[2]] for one in series}
            else:
                inner = re.fullmatch(r"query_result\((.*)\)", query)[1]
                rows = wait_until(lambda: watched.query(inner), what=inner)  # noqa: B023
                lines = [json.dumps(labels) for labels, _ in rows]
                lines = [re.sub(r'"(\w+)": ', r"\1=", line) for line in lines]
                pattern = variable["regex"].strip("/")
                found[variable["name"]] = {m[1] for line in lines for m in [re.search(pattern, line)]}
    assert found.pop("own") == {"64500"}
    assert found.pop("job") == {"weir"}
    assert len(found.pop("hostname")) > 1 and not found


def test_rules_are_evaluated_without_error_and_no_alert_is_raised(watched):
    def rules():
        return [rule for group in watched.api("rules")["groups"] for rule in group["rules"]]

    wait_until(lambda: all(rule["health"] != "unknown" for rule in rules()), what="evaluations")
    assert len(rules()) > 10
    for rule in rules():
        assert (rule["health"], rule.get("lastError", "")) == ("ok", ""), rule["name"]
        if rule["type"] == "alerting":
            # One that a slow scrape has set off takes itself back before it is raised.
            state = f'ALERTS{{alertname="{rule["name"]}"}}'
            wait_until(lambda: not watched.query(state), what=rule["name"])  # noqa: B023
        else:
            wait_until(lambda: watched.query(rule["name"]), what=rule["name"])  # noqa: B023


def test_every_metric_that_rules_and_dashboards_name_exists(watched):
    groups = yaml.safe_load((DEPLOY / "prometheus" / "weir.rules.yml").read_text())["groups"]
    texts = [rule["expr"] for group in groups for rule in group["rules"]]
    texts += [target["expr"] for _, target in targets()]
    names = set()
    for text in texts:
        words = re.findall(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.sub(r'"[^"]*"', "", text))
        names |= {word for word in words if re.match(r"(weir|flow|process|scrape)_", word)}
    assert len(names) > 20
    names -= {"weir_dead_letter_failures_total"}  # takes a Kafka; test_dead_letters looks at it
    for name in sorted(names):
        wait_until(lambda: watched.query(f"count({name})"), what=name)  # noqa: B023
