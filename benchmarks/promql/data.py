"""The same hour of samples for a real Prometheus and for our store.

Counters, buckets and gauges of a web service with many instances, every 15 seconds; some counters were reset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

INTERVAL_S = 15
SAMPLES = 260
"""An hour and the look-back of evaluations that are spread over a few minutes."""

ROUTES = 50
BOUNDS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "+Inf")


@dataclass(frozen=True, slots=True)
class Family:
    """Series of one name.

    Attributes:
        name: The name of the metric.
        kind: Its type, as OpenMetrics writes it.
        labels: The label sets, shape (n,).
        values: The samples, shape (t, n).
    """

    name: str
    kind: str
    labels: Sequence[dict[str, str]]
    values: NDArray[np.float64]


def families(series: int, *, seed: int = 7) -> list[Family]:
    """Return a counter, an error counter, buckets and a gauge, each of ``series`` series."""
    random = np.random.default_rng(seed)
    plain = [{"route": f"/r{at % ROUTES}", "instance": f"host-{at // ROUTES}"} for at in range(series)]
    buckets = [
        {"route": f"/r{at % ROUTES}", "instance": f"host-{at // ROUTES}", "le": bound}
        for at in range(series // len(BOUNDS))
        for bound in BOUNDS
    ]
    # No two series grow alike, so that topk has no ties, which anybody may break as they like.
    counts = (random.poisson(20.0, (SAMPLES, series)) * random.uniform(0.9, 1.1, series)).cumsum(axis=0)
    counts[SAMPLES // 2 :, ::97] -= counts[SAMPLES // 2, ::97]
    errors = random.poisson(0.4, (SAMPLES, series)).cumsum(axis=0).astype(np.float64)
    per_bucket = random.poisson(4.0, (SAMPLES, len(buckets) // len(BOUNDS), len(BOUNDS)))
    filled = per_bucket.cumsum(axis=2).cumsum(axis=0).reshape(SAMPLES, -1).astype(np.float64)
    gauge = 60 + 15 * random.standard_normal((SAMPLES, series)).cumsum(axis=0) / 8
    prefix = f"n{series}"
    return [
        Family(f"{prefix}_requests_total", "counter", plain, counts),
        Family(f"{prefix}_errors_total", "counter", plain, errors),
        Family(f"{prefix}_seconds_bucket", "histogram", buckets, filled),
        Family(f"{prefix}_load", "gauge", plain, gauge.round(3)),
    ]


def times_ms(end_ms: int) -> list[int]:
    """Return the times of all samples, the newest last."""
    return [end_ms - 1000 * INTERVAL_S * back for back in reversed(range(SAMPLES))]


def write_openmetrics(path: Path, found: Sequence[Family], end_ms: int) -> None:
    """Write all samples for ``promtool tsdb create-blocks-from openmetrics``."""
    stamps = [f" {time_ms / 1000:.3f}\n" for time_ms in times_ms(end_ms)]
    with path.open("w", encoding="utf-8") as out:
        for family in found:
            for at, labels in enumerate(family.labels):
                inside = ",".join(f'{name}="{value}"' for name, value in labels.items())
                series = f"{family.name}{{{inside}}} "
                column = family.values[:, at].tolist()
                out.writelines(
                    f"{series}{value!r}{stamp}" for value, stamp in zip(column, stamps, strict=True)
                )
        out.write("# EOF\n")


def batches(found: Sequence[Family], end_ms: int) -> Iterator[Batch]:
    """Return one batch per collection."""
    labels = tuple(Labels.of({**one, NAME: family.name}) for family in found for one in family.labels)
    for at, time_ms in enumerate(times_ms(end_ms)):
        row = np.concatenate([family.values[at] for family in found])
        yield Batch("self", time_ms, labels, row)


def store_of(found: Sequence[Family], end_ms: int) -> SeriesStore:
    """Return a store that holds all samples."""
    store = SeriesStore(max_series=1_000_000, max_bytes=4 << 30)
    for batch in batches(found, end_ms):
        store.append(batch)
    return store
