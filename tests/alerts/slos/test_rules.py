"""The rules of service levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.rules.export import as_rule_file
from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.alerts.rules.rulefile import parse_rules
from otel_monitoring.alerts.slos.rules import rule_groups
from otel_monitoring.promql.language.parse import parse
from otel_monitoring.reports.slos.indicator import Looks
from otel_monitoring.reports.slos.slo import SLO, availability, latency, ratio

if TYPE_CHECKING:
    from otel_monitoring.reports.slos.indicator import Indicator

INDICATORS: list[Indicator] = [
    availability(route="/pay"),
    latency(threshold_s=1),
    ratio(total="sum by (shop) (a_total)", bad="sum by (shop) (b_total)"),
    Looks("queue_length", "lt", 100, every_ms=60_000),
]


def alerts(slo: SLO) -> dict[str, AlertingRule]:
    """Return the alerting rules of a service level by name."""
    rules = [rule for group in rule_groups([slo]) for rule in group.rules]
    return {rule.name: rule for rule in rules if isinstance(rule, AlertingRule)}


@pytest.mark.parametrize("sli", INDICATORS)
def test_what_is_exported_is_a_rule_file(sli: Indicator) -> None:
    groups = rule_groups([SLO(name="checkout", target=0.99, sli=sli, service="shop", labels={"tier": "1"})])

    read = parse_rules(as_rule_file(groups), source="slos.yml", check_expr=parse)

    assert [len(group.rules) for group in read.groups] == [len(group.rules) for group in groups]
    assert read.warnings == ()


def test_every_series_and_alert_says_whose_it_is() -> None:
    slo = SLO(
        name="checkout", target=0.99, sli=availability(), service="shop", owner="web", labels={"tier": "1"}
    )

    for group in rule_groups([slo]):
        for rule in group.rules:
            assert {
                "slo": "checkout",
                "service": "shop",
                "owner": "web",
                "tier": "1",
            }.items() <= rule.labels.items()


def test_pages_are_critical_and_tickets_are_warnings() -> None:
    found = alerts(SLO(name="checkout", target=0.99, sli=availability()))

    assert {name: rule.labels["severity"] for name, rule in found.items()} == {
        "SLOBudgetBurnsFast": "critical",
        "SLOBudgetBurnsSlowly": "warning",
        "SLOWithoutData": "warning",
    }


def test_without_a_minimum_no_events_are_counted() -> None:
    expr = alerts(SLO(name="checkout", target=0.99, sli=availability(), min_events=0))[
        "SLOBudgetBurnsFast"
    ].expr

    assert "slo:events" not in expr


def test_an_absence_of_nothing_is_no_rule() -> None:
    assert "SLOWithoutData" not in alerts(SLO(name="a", target=0.9, sli=availability(), absent_after="0s"))


def test_observed_only_is_a_label_of_every_alert() -> None:
    found = alerts(SLO(name="a", target=0.9, sli=availability(), observe_only=True))

    assert all(rule.labels["observe"] == "true" for rule in found.values())


def test_slices_are_looked_at_as_often_as_they_are_long() -> None:
    watching, counting = rule_groups([SLO(name="a", target=0.9, sli=INDICATORS[3])])

    assert (watching.interval_ms, counting.interval_ms) == (60_000, 300_000)


def test_calendar_months_record_no_rolling_budget() -> None:
    _, counting = rule_groups([SLO(name="a", target=0.9, sli=availability(), window="month")])

    assert [rule.name for rule in counting.rules] == ["slo:events:sum5m", "slo:bad_events:sum5m"]
