"""A source whose collections are appended and compacted, for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.storage.history.compact import Compactor
from otel_monitoring.storage.history.merging import Merging
from otel_monitoring.storage.history.summing import Summing
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.writer import Writer
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.storage.database import Database

HOUR_MS = 3_600_000
WIDTH_MS = 2 * HOUR_MS
DAY_MS = 24 * HOUR_MS
GRACE_MS = 60_000
DAY_ZERO_MS = 20_000 * DAY_MS
SHOP = Service("shop")
METADATA = (Metadata("served_total", "counter", "", ""), Metadata("memory_bytes", "gauge", "", "By"))


def labels_of(name: str, instance: str = "one") -> Labels:
    """Return the labels of a series of a source."""
    return Labels.of(__name__=name, instance=instance)


class Recorded:
    """A source on a database."""

    def __init__(self, database: Database, name: str = "one", service: Service = SHOP) -> None:
        self.name = name
        self.database = database
        self.writer = Writer(database=database, clock=FakeClock())
        self.log = SampleLog(
            database=database,
            writer=self.writer,
            source=Source(name, service, started_ms=DAY_ZERO_MS, attributes={"service.instance.id": name}),
        )

    def collect(self, time_ms: int, values: Mapping[str, float]) -> None:
        """Append one collection."""
        labels = tuple(labels_of(name, self.name) for name in values)
        self.log.append(Batch(self.name, time_ms, labels, list(values.values()), METADATA))

    def flush(self) -> None:
        """Wait until everything is written."""
        assert self.writer.flush(30)


class Background:
    """What compacts and sums up."""

    def __init__(self, database: Database) -> None:
        self.lease = Lease(database=database, name="compactor", holder="test", span_s=600)
        assert self.lease.renew()
        self.compactor = Compactor(
            database=database, fence=self.lease.fence, width_ms=WIDTH_MS, grace_ms=GRACE_MS
        )
        self.summing = Summing(database=database, fence=self.lease.fence, grace_ms=GRACE_MS)
        self.merging = Merging(database=database, fence=self.lease.fence, grace_ms=GRACE_MS)

    def compact(self, now_ms: int) -> int:
        """Compact all that is over; return how many windows there were."""
        return self._all(self.compactor, now_ms)

    def sum_up(self, now_ms: int) -> int:
        """Sum all days up that are over; return how many there were."""
        return self._all(self.summing, now_ms)

    def merge(self, now_ms: int) -> int:
        """Merge all windows that are to be merged; return how many there are then."""
        return self._all(self.merging, now_ms)

    @staticmethod
    def _all(worker: Compactor | Summing | Merging, now_ms: int) -> int:
        steps = 0
        while worker.step(now_ms):
            steps += 1
            assert steps < 1000
        return steps
