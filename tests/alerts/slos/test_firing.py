"""What service levels fire for, besides burning budgets."""

from __future__ import annotations

from otel_monitoring.alerts.slos.rules import rule_groups
from otel_monitoring.reports.slos.indicator import Looks
from otel_monitoring.reports.slos.slo import SLO, ratio
from otel_monitoring.testing.rules import RuleBench

BAD = SLO(name="a", target=0.999, sli=ratio(total="all_total", bad="bad_total"))
GOOD = SLO(name="a", target=0.999, sli=ratio(total="all_total", good="good_total"))
ALERTS = ("SLOBudgetBurnsFast", "SLOBudgetBurnsSlowly", "SLOWithoutData")


def fired(bench: RuleBench) -> set[str]:
    """Return the alerts that fire now."""
    return {name for name in ALERTS if bench.firing(name)}


def test_metrics_that_were_never_there_fire_after_an_hour() -> None:
    bench = RuleBench(rule_groups([BAD]))

    bench.advance("59m")
    before = fired(bench)
    bench.advance("2m")

    assert (before, fired(bench)) == (set(), {"SLOWithoutData"})


def test_metrics_that_go_fire_too() -> None:
    bench = RuleBench(rule_groups([BAD]))
    bench.load("all_total", "0+60x30")
    bench.advance("90m")
    before = fired(bench)

    bench.advance("10m")

    assert (before, fired(bench)) == (set(), {"SLOWithoutData"})


def test_good_events_that_nobody_counts_fire_where_others_are_counted() -> None:
    bench = RuleBench(rule_groups([GOOD]))
    bench.load("all_total", "0+60x200")

    bench.advance("70m")

    assert fired(bench) == {"SLOWithoutData"}


def test_no_traffic_is_no_absence() -> None:
    bench = RuleBench(rule_groups([BAD]))
    bench.load("all_total", "100x300")

    bench.advance("200m")

    assert fired(bench) == set()


def test_bad_events_that_nobody_counted_yet_are_none() -> None:
    bench = RuleBench(rule_groups([BAD]))
    bench.load("all_total", "0+60x200")

    bench.advance("150m")

    assert fired(bench) == set()
    assert bench.query("slo:error_budget_remaining:ratio").samples[0][1] == 1


def test_looks_at_a_value_fire_while_it_is_bad() -> None:
    bench = RuleBench(rule_groups([SLO(name="queue", target=0.99, sli=Looks("length", "lt", 10))]))
    bench.load("length", "5x60 50x60 5x60")
    bench.advance("60m")
    before = fired(bench)

    bench.advance("40m")

    assert (before, fired(bench)) == (set(), {"SLOBudgetBurnsFast", "SLOBudgetBurnsSlowly"})


def test_every_rule_works_on_whatever_is_counted() -> None:
    bench = RuleBench(
        rule_groups([BAD, SLO(name="b", target=0.9, sli=ratio(total="odd_total", bad="odd_bad"))])
    )
    bench.load("all_total", "1e300x5 NaN Inf -Inf 0 _x20 5")
    bench.load("bad_total", "1e300x5 1 2 Inf NaN _x20 7")
    bench.load("odd_total", "NaNx90")
    bench.load("odd_bad", "0+1x90")

    bench.advance("80m")

    assert bench.errors() == []
