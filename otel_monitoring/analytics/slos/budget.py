"""What an error budget allowed for, what of it is spent, and when it will be gone.

All of it counts events: an hour with ten times as many requests weighs ten times as much. Source: "The Site
Reliability Workbook" (Google, 2018), chapters 2 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


_MOST = 1e300
"""What nobody counts: sums of it still are numbers."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Events in equal stretches of time, oldest first.

    Attributes:
        ends_ms: Where each stretch ends, Unix milliseconds, shape (t,).
        step_ms: How long each is.
        total: Events, shape (t,); NaN where nothing is known.
        bad: Those that were bad, shape (t,), between 0 and ``total``.
    """

    ends_ms: NDArray[np.int64]
    step_ms: int
    total: NDArray[np.float64]
    bad: NDArray[np.float64]

    @classmethod
    def of(
        cls, ends_ms: NDArray[np.int64], step_ms: int, total: NDArray[np.float64], bad: NDArray[np.float64]
    ) -> Counted:
        """Return events with what cannot be put right: infinite and negative counts count as unknown."""
        known = np.isfinite(total) & (total >= 0)
        clean = np.where(known, np.minimum(total, _MOST), np.nan)
        errors = np.where(known, np.nan_to_num(bad, nan=0.0, posinf=0.0, neginf=0.0), np.nan)
        return cls(ends_ms, step_ms, clean, np.clip(errors, 0.0, clean))

    def last(self, span_ms: int) -> Counted:
        """Return the newest stretches, as many as fit into a time."""
        return self.since(int(self.ends_ms[-1]) - span_ms) if len(self.ends_ms) else self

    def since(self, start_ms: int) -> Counted:
        """Return the stretches that end after a time."""
        kept = self.ends_ms > start_ms
        return Counted(self.ends_ms[kept], self.step_ms, self.total[kept], self.bad[kept])

    @property
    def events(self) -> float:
        """All events."""
        return float(np.nansum(self.total))

    @property
    def bad_events(self) -> float:
        """All bad events."""
        return float(np.nansum(self.bad))

    @property
    def error_ratio(self) -> float | None:
        """Share of events that were bad; ``None`` where there were none."""
        events = self.events
        return self.bad_events / events if events > 0 else None

    @property
    def known_ms(self) -> int:
        """How long something is known of."""
        return int(np.count_nonzero(~np.isnan(self.total))) * self.step_ms

    @property
    def known_since_ms(self) -> int | None:
        """Where the first stretch begins that something is known of."""
        known = np.flatnonzero(~np.isnan(self.total))
        return int(self.ends_ms[known[0]]) - self.step_ms if len(known) else None


@dataclass(frozen=True, slots=True)
class Breach:
    """A time in which more events were bad than the objective allows for.

    Attributes:
        start_ms: Unix milliseconds.
        end_ms: Unix milliseconds.
        minutes: How many minutes of it were in breach: short pauses belong to it and do not count.
        events: Events in the minutes that count.
        bad_events: Those that were bad.
        peak_ratio: The highest share of bad events of any stretch.
    """

    start_ms: int
    end_ms: int
    minutes: float
    events: float
    bad_events: float
    peak_ratio: float


def remaining(counted: Counted, budget_ratio: float) -> float | None:
    """Return the share of the budget that is left, below 0 where more was spent; ``None`` without events."""
    ratio = counted.error_ratio
    return None if ratio is None else 1 - ratio / budget_ratio


def burn_rate(counted: Counted, budget_ratio: float) -> float | None:
    """Return how many times as fast as the budget allows for it is spent; ``None`` without events."""
    ratio = counted.error_ratio
    return None if ratio is None else ratio / budget_ratio


def burn_down(counted: Counted, budget_ratio: float) -> NDArray[np.float64]:
    """Return how much of the budget was left at each end, shape (t,), from 1 down to what is left at the end.

    The budget is that of all events of the whole time, so that the line falls by what each stretch spent.
    """
    allowed = counted.events * budget_ratio
    if allowed <= 0:
        return np.full(len(counted.ends_ms), np.nan)
    left: NDArray[np.float64] = 1 - np.cumsum(np.nan_to_num(counted.bad)) / allowed
    return left


def exhaustion_ms(left: float | None, rate: float | None, window_ms: int) -> float | None:
    """Return in how many milliseconds nothing is left at a burn rate; ``None`` where that never happens.

    Args:
        left: What is left of the budget; 0 or less is gone already.
        rate: The burn rate.
        window_ms: How long the budget is for: at a burn rate of 1 it lasts that long.
    """
    if left is None or rate is None:
        return None
    if left <= 0:
        return 0.0
    return left * window_ms / rate if rate > 0 else None


def breaches(counted: Counted, budget_ratio: float, *, pause_ms: int) -> list[Breach]:
    """Return the times in which more was bad than allowed, oldest first.

    Args:
        counted: The events.
        budget_ratio: The share of bad events that is allowed.
        pause_ms: Times that lie no further apart are one.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = counted.bad / counted.total
    at = np.flatnonzero(ratios > budget_ratio)  # NaN, of no events or none known, is not greater
    if not len(at):
        return []
    starts = counted.ends_ms[at] - counted.step_ms
    apart = np.flatnonzero(starts[1:] - counted.ends_ms[at][:-1] > pause_ms) + 1
    return [_breach(counted, ratios, run) for run in np.split(at, apart)]


def _breach(counted: Counted, ratios: NDArray[np.float64], run: NDArray[np.intp]) -> Breach:
    return Breach(
        start_ms=int(counted.ends_ms[run[0]]) - counted.step_ms,
        end_ms=int(counted.ends_ms[run[-1]]),
        minutes=len(run) * counted.step_ms / 60_000,
        events=float(counted.total[run].sum()),
        bad_events=float(counted.bad[run].sum()),
        peak_ratio=float(ratios[run].max()),
    )
