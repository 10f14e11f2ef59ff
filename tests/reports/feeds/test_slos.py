"""Service levels in reports and among the insights."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.reports.feeds.slos import SlosFeed
from otel_monitoring.reports.summary.period import Period

if TYPE_CHECKING:
    from otel_monitoring.reports.slos.desk import SlosDesk

END_MS = 1_700_006_400_000
PERIOD = Period.ending("daily", END_MS)


def standing_fake(name: str, state: str, remaining: float | None) -> Any:
    """Stand in for how a service level stands."""
    return SimpleNamespace(
        slo=SimpleNamespace(name=name, target=0.999),
        state=state,
        start_ms=END_MS - 86_400_000,
        end_ms=END_MS,
        events=1000.0,
        bad_events=2.0,
        ratio=0.998,
        remaining=remaining,
        sentence=f"{name} is {state}.",
        notes=("has 1 day of 30 days",) if state == "met" else (),
    )


class DeskFake:
    """Stand in for the desk of service levels."""

    def __init__(self, *standings: Any, fails: bool = False) -> None:
        self._standings = standings
        self._fails = fails

    def list(self) -> list[Any]:
        if self._fails:
            msg = "too slow"
            raise QueryError(msg)
        return [*self._standings]


def feed(*standings: Any, fails: bool = False) -> SlosFeed:
    return SlosFeed(cast("SlosDesk", DeskFake(*standings, fails=fails)))


def test_a_report_shows_how_each_stands() -> None:
    section = feed(
        standing_fake("cart", "met", 0.7),
        standing_fake("pay", "exhausted", -0.5),
        standing_fake("idle", "no data", None),
    ).section(PERIOD)

    assert section is not None
    assert section.figures[0].value == pytest.approx(1 / 2)
    assert [row[:2] for row in section.tables[0].rows] == [
        ("cart", "met"),
        ("pay", "exhausted"),
        ("idle", "no data"),
    ]
    assert section.notes == ("cart has 1 day of 30 days.",)


def test_without_service_levels_there_is_no_section() -> None:
    assert feed().section(PERIOD) is None


def test_of_a_time_long_ago_nothing_is_said() -> None:
    long_ago = Period.ending("daily", END_MS - 10 * 86_400_000)

    assert feed(standing_fake("cart", "met", 0.7)).section(long_ago) is None


def test_where_it_cannot_be_asked_the_section_says_why() -> None:
    section = feed(fails=True).section(PERIOD)

    assert section is not None
    assert section.notes == ("No data, because the question could not be answered: too slow.",)


def test_a_budget_in_danger_is_an_insight() -> None:
    found = feed(
        standing_fake("cart", "met", 0.7),
        standing_fake("pay", "exhausted", -0.5),
        standing_fake("search", "burning", 0.2),
    ).insights(END_MS)

    assert [(one.rule, one.labels.get("slo")) for one in found] == [
        ("slo_exhausted", "pay"),
        ("slo_burning", "search"),
    ]
    assert found[0].effect > found[1].effect
    assert all(one.advice and one.why for one in found)


def test_the_least_budget_that_is_left_is_a_part_of_the_health_score() -> None:
    part = feed(standing_fake("cart", "met", 0.7), standing_fake("pay", "burning", 0.2)).part(END_MS)

    assert part is not None
    assert part.score == pytest.approx(20)
    assert part.why == "pay is burning."


def test_a_budget_that_is_spent_scores_nothing_and_none_at_all_is_no_part() -> None:
    spent = feed(standing_fake("pay", "exhausted", -3.0)).part(END_MS)

    assert spent is not None
    assert spent.score == 0
    assert feed(standing_fake("idle", "no data", None)).part(END_MS) is None
