"""What a calendar month was like: the report that a service level agreement asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from otel_monitoring.analytics.slos.budget import breaches, remaining
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.slos.standing import measured, notes, percent

if TYPE_CHECKING:
    from otel_monitoring.analytics.slos.budget import Breach, Counted
    from otel_monitoring.reports.slos.slo import SLO

_MONTH = re.compile(r"(\d{4})-(\d{2})").fullmatch
_PAUSE_MS = 30 * 60_000
_MOST_INCIDENTS = 100
_MOST_OF_ALL = 0.95
"""Stretches of five minutes tell of breaches where they hold this share of the events of the month."""

_YEARS = (1970, 9998)
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class Span:
    """A calendar month in a zone.

    Attributes:
        month: As in ``2026-10``.
        start_ms: Unix milliseconds.
        end_ms: Unix milliseconds.
    """

    month: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class MonthReport:
    """How a service level did in a month.

    Attributes:
        slo: The service level.
        span: The month.
        is_over: Whether the month has ended; one that has not is reported so far.
        is_met: Whether enough was good; ``None`` without events.
        ratio: The share that was good; ``None`` without events.
        events: Events of the month.
        bad_events: Those that were bad.
        budget_spent: The share of the error budget that was spent, above 1 where the level was not met.
        breach_minutes: How many minutes more was bad than allowed.
        incidents: The times of breach, oldest first, pauses of half an hour included; a hundred at most,
            those with the most bad events.
        known_ms: Of how much of the month something is known.
        sentence: All of that in words.
        notes: What is to be known about these numbers.
    """

    slo: SLO
    span: Span
    is_over: bool
    is_met: bool | None
    ratio: float | None
    events: float
    bad_events: float
    budget_spent: float | None
    breach_minutes: float
    incidents: tuple[Breach, ...]
    known_ms: int
    sentence: str
    notes: tuple[str, ...] = ()


def span_of(month: str | None, *, zone: str, now_ms: int) -> Span:
    """Return a calendar month.

    Args:
        month: As in ``2026-10``; ``None`` for the one that it is.
        zone: In which it begins and ends.
        now_ms: Unix milliseconds.

    Raises:
        AnalysisError: It is no month.
    """
    place = ZoneInfo(zone)
    if month is None:
        today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(place)
        return _span(today.year, today.month, place)
    found = _MONTH(month)
    year, number = (int(found[1]), int(found[2])) if found else (0, 0)
    if not (_YEARS[0] <= year <= _YEARS[1] and 1 <= number <= _LAST_MONTH):
        msg = f"month is {month!r}: expected a year and a month, as in 2026-10"
        raise AnalysisError(msg, field="month")
    return _span(year, number, place)


def month_report(slo: SLO, *, span: Span, hours: Counted, tiles: Counted, now_ms: int) -> MonthReport:
    """Return the report of a month.

    Args:
        slo: The service level.
        span: The month.
        hours: Its events by the hour.
        tiles: Its events in stretches of five minutes, as far as they are recorded.
        now_ms: Unix milliseconds.
    """
    until_ms = min(span.end_ms, now_ms)
    left, error_ratio = remaining(hours, slo.budget_ratio), hours.error_ratio
    is_met = None if left is None else left >= 0
    fine = tiles.events >= _MOST_OF_ALL * hours.events
    counted = tiles if fine else hours
    found = breaches(counted, slo.budget_ratio, pause_ms=_PAUSE_MS)
    told = notes(slo, hours, start_ms=span.start_ms, end_ms=until_ms)
    if not fine and found:
        told.append("minutes of breach are counted by whole hours, since that is what is known of this month")
    return MonthReport(
        slo=slo,
        span=span,
        is_over=span.end_ms <= now_ms,
        is_met=is_met,
        ratio=None if error_ratio is None else 1 - error_ratio,
        events=hours.events,
        bad_events=hours.bad_events,
        budget_spent=None if left is None else 1 - left,
        breach_minutes=sum(one.minutes for one in found),
        incidents=_worst(found),
        known_ms=hours.known_ms,
        sentence=_sentence(slo, span, error_ratio, is_met=is_met, is_over=span.end_ms <= now_ms),
        notes=tuple(told),
    )


def _worst(found: list[Breach]) -> tuple[Breach, ...]:
    kept = sorted(found, key=lambda one: one.bad_events, reverse=True)[:_MOST_INCIDENTS]
    return tuple(sorted(kept, key=lambda one: one.start_ms))


def _span(year: int, month: int, zone: ZoneInfo) -> Span:
    later = (year + 1, 1) if month == _LAST_MONTH else (year, month + 1)
    start, end = (datetime(*when, 1, tzinfo=zone) for when in ((year, month), later))
    return Span(f"{year:04d}-{month:02d}", round(start.timestamp() * 1000), round(end.timestamp() * 1000))


def _sentence(slo: SLO, span: Span, error_ratio: float | None, *, is_met: bool | None, is_over: bool) -> str:
    so_far = "" if is_over else " so far"
    if error_ratio is None:
        return f"{slo.name} in {span.month}{so_far}: there were no events."
    verdict = "met" if is_met else "not met"
    return (
        f"{slo.name} in {span.month}{so_far}: {verdict}, {measured(1 - error_ratio)} were good where "
        f"{percent(slo.target)} have to be."
    )
