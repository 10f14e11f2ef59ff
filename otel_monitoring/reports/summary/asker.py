"""Questions about a period and the one before it, as arrays side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.asking import tracks
from otel_monitoring.reports.summary.model import finite

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.summary.period import Period

STEP = "[step]"
"""Stands in an expression for a window of one step."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One series over a period and over the one before.

    Attributes:
        labels: Which series.
        now: A value for each step, NaN where there is none.
        before: The same of the period before.
    """

    labels: Labels
    now: NDArray[np.float64]
    before: NDArray[np.float64]


class Asker:
    """Ask about one period, each question once.

    Args:
        query: Who answers.
        period: The time.
    """

    def __init__(self, query: Query, period: Period) -> None:
        self._query = query
        self.period = period
        self._known: dict[str, list[Pair]] = {}

    def pairs(self, expr: str) -> list[Pair]:
        """Return what an expression yields, a pair for each label set; infinities count as nothing.

        Args:
            expr: PromQL, in which ``[step]`` stands for a window of one step.

        Raises:
            QueryError: It cannot be answered.
        """
        if expr not in self._known:
            self._known[expr] = self._asked(expr)
        return self._known[expr]

    def _asked(self, expr: str) -> list[Pair]:
        found = tracks(self._query, expr.replace(STEP, f"[{self.period.step_ms}ms]"), self.period.with_before)
        steps = self.period.steps
        pairs = []
        for track in found:
            values = np.where(np.isfinite(track.values), track.values, np.nan)
            if not np.isnan(values).all():
                pairs.append(Pair(track.labels, values[-steps:], values[:-steps]))
        return pairs

    def one(self, expr: str) -> Pair | None:
        """Return the only series of an expression; ``None`` where there is none.

        Raises:
            QueryError: It cannot be answered.
        """
        found = self.pairs(expr)
        return found[0] if found else None

    @property
    def times_ms(self) -> tuple[int, ...]:
        """The times of the points of a chart: the ends of the steps."""
        return tuple(self.period.with_before.times_ms[-self.period.steps :].tolist())


def summed(pairs: Iterable[Pair]) -> Pair | None:
    """Return the sum of series, step by step; ``None`` of none."""
    found = list(pairs)
    if not found:
        return None
    return Pair(Labels.of(), _added([one.now for one in found]), _added([one.before for one in found]))


def _added(rows: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    stacked = np.stack(rows)
    with np.errstate(over="ignore"):
        return np.where(np.isnan(stacked).all(axis=0), np.nan, np.nansum(stacked, axis=0))


def total(values: NDArray[np.float64]) -> float | None:
    """Return the sum of what is there; ``None`` of nothing, or of what is too large to be added."""
    if np.isnan(values).all():
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        return finite(float(np.nansum(values)))


def mean(values: NDArray[np.float64]) -> float | None:
    """Return the mean of what is there; ``None`` of nothing, or of what is too large to be added."""
    if np.isnan(values).all():
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        return finite(float(np.nanmean(values)))


def highest(values: NDArray[np.float64]) -> float | None:
    """Return the highest of what is there; ``None`` of nothing."""
    return None if np.isnan(values).all() else float(np.nanmax(values))


def ratio(part: float | None, whole: float | None) -> float | None:
    """Return the share; a part that was never counted is nothing of it."""
    if not whole:
        return None
    return (part or 0.0) / whole
