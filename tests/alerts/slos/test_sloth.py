"""Alerts on service levels fire at the evaluations at which those that Sloth generates fire."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.alerts.rules.export import as_rule_file
from otel_monitoring.alerts.slos.rules import rule_groups
from otel_monitoring.reports.slos.indicator import Looks, slices
from otel_monitoring.reports.slos.slo import SLO, latency, ratio
from tests.alerts.slos.peer import compare, sloth_rules
from tests.alerts.slos.scenarios import LONG, SHORT, Scenario, Stretch
from tests.integration.servers import program

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.reports.slos.indicator import Ratio

pytestmark = pytest.mark.integration

BAD = ratio(total='events_total{kind="total"}', bad='events_total{kind="bad"}')
GOOD = ratio(total='events_total{kind="total"}', good='events_total{kind="good"}')
SLOTH_BAD: dict[str, Any] = {
    "events": {
        "error_query": 'sum(rate(events_total{kind="bad"}[{{.window}}]))',
        "total_query": 'sum(rate(events_total{kind="total"}[{{.window}}]))',
    }
}
SLOTH_GOOD: dict[str, Any] = {
    "raw": {
        "error_ratio_query": '1 - (sum(rate(events_total{kind="good"}[{{.window}}])) '
        '/ sum(rate(events_total{kind="total"}[{{.window}}])))'
    }
}


def checked(
    folder: Path, scenario: Scenario, *, sli: Ratio, sloth: dict[str, Any], window: str = "30d"
) -> None:
    """Fail where the two fire at different evaluations, or where nothing fires that has to."""
    slo = SLO(name="checkout", target=scenario.target, sli=sli, window=window, min_events=0)
    theirs = sloth_rules(folder, sli=sloth, target=scenario.target, window=window)

    found = compare(folder, slo=slo, theirs=theirs, scenario=scenario)

    assert {level: one.differs for level, one in found.items()} == {"page": 0, "ticket": 0}
    if window == "30d":
        fired = {level: one.theirs > 0 for level, one in found.items()}
        assert fired == {"page": scenario.page, "ticket": scenario.ticket}


@pytest.mark.parametrize("scenario", SHORT, ids=lambda one: one.name)
def test_bad_events_fire_as_with_sloth(tmp_path: Path, scenario: Scenario) -> None:
    checked(tmp_path, scenario, sli=BAD, sloth=SLOTH_BAD)


@pytest.mark.parametrize("scenario", SHORT[1::4], ids=lambda one: one.name)
def test_good_events_fire_as_with_sloth(tmp_path: Path, scenario: Scenario) -> None:
    checked(tmp_path, scenario, sli=GOOD, sloth=SLOTH_GOOD)


@pytest.mark.parametrize("scenario", LONG, ids=lambda one: one.name)
def test_days_fire_as_with_sloth(tmp_path: Path, scenario: Scenario) -> None:
    checked(tmp_path, scenario, sli=BAD, sloth=SLOTH_BAD)


@pytest.mark.parametrize("window", ["7d", "28d"])
def test_other_windows_fire_as_with_sloth(tmp_path: Path, window: str) -> None:
    stretches = (Stretch(120, 600), Stretch(90, 600, 2.4), Stretch(60, 600, 40), Stretch(90, 600))

    checked(tmp_path, Scenario("all", stretches), sli=BAD, sloth=SLOTH_BAD, window=window)


def test_a_minimum_of_events_keeps_quiet_where_sloth_does_not(tmp_path: Path) -> None:
    scenario = next(one for one in SHORT if one.name == "one failure of few")
    slo = SLO(name="checkout", target=scenario.target, sli=BAD)

    found = compare(
        tmp_path,
        slo=slo,
        theirs=sloth_rules(tmp_path, sli=SLOTH_BAD, target=scenario.target),
        scenario=scenario,
    )

    assert {level: (one.ours > 0, one.theirs > 0) for level, one in found.items()} == {
        "page": (False, True),
        "ticket": (False, True),
    }


def test_promtool_takes_every_kind_of_indicator(tmp_path: Path) -> None:
    slos = [
        SLO(name="ratio", target=0.999, sli=BAD, service="shop", labels={"tier": "1"}),
        SLO(
            name="routes",
            target=0.99,
            sli=ratio(total="sum by (a) (b)", good="sum by (a) (c)"),
            window="month",
        ),
        SLO(name="fast", target=0.99, sli=latency(threshold_s=1)),
        SLO(name="queue", target=0.99, sli=Looks("queue_length", "lt", 100)),
        SLO(name="slices", target=0.99, sli=slices(GOOD, target=0.95, slice_ms=60_000)),
    ]
    path = tmp_path / "slos.yml"
    path.write_text(as_rule_file(rule_groups(slos)), encoding="utf-8")

    told = subprocess.run(
        [str(program("promtool")), "check", "rules", str(path)], check=False, capture_output=True, text=True
    )

    assert told.returncode == 0, told.stdout + told.stderr
    assert "SUCCESS" in told.stdout
