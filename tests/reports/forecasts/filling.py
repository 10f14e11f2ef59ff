"""An application whose disk fills up, at hand for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.forecasts.desk import ForecastsDesk
from otel_monitoring.reports.forecasts.limits import DEFAULTS, Limit
from otel_monitoring.reports.forecasts.watch import CapacityWatch
from otel_monitoring.reports.subjects import Subjects
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from otel_monitoring.model.sample import Metadata

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
NOW_MS = 1_767_225_600_000
"""2026-01-01 00:00 UTC, a Thursday."""

DISK = Labels.of(
    {
        "__name__": "system_filesystem_utilization_ratio",
        "system_filesystem_mountpoint": "/data",
        "system_filesystem_mode": "rw",
    }
)
LOAD = Labels.of({"__name__": "load", "host": "a"})


def full_in(days: float, *, of: int = 40, at: float = 0.8) -> NDArray[np.float64]:
    """Return hours of a disk that is so full now and will be full in so many days, with some noise."""
    hours = np.arange(1 - 24 * of, 1)
    noise = np.random.default_rng(3).standard_normal(len(hours)) * 0.0005
    return np.asarray(at + (1 - at) * hours / (24 * days) + noise)


def waves(days: int) -> NDArray[np.float64]:
    """Return hours of a load with a course of a day."""
    hours = np.arange(1 - 24 * days, 1)
    noise = np.random.default_rng(4).standard_normal(len(hours))
    return np.asarray(100 + 40 * np.sin(2 * np.pi * hours / 24) + 3 * noise)


@dataclass(slots=True)
class Filling:
    """A store with hourly series that end now, and all that asks it."""

    series: Mapping[Labels, NDArray[np.float64]]
    limits: tuple[Limit, ...] = DEFAULTS
    metadata: dict[str, Metadata] = field(default_factory=dict)
    is_speaking: bool = True
    began_late: bool = False
    recorded: list[Batch] = field(default_factory=list)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW_MS))

    @property
    def engine(self) -> Engine:
        """Return an engine over what there is."""
        longest = max(map(len, self.series.values()), default=1)
        store = SeriesStore(retention_s=(longest + 48) * 3600, interval_s=3600)
        for ago in reversed(range(longest)):
            there = {labels: hours[-1 - ago] for labels, hours in self.series.items() if ago < len(hours)}
            now = {labels: value for labels, value in there.items() if not np.isnan(value)}
            late_ms = 300_000 if self.began_late else 0
            store.append(Batch("self", NOW_MS - ago * HOUR_MS + late_ms, list(now), list(now.values())))
        return Engine(store, lookback_ms=2 * HOUR_MS)

    def watch(self) -> CapacityWatch:
        """Return what looks after the limits."""
        return CapacityWatch(
            query=self.engine,
            subjects=self._subjects(),
            clock=self.clock,
            limits=self.limits,
            record=self.recorded.append,
            is_speaking=lambda: self.is_speaking,
        )

    def desk(self) -> ForecastsDesk:
        """Return who answers questions."""
        return ForecastsDesk(
            query=self.engine,
            subjects=self._subjects(),
            clock=self.clock,
            standings=self.watch().standings,
        )

    def _subjects(self) -> Subjects:
        known: Callable[[], Mapping[str, Metadata]] = lambda: self.metadata  # noqa: E731 - a name for its type
        return Subjects(metadata=known)
