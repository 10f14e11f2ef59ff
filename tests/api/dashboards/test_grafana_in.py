"""Dashboards of Grafana taken over, and what is said of panels that are not."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.api.dashboards.exchange import imported
from otel_monitoring.api.dashboards.variables import filled
from otel_monitoring.errors import QueryError
from otel_monitoring.model.dashboard import DashboardError
from otel_monitoring.promql.language.parse import parse


def check(expr: str) -> str:
    try:
        parse(filled(expr))
    except QueryError as error:
        return str(error)
    return ""


def panel(title: str = "Up", **changes: Any) -> dict[str, Any]:
    return {
        "type": "timeseries",
        "title": title,
        "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
        "targets": [{"expr": "up", "legendFormat": "{{job}}"}],
        **changes,
    }


def taken(*panels: dict[str, Any], **more: Any) -> Any:
    """Return the panels that came of it, and what was left out with its reason."""
    found, left_out = imported({"title": "Theirs", "panels": list(panels), **more}, check=check)
    return found.panels, {one.panel: one.reason for one in left_out}


def test_a_panel_keeps_what_it_asks_and_how_it_looks() -> None:
    defaults = {
        "unit": "percentunit",
        "custom": {"stacking": {"mode": "normal"}, "thresholdsStyle": {"mode": "line"}},
        "thresholds": {"steps": [{"value": None}, {"value": 0.9}]},
    }

    [found], left_out = taken(panel(fieldConfig={"defaults": defaults}))

    assert left_out == {}
    assert (found.title, found.kind, found.unit, found.threshold) == ("Up", "stacked", "1", 0.9)
    assert [(one.expr, one.legend) for one in found.queries] == [("up", "{{job}}")]
    assert found.place.model_dump() == {"x": 0, "y": 0, "w": 6, "h": 4}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("graph", "line"), ("stat", "figure"), ("gauge", "figure"), ("bargauge", "figure"), ("table", "table")],
)
def test_kinds_of_panels_are_those_that_look_most_like_them(kind: str, expected: str) -> None:
    [found], _ = taken(panel(type=kind))

    assert found.kind == expected


def test_panels_of_rows_come_without_their_rows_and_their_gaps() -> None:
    row = {
        "type": "row",
        "title": "More",
        "panels": [panel("b", gridPos={"x": 12, "y": 21, "w": 12, "h": 6})],
    }
    below = panel("c", gridPos={"x": 0, "y": 40, "w": 24, "h": 8})

    found, _ = taken(panel("a"), row, below)

    assert [(one.title, one.place.x, one.place.y) for one in found] == [("a", 0, 0), ("b", 6, 0), ("c", 0, 4)]


def test_what_cannot_be_shown_is_left_out_and_says_why() -> None:
    _, left_out = taken(
        panel(),
        panel("text", type="text"),
        panel("logs", datasource={"type": "loki"}, targets=[{"expr": '{app="shop"}'}]),
        panel("nothing", targets=[]),
        panel("hidden", targets=[{"expr": "up", "hide": True}]),
        panel("wrong", targets=[{"expr": "sum("}]),
        panel("unknown", targets=[{"expr": "up{a=~'$where'}"}]),
        panel("library", libraryPanel={"uid": "x"}, targets=[]),
    )

    assert left_out["text"] == (
        "panels of type 'text' cannot be shown here: only time series, stat, gauge and table can"
    )
    assert left_out["logs"] == "it asks 'loki': only PromQL can be asked here"
    assert left_out["nothing"] == left_out["hidden"] == "it asks nothing"
    assert "parse error" in left_out["wrong"]
    assert left_out["unknown"] == "variable $where stands for nothing here"
    assert left_out["library"] == "what is in a library panel is not in the file"


def test_variables_stand_for_what_is_chosen_or_for_everything() -> None:
    variables = [
        {"name": "job", "type": "query", "current": {"value": ["shop"]}},
        {"name": "zone", "type": "custom", "current": {"value": ["a", "b"]}},
        {"name": "all", "type": "custom", "current": {"value": "$__all"}, "allValue": ".+"},
        {"name": "q", "type": "constant", "current": {"value": "0.9"}},
    ]
    expr = 'quantile(${q}, up{job=~"$job",zone=~"${zone:regex}",x=~"[[all]]"})'

    [found], _ = taken(panel(targets=[{"expr": expr}]), templating={"list": variables})

    assert found.queries[0].expr == 'quantile(0.9, up{job=~".*",zone=~"a|b",x=~".+"})'


def test_durations_of_grafana_stay_and_references_of_patterns_too() -> None:
    expr = 'label_replace(rate(a_total[$__rate_interval]), "x", "$1", "y", "(.*)$")'

    [found], _ = taken(panel(targets=[{"expr": expr, "legendFormat": "__auto"}]))

    assert found.queries[0].expr == expr
    assert found.queries[0].legend == ""


def test_what_the_api_of_grafana_answers_is_looked_into() -> None:
    found, _ = imported({"meta": {}, "dashboard": {"title": "Theirs", "panels": [panel()]}}, check=check)

    assert found.title == "Theirs"


def test_a_dashboard_of_which_nothing_can_be_shown_is_refused() -> None:
    with pytest.raises(DashboardError, match="nothing of it can be shown: notes: panels of type 'text'"):
        taken(panel("notes", type="text"))


@pytest.mark.parametrize("odd", [None, 7, "x", [], {"x": "left"}, {"x": -3, "w": 99, "h": 1e6}])
def test_odd_places_do_no_harm(odd: Any) -> None:
    [found], _ = taken(panel(gridPos=odd))

    assert found.place.x + found.place.w <= 12


@pytest.mark.parametrize("odd", [None, 7, "x", [None, 7], {"list": [None, {"name": None}, 3]}])
def test_odd_parts_do_no_harm(odd: Any) -> None:
    found, _ = taken(panel(fieldConfig=odd), panel(targets=odd), templating=odd, description=odd)

    assert len(found) == 1


def test_a_file_of_a_later_version_is_refused() -> None:
    file = {"schema": "otel-monitoring/dashboard", "schemaVersion": 2, "title": "a", "panels": []}

    with pytest.raises(DashboardError, match="schemaVersion is 2: expected 1"):
        imported(file, check=check)


def test_what_is_wrong_in_a_file_of_ours_is_named() -> None:
    file = {"schema": "otel-monitoring/dashboard", "schemaVersion": 1, "title": "", "panels": [{}]}

    with pytest.raises(DashboardError, match=r"title: .*panels\.0\.title: Field required"):
        imported(file, check=check)
