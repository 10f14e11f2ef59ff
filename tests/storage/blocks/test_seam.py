"""What PromQL says over minutes and raw samples after them, beside what it says over all raw samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.storage.blocks.tiers import HOUR_MS, MINUTE_MS, Carry, dropped, edges, sum_up, unbroken
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from numpy.typing import NDArray

SERIES = Labels.of(__name__="requests_total", job="shop")
STEP_MS = 15_000
START_MS = 1_759_999_968_000 // HOUR_MS * HOUR_MS
END_MS = START_MS + 6 * HOUR_MS
SEAM = 5 * HOUR_MS // STEP_MS
TIMES_MS = START_MS + np.arange(1, 6 * HOUR_MS // STEP_MS + 1) * STEP_MS


def counter(*, resets: bool) -> NDArray[np.float64]:
    """Return a counter that is reset within minutes, between minutes, at the seam and after it."""
    values = np.cumsum(np.random.default_rng(1).integers(20, 30, len(TIMES_MS))).astype(np.float64)
    for at in (101, 400, SEAM - 1, SEAM, SEAM + 7) if resets else ():
        values[at:] -= values[at] - 3
    return values[None]


def engine(times_ms: NDArray[np.int64], values: NDArray[np.float64]) -> Engine:
    store = SeriesStore(retention_s=86_400)
    for time_ms, value in zip(times_ms.tolist(), values[0].tolist(), strict=True):
        store.append(Batch("self", time_ms, [SERIES], [value]))
    return Engine(store)


def answer(asked: Engine, expr: str) -> float:
    ((_, value),) = asked.instant(expr, END_MS).samples
    return value


@pytest.mark.parametrize("width_ms", [MINUTE_MS, HOUR_MS])
@pytest.mark.parametrize("resets", [False, True])
@pytest.mark.parametrize("hours", [2, 4])
def test_an_increase_over_the_seam_is_that_of_raw_samples(*, width_ms: int, resets: bool, hours: int) -> None:
    values = counter(resets=resets)
    early, late = values[:, :SEAM], values[:, SEAM:]
    tier = sum_up(early, TIMES_MS[:SEAM], width_ms=width_ms, counts=np.array([True]))
    points_ms, points, taken = edges(tier, width_ms=width_ms)
    both = unbroken(
        np.concatenate([points, late], axis=1),
        np.concatenate([taken, dropped(late, Carry.after(early))], axis=1),
    )
    stitched = engine(np.concatenate([points_ms, TIMES_MS[SEAM:]]), both)
    raw = engine(TIMES_MS, values)

    expr = f"increase(requests_total[{hours}h])"

    assert answer(stitched, expr) == pytest.approx(answer(raw, expr), rel=0.001)
    assert answer(raw, expr) == pytest.approx(hours * HOUR_MS / STEP_MS * 24.5, rel=0.02)
