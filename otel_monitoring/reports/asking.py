"""Series as arrays: an expression is asked over a window and laid on one grid of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.query import Query

_STEPS_MS = tuple(
    1000 * s
    for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
)

_AT_ONCE_MS = 2 * 86_400_000


@dataclass(frozen=True, slots=True)
class Window:
    """A time and how far it is looked back from there.

    Attributes:
        start_ms: The first point, Unix time in milliseconds.
        end_ms: No point is later.
        step_ms: The distance of two points, above 0.
    """

    start_ms: int
    end_ms: int
    step_ms: int

    @classmethod
    def last(cls, span_ms: int, *, end_ms: int, points: int = 500, least_step_ms: int = 1000) -> Window:
        """Return the window that ends now, in round steps on round times, of about that many points.

        Args:
            span_ms: How long it is, in milliseconds.
            end_ms: Where it ends, Unix time in milliseconds.
            points: There are no more of them.
            least_step_ms: Points are no nearer to each other: what is collected every 15 s has no more.
        """
        wanted = max(span_ms / points, least_step_ms)
        step_ms = next((step for step in _STEPS_MS if step >= wanted), _STEPS_MS[-1])
        end_ms -= end_ms % step_ms
        return cls(end_ms - span_ms // step_ms * step_ms, end_ms, step_ms)

    @property
    def times_ms(self) -> NDArray[np.int64]:
        """The times of all points, shape (t,)."""
        return np.arange(self.start_ms, self.end_ms + 1, self.step_ms, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Track:
    """One series over a window.

    Attributes:
        labels: Which series; empty for an expression without labels.
        times_ms: Unix times in milliseconds, shape (t,), the same of all tracks of a window.
        values: In the unit of the expression, shape (t,); NaN where there is none.
    """

    labels: Labels
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]


def tracks(query: Query, expr: str, window: Window) -> list[Track]:
    """Return what an expression yields over a window, a track for each label set.

    Args:
        query: Who is asked.
        expr: PromQL of a vector or a scalar.
        window: The times.

    Raises:
        QueryError: It cannot be answered.
    """
    times_ms = window.times_ms
    laid: dict[Labels, NDArray[np.float64]] = {}
    for start_ms, end_ms in _parts(window):
        for one in query(expr, start_ms, end_ms, window.step_ms).series:
            values = laid.get(one.labels)
            if values is None:
                values = laid[one.labels] = np.full(len(times_ms), np.nan)
            values[(one.times_ms - window.start_ms) // window.step_ms] = one.values
    return [Track(labels, times_ms, values) for labels, values in laid.items()]


def _parts(window: Window) -> Iterator[tuple[int, int]]:
    """Return a window in parts, the newest first: samples of weeks need not be in memory at once."""
    steps = max(_AT_ONCE_MS // window.step_ms, 1)
    end_ms = window.end_ms
    while end_ms >= window.start_ms:
        start_ms = max(window.start_ms, end_ms - (steps - 1) * window.step_ms)
        yield start_ms, end_ms
        end_ms = start_ms - window.step_ms
