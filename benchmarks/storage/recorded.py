"""A storage filled by one process, compacted and summed up, for benchmarks of reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.history.compact import Compactor
from otel_monitoring.storage.history.summing import Summing
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STEP_MS = 15_000
DAY_MS = 86_400_000
WINDOW_MS = 2 * 3_600_000
METADATA = (Metadata("requests_total", "counter", "", ""), Metadata("memory_bytes", "gauge", "", "By"))
_FLUSH_EVERY = 200


@dataclass(frozen=True, slots=True)
class Recorded:
    """A storage and what is in it.

    Attributes:
        database: The storage.
        start_ms: Before the first collection.
        end_ms: The last collection.
        lease: Lets who holds it compact.
    """

    database: Database
    start_ms: int
    end_ms: int
    lease: Lease


def collections(series: int, *, days: int, start_ms: int) -> Iterator[Batch]:
    """Yield collections of counters and gauges, half of each."""
    half = series // 2
    names = ["requests_total"] * half + ["memory_bytes"] * (series - half)
    labels = tuple(
        Labels.of(__name__=name, job="shop", path=f"/p/{at % half}") for at, name in enumerate(names)
    )
    random = np.random.default_rng(1)
    counts, rates = np.zeros(half), random.integers(1, 50, half)
    for time_ms in range(start_ms + STEP_MS, start_ms + days * DAY_MS + 1, STEP_MS):
        counts = counts + random.poisson(rates)
        gauges = np.round(1e6 + random.normal(0, 1e4, series - half))
        yield Batch("one", time_ms, labels, np.concatenate([counts, gauges]), METADATA)


def recorded(path: Path, *, series: int, days: int, is_summed: bool = True) -> Recorded:
    """Return a storage with days of a process's series; the last window is not compacted."""
    start_ms = SystemClock().now_ms() // DAY_MS * DAY_MS - (days + 1) * DAY_MS
    database = Database(url=f"sqlite:///{path}", clock=SystemClock())
    assert database.ensure(), database.state
    writer = Writer(database=database, clock=SystemClock())
    log = SampleLog(database=database, writer=writer, source=Source("one", started_ms=start_ms))
    for number, batch in enumerate(collections(series, days=days, start_ms=start_ms), 1):
        log.append(batch)
        if number % _FLUSH_EVERY == 0:
            assert writer.flush(60)
    assert writer.flush(60)
    end_ms = start_ms + days * DAY_MS
    lease = Lease(database=database, name="upkeep", holder="benchmark", span_s=3600)
    assert lease.renew()
    compactor = Compactor(database=database, fence=lease.fence, width_ms=WINDOW_MS, grace_ms=0)
    while compactor.step(end_ms):
        pass
    summing = Summing(database=database, fence=lease.fence, grace_ms=0)
    while is_summed and summing.step(end_ms + 1):
        pass
    return Recorded(database, start_ms, end_ms, lease)
