"""What moved with an incident: which series, how surprisingly, since when, and which of them first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from otel_monitoring.analytics.correlation.appearing import Appearing, appearing
from otel_monitoring.analytics.correlation.onset import onsets
from otel_monitoring.analytics.correlation.order import order
from otel_monitoring.analytics.correlation.prepare import deseasoned, detrended, prepared
from otel_monitoring.analytics.correlation.repeating import repeats
from otel_monitoring.analytics.correlation.shapes import Shape
from otel_monitoring.analytics.correlation.surprise import surprise
from otel_monitoring.analytics.correlation.whitening import ORDER, Whitened, tamed, whitened
from otel_monitoring.analytics.multiplicity import benjamini_hochberg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.analytics.correlation.prepare import Prepared

How = Literal[Shape, "drop", "silent", "new"]
"""What happened: a changed level, a ramp, a spike, a changed spread; or it fell to zero, went away, came."""

FEWEST_BEFORE, FEWEST_IN_WINDOW = 120, 5
_TIMES_THE_WINDOW = 3
_WORTH_A_LOOK = 1.0
_LEVEL = 0.05
_AT_ONCE = 128
_DAY_MS = 86_400_000
_USUAL = 60
_NEAR_ZERO = 0.05


@dataclass(frozen=True, slots=True)
class Mover:
    """A series that moved.

    Attributes:
        row: Which.
        how: What happened.
        onset_ms: When it began, Unix time in milliseconds.
        digits: How unlikely it is by its own past: 3 is one in a thousand.
        rate: The share of chance findings among those as surprising as this one, 0 to 1.
        score: The higher, the likelier others follow from it: a logarithm of odds.
        followers: How many of the others that moved are likely to follow.
        before: What it usually was in the time before.
        after: What it was since, where it lay farthest; NaN where it is away.
    """

    row: int
    how: How
    onset_ms: int
    digits: float
    rate: float
    score: float
    followers: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in a window.

    Attributes:
        movers: The likeliest beginning first.
        looked_at: How many series there were.
        reason: Why nothing can be said; empty where something can.
    """

    movers: tuple[Mover, ...]
    looked_at: int
    reason: str = ""


def moved(times_ms: NDArray[np.int64], values: NDArray[np.float64], *, start_ms: int) -> Moved:
    """Rank series by how likely they are what an incident began with.

    Args:
        times_ms: Unix times in milliseconds, evenly spaced, shape (t,).
        values: The series, NaN where there is no value, shape (n, t); they end with the window.
        start_ms: Where the window begins, before the incident; what lies before says what is usual.
    """
    before = int(np.searchsorted(times_ms, start_ms))
    window = len(times_ms) - before
    reason = _reason(before, window)
    if reason or not len(values):
        return Moved((), len(values), reason or "no series to look at")
    ready = prepared(values)
    appears = appearing(ready.present, ready.values, before=before)
    series, digits = _looked_at(ready, appears, before=before, day=_day(times_ms))
    rates = benjamini_hochberg(10.0**-digits)
    rows = np.flatnonzero(rates <= _LEVEL)
    if not len(rows):
        return Moved((), len(values))
    chosen = Whitened(series.news[rows], series.filters[rows])
    found = onsets(tamed(chosen, before=before), before=before)
    known = appears.columns[rows] >= 0
    columns = np.where(known, appears.columns[rows], found.columns)
    likely = np.where(known[:, None], np.arange(window) == columns[:, None], found.likely)
    standing = order(likely, digits[rows])
    movers = [
        _mover(
            values[row],
            row=int(row),
            how=appears.kinds.get(int(row)) or found.shapes[at],
            column=int(columns[at]),
            before=before,
            onset_ms=int(times_ms[before + columns[at]]),
            digits=float(digits[row]),
            rate=float(rates[row]),
            score=float(standing.scores[at]),
            followers=int(standing.followers[at]),
        )
        for at, row in enumerate(rows.tolist())
    ]
    return Moved(tuple(sorted(movers, key=lambda one: (-one.score, one.row))), len(values))


def _reason(before: int, window: int) -> str:
    if window < FEWEST_IN_WINDOW:
        return f"the window has {window} points: at least {FEWEST_IN_WINDOW} are needed"
    least = max(FEWEST_BEFORE, _TIMES_THE_WINDOW * window + ORDER + 30)
    if before < least:
        return f"there are {before} points before the window: at least {least} are needed"
    return ""


def _day(times_ms: NDArray[np.int64]) -> int:
    step_ms = int(times_ms[1] - times_ms[0])
    return _DAY_MS // step_ms if step_ms > 0 and _DAY_MS % step_ms == 0 else 0


def _looked_at(
    ready: Prepared, appears: Appearing, *, before: int, day: int
) -> tuple[Whitened, NDArray[np.float64]]:
    """Return the news of all series and how surprising they are; some rows at a time, to save memory."""
    parts = []
    digits = np.zeros(len(ready.values))
    for first in range(0, len(ready.values), _AT_ONCE):
        rows = slice(first, first + _AT_ONCE)
        values = detrended(ready.values[rows], before=before)
        values = deseasoned(values, before=before, day=day)
        part = whitened(values, ready.present[rows], before=before)
        digits[rows] = surprise(part, before=before)
        parts.append(part)
    for row in np.flatnonzero((digits > _WORTH_A_LOOK) & np.isnan(appears.digits)).tolist():
        if repeats(ready.values[row], before=before):
            digits[row] = 0.0
    digits = np.where(np.isnan(appears.digits), digits, appears.digits)
    news = np.concatenate([part.news for part in parts])
    return Whitened(news, np.concatenate([part.filters for part in parts])), digits


def _mover(  # noqa: PLR0913 - a record with two more figures
    values: NDArray[np.float64],
    *,
    row: int,
    how: How,
    column: int,
    before: int,
    onset_ms: int,
    digits: float,
    rate: float,
    score: float,
    followers: int,
) -> Mover:
    usual = _middle(values[max(before + column - _USUAL, 0) : before + column])
    since = values[before + column :]
    after = float("nan") if how == "silent" else _farthest(since, usual)
    if how == "shift" and abs(_middle(since)) <= _NEAR_ZERO * abs(usual):
        how = "drop"
    return Mover(row, how, onset_ms, digits, rate, score, followers, usual, after)


def _middle(values: NDArray[np.float64]) -> float:
    present = values[np.isfinite(values)]
    return float(np.median(present)) if len(present) else float("nan")


def _farthest(values: NDArray[np.float64], usual: float) -> float:
    present = values[np.isfinite(values)]
    if not len(present):
        return float("nan")
    at = 0.0 if np.isnan(usual) else usual
    return float(present[np.argmax(np.abs(present / 2 - at / 2))])
