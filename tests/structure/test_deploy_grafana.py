"""The dashboards' form; what their queries find is integration/test_deploy_dashboards.py's to say."""

import json
from itertools import combinations
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "dashboards"
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@pytest.fixture(params=sorted(path.name for path in FOLDER.glob("*.json")))
def dashboard(request):
    return json.loads((FOLDER / request.param).read_text())


def test_a_dashboard_can_be_provisioned_and_imported(dashboard):
    assert dashboard["id"] is None and dashboard["uid"] and dashboard["title"]
    assert dashboard["schemaVersion"] >= 36
    variables = [variable["name"] for variable in dashboard["templating"]["list"]]
    assert variables[0] == "datasource"
    assert len(variables) == len(set(variables))
    text = json.dumps(dashboard["panels"])
    assert [name for name in variables[1:] if f"${name}" not in text] == []


def test_panels_have_ids_of_their_own_and_do_not_overlap(dashboard):
    panels = dashboard["panels"]
    ids = [panel["id"] for panel in panels]
    assert len(ids) == len(set(ids))
    for panel in panels:
        grid = panel["gridPos"]
        assert 0 <= grid["x"] and grid["x"] + grid["w"] <= 24 and grid["h"] > 0, panel["title"]
    for one, other in combinations(panels, 2):
        a, b = one["gridPos"], other["gridPos"]
        apart = (
            a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
            or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
        )  # fmt: skip
        assert apart, (one["title"], other["title"])


def test_every_query_goes_to_the_data_source_that_was_chosen(dashboard):
    for variable in dashboard["templating"]["list"]:
        assert variable["type"] != "query" or variable["datasource"] == DATASOURCE
    for panel in dashboard["panels"]:
        if panel["type"] == "row":
            continue
        assert panel["datasource"] == DATASOURCE, panel["title"]
        assert panel["targets"], panel["title"]
        letters = [target["refId"] for target in panel["targets"]]
        assert len(letters) == len(set(letters)), panel["title"]
        for target in panel["targets"]:
            assert target["datasource"] == DATASOURCE and target["expr"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
