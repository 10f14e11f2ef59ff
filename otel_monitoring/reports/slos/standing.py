"""How service levels stand: what is left of the error budget, how fast it goes, and how long it will last."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from otel_monitoring.analytics.slos.budget import burn_rate, exhaustion_ms, remaining
from otel_monitoring.model.durations import format_duration
from otel_monitoring.reports.slos.counting import HOUR_MS

if TYPE_CHECKING:
    from otel_monitoring.analytics.slos.budget import Counted
    from otel_monitoring.reports.slos.slo import SLO

State = Literal["met", "burning", "exhausted", "no data"]

_PACE_MS = 6 * HOUR_MS
_DAY_MS = 24 * HOUR_MS
_MOST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Standing:
    """How one service level stands.

    Attributes:
        slo: The service level.
        state: ``met``; ``burning`` where the last six hours spent the budget faster than it lasts for;
            ``exhausted`` where it is gone; ``no data``.
        start_ms: Where its window begins, Unix milliseconds.
        end_ms: Now, Unix milliseconds.
        known_ms: Of how much of that time something is known.
        events: Events of the window.
        bad_events: Those that were bad.
        ratio: The share that was good; ``None`` without events.
        remaining: The share of the error budget that is left, below 0 where more was spent.
        burn_rate_1h: How many times as fast as the budget allows for it went in the last hour.
        burn_rate_6h: The same of the last six hours.
        exhausted_in_ms: In how long it is gone at the pace of the last six hours; 0 where it is gone already,
            ``None`` where it lasts.
        sentence: All of that in words.
        notes: What is to be known about these numbers.
    """

    slo: SLO
    state: State
    start_ms: int
    end_ms: int
    known_ms: int
    events: float
    bad_events: float
    ratio: float | None
    remaining: float | None
    burn_rate_1h: float | None
    burn_rate_6h: float | None
    exhausted_in_ms: float | None
    sentence: str
    notes: tuple[str, ...] = ()


def standing(slo: SLO, counted: Counted, *, start_ms: int, end_ms: int) -> Standing:
    """Return how a service level stands.

    Args:
        slo: The service level.
        counted: The events of its window, by the hour.
        start_ms: Where the window begins, Unix milliseconds.
        end_ms: Now, Unix milliseconds.
    """
    left = remaining(counted, slo.budget_ratio)
    pace = burn_rate(counted.last(_PACE_MS), slo.budget_ratio)
    gone_in_ms = exhaustion_ms(left, pace, slo.window_ms)
    error_ratio = counted.error_ratio
    state = _state(left, pace)
    return Standing(
        slo=slo,
        state=state,
        start_ms=start_ms,
        end_ms=end_ms,
        known_ms=min(counted.known_ms, end_ms - start_ms),
        events=counted.events,
        bad_events=counted.bad_events,
        ratio=None if error_ratio is None else 1 - error_ratio,
        remaining=left,
        burn_rate_1h=burn_rate(counted.last(HOUR_MS), slo.budget_ratio),
        burn_rate_6h=pace,
        exhausted_in_ms=gone_in_ms,
        sentence=_sentence(slo, state, left, error_ratio, gone_in_ms),
        notes=tuple(notes(slo, counted, start_ms=start_ms, end_ms=end_ms)),
    )


def notes(slo: SLO, counted: Counted, *, start_ms: int, end_ms: int) -> list[str]:
    """Return what is to be known about numbers of a time: how much of it is missing, what cannot fire."""
    found = []
    since_ms = counted.known_since_ms
    if since_ms is not None and since_ms - start_ms > HOUR_MS:
        has, of = _days(end_ms - since_ms), _days(end_ms - start_ms)
        found.append(f"has {has} of {of}: the budget is that of the events so far")
    deaf = [level for level in slo.levels if level.factor * slo.budget_ratio >= 1]
    if deaf:
        windows = ", ".join(format_duration(level.long_ms) for level in deaf)
        found.append(
            f"a target of {percent(slo.target)} leaves a budget too large for the alerts over {windows}: "
            "they cannot fire even if everything fails"
        )
    return found


def percent(ratio: float) -> str:
    """Return a target as people write it, with as many digits as a service level needs."""
    return f"{ratio * 100:.6g}%"


def measured(ratio: float) -> str:
    """Return what share was good, with digits that tell what was not: 99.99727%, but 85.43%."""
    bad = abs(1 - ratio) * 100
    digits = 2 if not 0 < bad < 1 else min(2 - math.floor(math.log10(bad)), _MOST_DIGITS)
    text = f"{ratio * 100:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.')}%"


def _state(left: float | None, pace: float | None) -> State:
    if left is None:
        return "no data"
    if left <= 0:
        return "exhausted"
    return "burning" if pace is not None and pace > 1 else "met"


def _sentence(
    slo: SLO, state: State, left: float | None, error_ratio: float | None, gone_in_ms: float | None
) -> str:
    if left is None or error_ratio is None:
        return f"{slo.name}: there were no events over {slo.window}, so that nothing can be said."
    good, wanted = measured(1 - error_ratio), percent(slo.target)
    said = f"{slo.name}: {good} were good over {slo.window} where {wanted} have to be"
    if state == "exhausted":
        return f"{said}; the error budget is spent {1 - left:.3g} times over."
    said += f"; {left:.1%} of the error budget are left"
    if state == "burning" and gone_in_ms is not None:
        return f"{said}, and gone in {_days(gone_in_ms)} at the pace of the last six hours."
    return f"{said}."


def _days(span_ms: float) -> str:
    """Return a time in one unit: days, or hours below two of them."""
    if span_ms >= 2 * _DAY_MS:
        return f"{span_ms / _DAY_MS:.0f} days"
    return f"{span_ms / HOUR_MS:.1f} hours"
