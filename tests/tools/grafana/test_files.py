"""The dashboards of Grafana that are checked in: what the tool writes, of metrics that there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from otel_monitoring.api.dashboards.variables import filled, names
from otel_monitoring.ingest.names import metric_name
from otel_monitoring.promql.language.nodes import selectors_of
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.reports.slos import series
from tools.docs.metrics_table import described
from tools.grafana import files as module
from tools.grafana.files import BOARDS, FOLDER, files, stale, written

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.ingest.names import MetricKind
    from tools.grafana.laying import Shown

KINDS: dict[str, MetricKind] = {
    "counter": "counter",
    "gauge": "gauge",
    "updowncounter": "updown",
    "histogram": "histogram",
}
SHOWN = [(board.name, shown) for board in BOARDS for shown in board.shown]


def test_what_is_checked_in_is_what_the_tool_writes() -> None:
    assert stale() == []


def test_a_file_that_differs_and_one_too_many_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    written()
    (tmp_path / "overview.json").write_text("{}")
    (tmp_path / "old.json").write_text("{}")

    assert stale() == ["old.json", "overview.json"]
    written()
    assert stale() == []


def test_grafana_is_told_where_the_files_are() -> None:
    provisioning = FOLDER.parent / "provisioning" / "dashboards" / "otel-monitoring.yml"
    [provider] = yaml.safe_load(provisioning.read_text())["providers"]
    compose = yaml.safe_load((FOLDER.parents[2] / "docker-compose.yml").read_text())

    mounts = dict(
        one.rsplit(":", 2)[:2] for one in compose["services"]["grafana"]["volumes"] if one[0] == "."
    )

    assert mounts["./collector-config/grafana/dashboards"] == provider["options"]["path"]


def known_names() -> set[str]:
    """Return what the metrics of this package, and the series that its rules write, are called."""
    found = {
        "ALERTS",
        "slo:sli_error:ratio_rate5m",
        "slo:sli_error:ratio_rate1h",
        "slo:sli_error:ratio_rate6h",
    }
    found |= {series.TOTAL, series.OBJECTIVE, series.BURN_RATE, series.REMAINING}
    for one in described():
        name = metric_name(
            one.name, unit=one.unit, kind=KINDS[one.kind], strategy="UnderscoreEscapingWithSuffixes"
        )
        found |= {f"{name}_bucket", f"{name}_count"} if one.kind == "histogram" else {name}
    return found


def parsed(shown: Shown) -> list[Any]:
    return [
        parse(filled(expr, {"job": ".*", "instance": ".*", "__rate_interval": "5m"}))
        for expr, _ in shown.queries
    ]


@pytest.mark.parametrize(
    "shown", [one for _, one in SHOWN], ids=[f"{name}: {one.title}" for name, one in SHOWN]
)
def test_every_expression_parses_and_asks_for_metrics_that_there_are(shown: Shown) -> None:
    selectors = [one for expr in parsed(shown) for one in selectors_of(expr)]

    asked = {one.value for selector in selectors for one in selector.matchers if one.name == "__name__"}
    assert asked
    assert asked - known_names() == set()


@pytest.mark.parametrize("name", sorted(files()))
def test_a_dashboard_has_what_grafana_asks_of_it(name: str) -> None:
    """Of the classic model: an id of its own, a grid of 24 columns without overlaps, panels with numbers."""
    found = json.loads(files()[name])

    assert found["uid"] == f"otel-monitoring-{name.removesuffix('.json')}"
    assert len(found["uid"]) <= 40
    places = [one["gridPos"] for one in found["panels"]]
    assert all(one["x"] + one["w"] <= 24 for one in places)
    cells = [
        (x, y)
        for one in places
        for x in range(one["x"], one["x"] + one["w"])
        for y in range(one["y"], one["y"] + one["h"])
    ]
    assert len(cells) == len(set(cells))
    assert len({one["id"] for one in found["panels"]}) == len(found["panels"])
    known = {"datasource", "job", "instance", "__rate_interval"}
    for one in found["panels"]:
        assert one["type"] in {"timeseries", "stat", "table"}
        for target in one["targets"]:
            assert set(names(target["expr"])) <= known
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
