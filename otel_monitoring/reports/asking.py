"""Series as arrays: an expression is asked over a window and laid on one grid of times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.query import Query

_STEPS_MS = tuple(
    1000 * s
    for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
)


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
    found = query(expr, window.start_ms, window.end_ms, window.step_ms)
    return [
        Track(one.labels, times_ms, _on_grid(one.times_ms, one.values, window, len(times_ms)))
        for one in found.series
    ]


def _on_grid(
    times_ms: NDArray[np.int64], values: NDArray[np.float64], window: Window, count: int
) -> NDArray[np.float64]:
    laid = np.full(count, np.nan)
    laid[(times_ms - window.start_ms) // window.step_ms] = values
    return laid
