"""How service levels stand, over series in a store."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.slos.indicator import Looks
from otel_monitoring.reports.slos.slo import SLO, availability
from tests.reports.slos.recorded import DAY_MS, HOUR_MS, NOW_MS, Recorded, between, steady

CHECKOUT = SLO(name="checkout", target=0.999, sli=availability(), service="shop")


def at(text: str) -> int:
    """Return Unix milliseconds of a time in UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_a_steady_half_of_the_budget_is_spent() -> None:
    recorded = Recorded()
    recorded.record(CHECKOUT, days=31, traffic=steady(1000, 0.5))

    (found,) = recorded.desk([CHECKOUT]).list()

    assert (found.state, found.events) == ("met", 8640 * 1000)
    assert found.remaining == pytest.approx(0.5)
    assert found.burn_rate_1h == pytest.approx(0.5)
    assert found.notes == ()
    assert found.sentence == (
        "checkout: 99.95% were good over 30d where 99.9% have to be; 50.0% of the error budget are left."
    )


def test_a_burning_budget_says_when_it_is_gone() -> None:
    recorded = Recorded()
    burst = between(NOW_MS - 6 * HOUR_MS, NOW_MS, (1000, 10), (1000, 0))
    recorded.record(CHECKOUT, days=31, traffic=burst)

    (found,) = recorded.desk([CHECKOUT]).list()

    assert found.state == "burning"
    assert found.exhausted_in_ms == pytest.approx((1 - 10 / 120) * 30 * DAY_MS / 10, rel=1e-3)
    assert "gone in 3 days" in found.sentence


def test_a_budget_that_is_gone_is_exhausted() -> None:
    recorded = Recorded()
    recorded.record(CHECKOUT, days=31, traffic=steady(1000, 2))

    (found,) = recorded.desk([CHECKOUT]).list()

    assert (found.state, found.exhausted_in_ms) == ("exhausted", 0)
    assert "spent 2 times over" in found.sentence


def test_without_any_series_there_is_no_data() -> None:
    (found,) = Recorded().desk([CHECKOUT]).list()

    assert (found.state, found.ratio, found.remaining, found.known_ms) == ("no data", None, None, 0)


def test_three_days_of_thirty_are_said_to_be_three() -> None:
    recorded = Recorded()
    recorded.record(CHECKOUT, days=3, traffic=steady(1000, 0))

    (found,) = recorded.desk([CHECKOUT]).list()

    assert found.known_ms == 3 * DAY_MS
    assert found.notes == ("has 3 days of 30 days: the budget is that of the events so far",)


def test_what_was_measured_before_the_rules_ran_counts_too() -> None:
    recorded = Recorded()
    recorded.measure(days=20, traffic=steady(1000, 1))
    recorded.record(CHECKOUT, days=2, traffic=steady(1000, 0))

    (found,) = recorded.desk([CHECKOUT]).list()

    assert found.events == pytest.approx(20 * 288 * 1000, rel=0.01)
    assert found.bad_events == pytest.approx(18 * 288, rel=0.01)


def test_looks_that_nobody_took_are_not_made_up() -> None:
    slo = SLO(name="queue", target=0.99, sli=Looks("queue_length", "lt", 10))
    recorded = Recorded()
    recorded.record(slo, days=1, traffic=steady(20, 0))

    (found,) = recorded.desk([slo]).list()

    assert found.events == 288 * 20


def test_an_objective_that_some_alerts_cannot_fire_for_says_so() -> None:
    slo = SLO(name="loose", target=0.9, sli=availability())

    (found,) = Recorded().desk([slo]).list()

    (note,) = found.notes
    assert note.startswith(
        "a target of 90% leaves a budget too large for the alerts over 1h: they cannot fire"
    )


def test_the_burn_down_falls_where_the_errors_were() -> None:
    recorded = Recorded()
    day = between(NOW_MS - 10 * DAY_MS, NOW_MS - 9 * DAY_MS, (1000, 15), (1000, 0))
    recorded.record(CHECKOUT, days=31, traffic=day)

    burn_down = recorded.desk([CHECKOUT]).show("checkout").burn_down

    assert len(burn_down.times_ms) == 720
    assert burn_down.left[[0, 479, 503, 719]].tolist() == pytest.approx([1, 1, 0.5, 0.5])


def test_a_calendar_month_begins_with_a_whole_budget() -> None:
    slo = SLO(name="monthly", target=0.999, sli=availability(), window="month")
    recorded = Recorded()
    recorded.record(slo, days=40, traffic=between(0, at("2026-10-01T00:00"), (1000, 100), (1000, 0)))

    (found,) = recorded.desk([slo]).list()

    assert (found.start_ms, found.remaining) == (at("2026-10-01T00:00"), 1)


def test_a_month_in_breach_says_when_and_how_long() -> None:
    recorded = Recorded()
    outage = between(at("2026-09-10T08:00"), at("2026-09-10T09:30"), (1000, 900), (1000, 0.1))
    recorded.record(CHECKOUT, days=60, traffic=outage)

    report = recorded.desk([CHECKOUT]).report("checkout", "2026-09")

    assert (report.is_over, report.is_met, report.breach_minutes) == (True, False, 90)
    (incident,) = report.incidents
    assert (incident.start_ms, incident.end_ms) == (at("2026-09-10T08:00"), at("2026-09-10T09:30"))
    assert (incident.bad_events, incident.peak_ratio) == (18 * 900, 0.9)
    assert report.budget_spent == pytest.approx((18 * 900 + (8640 - 18) * 0.1) / (8640 * 1000) / 0.001)
    assert report.sentence.startswith("checkout in 2026-09: not met, 99.8")


def test_a_month_that_is_not_over_is_reported_so_far() -> None:
    recorded = Recorded()
    recorded.record(CHECKOUT, days=30, traffic=steady(1000, 0))

    report = recorded.desk([CHECKOUT]).report("checkout")

    assert (report.span.month, report.is_over, report.is_met) == ("2026-10", False, True)
    assert report.known_ms == 20 * DAY_MS


def test_a_month_that_is_measured_only_is_counted_by_the_hour() -> None:
    recorded = Recorded()
    outage = between(at("2026-10-10T08:00"), at("2026-10-10T09:00"), (1000, 900), (1000, 0))
    recorded.measure(days=30, traffic=outage)

    report = recorded.desk([CHECKOUT]).report("checkout", "2026-10")

    assert report.breach_minutes == pytest.approx(60, abs=60)
    assert report.notes[-1].startswith("minutes of breach are counted by whole hours")


def test_a_breach_that_no_rule_recorded_yet_is_counted_by_the_hour() -> None:
    recorded = Recorded()
    recorded.measure(days=1, traffic=steady(1000, 20))
    recorded.record(CHECKOUT, days=1 / 24, traffic=steady(1000, 20))

    report = recorded.desk([CHECKOUT]).report("checkout")

    assert report.is_met is False
    assert report.breach_minutes == 24 * 60


@pytest.mark.parametrize("month", ["2027-01", "2020-01"])
def test_a_month_without_events_is_neither_met_nor_not(month: str) -> None:
    recorded = Recorded()
    recorded.record(CHECKOUT, days=2, traffic=steady(1000, 0))

    report = recorded.desk([CHECKOUT]).report("checkout", month)

    assert (report.is_met, report.incidents, report.events) == (None, (), 0)


def test_months_begin_where_the_zone_says() -> None:
    slo = SLO(name="tokyo", target=0.999, sli=availability(), window="month", time_zone="Asia/Tokyo")

    report = Recorded().desk([slo]).report("tokyo", "2026-09")

    assert report.span.start_ms == at("2026-08-31T15:00")


@pytest.mark.parametrize("month", ["2026-13", "October", "2026-1", "0000-01"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(AnalysisError, match="expected a year and a month"):
        Recorded().desk([CHECKOUT]).report("checkout", month)


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(AnalysisError, match="SLO 'cart' does not exist: expected one of checkout"):
        Recorded().desk([CHECKOUT]).show("cart")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -5.0, 1e300])
def test_whatever_is_recorded_there_is_an_answer(bad: float) -> None:
    recorded = Recorded()
    recorded.record(CHECKOUT, days=1, traffic=steady(1000, bad))

    (found,) = recorded.desk([CHECKOUT]).list()

    assert found.remaining is None or found.remaining <= 1


def test_a_year_is_asked_for_piece_by_piece() -> None:
    slo = SLO(name="yearly", target=0.999, sli=availability(), window="366d")
    recorded = Recorded()
    recorded.record(slo, days=2, traffic=steady(1000, 0))

    burn_down = recorded.desk([slo]).show("yearly").burn_down

    assert len(burn_down.times_ms) == 366 * 24
    assert burn_down.left[-1] == 1
