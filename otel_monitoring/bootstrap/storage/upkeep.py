"""What one process of all does for the storage, and who answers from it: put together from the settings.

Like everything of the storage it is imported with the first collection, where a storage is set.
"""

from __future__ import annotations

import time
import uuid
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.storage.blocks.windows import span_ms
from otel_monitoring.storage.history.compact import Compactor
from otel_monitoring.storage.history.keeps import as_noted
from otel_monitoring.storage.history.merging import Merging
from otel_monitoring.storage.history.retention import Keep, Retention
from otel_monitoring.storage.history.summing import Summing
from otel_monitoring.storage.history.upkeep import Upkeep, Worker
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.transfer.archive import Archive

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.settings import Settings
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.history.erase import Going

_LEASE = "upkeep"
_SPAN_S = 60.0
_GRACE_S = 300.0
_REST_S = 0.1


def keep_of(settings: Settings) -> Keep:
    """Return how long what is kept."""
    storage = settings.storage
    return Keep(
        metrics_days=storage.retention_metrics_days,
        logs_days=storage.retention_logs_days,
        errors_days=storage.retention_errors_days,
        alerts_days=storage.retention_alerts_days,
        max_bytes=storage.max_bytes,
    )


def archive_of(settings: Settings) -> Going | None:
    """Return what writes down what goes, where the settings ask for it."""
    folder = settings.storage.archive_folder
    return None if folder is None else Archive(Path(folder))


def upkeep(settings: Settings, *, database: Database, clock: Clock) -> Upkeep:
    """Return what keeps the storage small."""
    lease = Lease(database=database, name=_LEASE, holder=uuid.uuid4().hex, span_s=_SPAN_S)
    grace_ms = round(_GRACE_S * 1000)
    width_ms = span_ms(settings.telemetry.collect_interval_s * 1000)
    rest = partial(time.sleep, _REST_S)
    workers: dict[str, Worker] = {
        "compact": Compactor(database=database, fence=lease.fence, width_ms=width_ms, grace_ms=grace_ms),
        "summing": Summing(database=database, fence=lease.fence, grace_ms=grace_ms, rest=rest),
        "merging": Merging(
            database=database,
            fence=lease.fence,
            grace_ms=grace_ms + round(settings.store.retention_s * 1000),
            rest=rest,
        ),
        "retention": Retention(
            database=database,
            fence=lease.fence,
            keep=keep_of(settings),
            shares=as_noted,
            going=archive_of(settings),
        ),
    }
    return Upkeep(lease=lease, workers=workers, clock=clock)
