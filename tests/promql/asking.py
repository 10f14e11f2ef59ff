"""A store with series and an engine to ask, in as few words as a test wants."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Batch
from otel_monitoring.promql.engine import Engine, Limits
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEP_MS = 15_000
GAP = object()
"""No sample at this time, and no staleness marker either."""


def named(name: str, /, **labels: str) -> Labels:
    return Labels.of({"__name__": name}, **labels)


class Asking:
    """Series with a sample every 15 seconds from time 0, and the answers to questions about them.

    Args:
        series: Samples by label set; ``GAP`` for none, ``STALE`` for a marker.
    """

    def __init__(
        self,
        series: Mapping[Labels, Sequence[float | object]] | None = None,
        *,
        limits: Limits | None = None,
        experimental: bool = False,
    ) -> None:
        self.store = SeriesStore()
        self.engine = Engine(self.store, limits=limits, experimental=experimental)
        for number, (labels, values) in enumerate((series or {}).items()):
            for at, value in enumerate(values):
                if isinstance(value, (int, float)):
                    self.store.append(Batch(f"s{number}", at * STEP_MS, (labels,), (float(value),)))

    def at(self, expr: str, time_s: float = 300) -> dict[Labels, float]:
        """Return the samples of an instant query."""
        result = self.engine.instant(expr, round(time_s * 1000))
        assert result.kind == "vector"
        assert len({labels for labels, _ in result.samples}) == len(result.samples)
        return dict(result.samples)

    def one(self, expr: str, time_s: float = 300) -> float:
        """Return the only sample of an instant query, or a scalar."""
        result = self.engine.instant(expr, round(time_s * 1000))
        if result.kind == "scalar":
            return result.scalar
        ((_, value),) = result.samples
        return value

    def over(self, expr: str, *, start_s: int, end_s: int, step_s: int) -> dict[Labels, list[float | None]]:
        """Return a range query as a value or ``None`` per step."""
        result = self.engine.range_(expr, start_s * 1000, end_s * 1000, step_s * 1000)
        steps = range(start_s * 1000, end_s * 1000 + 1, step_s * 1000)
        found: dict[Labels, list[float | None]] = {}
        for series in result.series:
            points = dict(zip(series.times_ms.tolist(), series.values.tolist(), strict=True))
            found[series.labels] = [points.get(step) for step in steps]
        return found


NONE: dict[Labels, float] = {}
NAN = math.nan
__all__ = ["GAP", "NAN", "NONE", "STALE", "STEP_MS", "Asking", "named"]
