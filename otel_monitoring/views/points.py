"""How requests went through a stretch of time, step by step: what lines in charts are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.views.histograms import quantiles
from otel_monitoring.views.latency import bound_of
from otel_monitoring.views.requests import DURATION, LE, STATUS, Where

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.promql.query import Query
    from otel_monitoring.views.counting import Counting

_STEPS_S = (30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800)
_FAILED = "5"


@dataclass(frozen=True, slots=True)
class Points:
    """How requests went, step by step; NaN where nothing is known, or where there was no request.

    Attributes:
        times_ms: Where the steps end, Unix milliseconds, shape (t,).
        step_ms: How long a step is.
        per_minute: Requests a minute, shape (t,).
        error_ratio: The share of failed requests, shape (t,).
        p50_s: Seconds that half of the requests were as fast as, shape (t,).
        p95_s: Seconds that 95 of a hundred were as fast as, shape (t,).
    """

    times_ms: NDArray[np.int64]
    step_ms: int
    per_minute: NDArray[np.float64]
    error_ratio: NDArray[np.float64]
    p50_s: NDArray[np.float64]
    p95_s: NDArray[np.float64]


def points(
    counting: Counting, start_ms: int, end_ms: int, *, where: Where | None = None, most: int = 60
) -> Points:
    """Return how requests went; steps end on round times, the last one at ``end_ms`` or before.

    Args:
        counting: Says how to count, and answers.
        start_ms: Where the first step begins at the earliest, Unix milliseconds.
        end_ms: Where it ends.
        where: Which requests; ``None`` for all.
        most: About how many steps there are at most.

    Raises:
        QueryError: It cannot be answered.
    """
    step_ms = _step_ms(end_ms - start_ms, most)
    times_ms = np.arange(-(-start_ms // step_ms) * step_ms + step_ms, end_ms + 1, step_ms, dtype=np.int64)
    if not len(times_ms):
        times_ms = np.array([end_ms], dtype=np.int64)
    series, window = (where or Where()).matchers(), f"[{step_ms}ms]"
    counts_expr = counting.counted_in_steps(f"{DURATION}_count{series}", step_ms)
    asked = _Asked(counting.query, times_ms, step_ms)
    counts = asked.rows(f"sum by ({STATUS}) ({counts_expr})", STATUS)
    buckets = asked.rows(f"sum by ({LE}) (increase({DURATION}_bucket{series}{window}))", LE)
    total = _sum(list(counts.values()), len(times_ms))
    failed = _sum([row for status, row in counts.items() if status.startswith(_FAILED)], len(times_ms))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(total > 0, np.nan_to_num(failed) / total, np.nan)
    return Points(
        times_ms,
        step_ms,
        total * (60_000 / step_ms),
        ratio,
        *_quantiles(buckets, len(times_ms)),
    )


class _Asked:
    def __init__(self, query: Query, times_ms: NDArray[np.int64], step_ms: int) -> None:
        self._query = query
        self._times_ms = times_ms
        self._step_ms = step_ms

    def rows(self, expr: str, label: str) -> dict[str, NDArray[np.float64]]:
        """Return the values at all times by the value of a label, NaN where there is none."""
        first_ms, last_ms = int(self._times_ms[0]), int(self._times_ms[-1])
        found: dict[str, NDArray[np.float64]] = {}
        for one in self._query(expr, first_ms, last_ms, self._step_ms).series:
            row = np.full(len(self._times_ms), np.nan)
            row[(one.times_ms - first_ms) // self._step_ms] = one.values
            found[one.labels.get(label)] = row
        return found


def _quantiles(
    rows: dict[str, NDArray[np.float64]], steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = {bound_of(name): row for name, row in rows.items()}
    bounds = sorted(bound for bound in known if bound is not None)
    if not bounds:
        return np.full(steps, np.nan), np.full(steps, np.nan)
    counts, upper = np.stack([known[bound] for bound in bounds]), np.array(bounds)
    return quantiles(upper, counts, 0.5), quantiles(upper, counts, 0.95)


def _sum(rows: list[NDArray[np.float64]], steps: int) -> NDArray[np.float64]:
    if not rows:
        return np.full(steps, np.nan)
    stacked = np.stack(rows)
    return np.where(np.isnan(stacked).all(axis=0), np.nan, np.nansum(stacked, axis=0))


def _step_ms(length_ms: int, most: int) -> int:
    wanted_s = length_ms / 1000 / most
    return 1000 * next((step_s for step_s in _STEPS_S if step_s >= wanted_s), _STEPS_S[-1])
