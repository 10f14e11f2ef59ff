"""An application with series that move, at hand for tests."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.reports.subjects import Subjects
from otel_monitoring.reports.trends.desk import TrendsDesk
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from numpy.typing import NDArray

    from otel_monitoring.model.sample import Metadata

STEP_MS, A_DAY = 300_000, 288
NOW_MS = 1_767_225_600_000
"""2026-01-01 00:00 UTC, a Thursday."""

LOAD = Labels.of({"__name__": "load", "host": "a"})
OTHER = Labels.of({"__name__": "load", "host": "b"})


def noise(days: float, seed: int) -> NDArray[np.float64]:
    """Return noise of deviation 1, a value every five minutes."""
    return np.random.default_rng(seed).standard_normal(round(days * A_DAY) + 1)


def growing(days: float, *, a_day: float, seed: int = 1) -> NDArray[np.float64]:
    """Return what grows from 100 on."""
    values = noise(days, seed)
    return np.asarray(100 + a_day * np.arange(len(values)) / A_DAY + values)


def stepping(days: float, *, ago_days: float, size: float, seed: int = 2) -> NDArray[np.float64]:
    """Return a level of 100 that changed so many days ago."""
    values = noise(days, seed)
    return np.asarray(
        100 + np.where(np.arange(len(values)) >= len(values) - ago_days * A_DAY, size, 0) + values
    )


def waving(days: float, *, height: float = 40.0, seed: int = 3) -> NDArray[np.float64]:
    """Return the course of a day, which rises until midnight."""
    values = noise(days, seed)
    ago = np.arange(len(values)) - (len(values) - 1)
    return np.asarray(200 + height * np.sin(2 * np.pi * ago / A_DAY) + values)


def desk(
    series: Mapping[Labels, NDArray[np.float64]],
    metadata: Mapping[str, Metadata] | None = None,
    *,
    zone: tzinfo = UTC,
) -> TrendsDesk:
    """Return a desk over series that end now."""
    longest = max(map(len, series.values()), default=1)
    store = SeriesStore(retention_s=(longest + 12) * STEP_MS // 1000, interval_s=STEP_MS // 1000)
    for ago in reversed(range(longest)):
        now = {labels: values[-1 - ago] for labels, values in series.items() if ago < len(values)}
        store.append(Batch("self", NOW_MS - ago * STEP_MS, list(now), list(now.values())))
    known = dict(metadata or {})
    subjects = Subjects(metadata=lambda: known)
    return TrendsDesk(query=Engine(store), subjects=subjects, clock=FakeClock(NOW_MS), zone=zone)
