"""What a sample takes in the file of a storage, as it comes to be, beside Prometheus's blocks of the same.

Collections are appended one by one; then everything runs that one process does in the background: compaction,
summing up, merging, and giving free pages back. The whole file counts: label sets, indexes, pages half empty
or free, and the tables that are empty. Prometheus's blocks are those that promtool makes, as long as it makes
them by and by, of samples at even times, which are the cheapest for it; its write-ahead log does not count.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.storage.bench_size import (
    CACHE,
    CSV_AT_MOST,
    DAY_MS,
    HOUR_MS,
    SHOP_AT_MOST,
    SHOP_HOURS,
    csv_files,
    even,
    peer,
    samples,
)
from benchmarks.storage.shop import recorded
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.history.compact import Compactor
from otel_monitoring.storage.history.merging import Merging
from otel_monitoring.storage.history.retention import Keep, Retention
from otel_monitoring.storage.history.summing import Summing
from otel_monitoring.storage.lease import Lease
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.writer import Writer
from otel_monitoring.stores.block import is_hole

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.storage.shop import Recording
    from otel_monitoring.storage.history.upkeep import Worker

pytestmark = pytest.mark.timeout(1800)  # the first of them records the shop
_MONTH_MS = 30 * DAY_MS
_FLUSH_EVERY = 200
_FOR_EVER = 1e6


@dataclass(frozen=True, slots=True)
class FileSize:
    """Bytes a sample.

    Attributes:
        file: The whole file.
        free: Of it pages that the next collections take.
        empty: Of it what a storage without any sample takes.
        samples: How many samples there are.
    """

    file: float
    free: float
    empty: float
    samples: int


class Stored:
    """A storage that holds recordings, each of a process of its own.

    Args:
        path: The file.
        recordings: What the processes collected.
    """

    def __init__(self, path: Path, recordings: list[Recording]) -> None:
        self._path = path
        self._samples = samples(recordings)
        self._database = Database(url=f"sqlite:///{path}", clock=SystemClock())
        assert self._database.ensure(), self._database.state
        self._empty_bytes = self._measured()[0]
        for number, recording in enumerate(recordings):
            self._append(recording, Source(f"process-{number}"))
        end_ms = max(int(recording.times_ms[-1]) for recording in recordings)
        self._now_ms = -(-end_ms // _MONTH_MS) * _MONTH_MS + DAY_MS
        self._lease = Lease(database=self._database, name="upkeep", holder="benchmark", span_s=3600)
        assert self._lease.renew()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def kept_up(self, *, is_summed: bool) -> FileSize:
        """Do all that is done in the background; return what the file takes then."""
        fence, nothing_goes = self._lease.fence, Keep(_FOR_EVER, _FOR_EVER, _FOR_EVER, _FOR_EVER)
        workers: list[Worker] = [
            Compactor(database=self._database, fence=fence, width_ms=2 * HOUR_MS, grace_ms=0),
            *([Summing(database=self._database, fence=fence, grace_ms=0)] if is_summed else []),
            Merging(database=self._database, fence=fence, grace_ms=0),
            Retention(database=self._database, fence=fence, keep=nothing_goes),
        ]
        while any(worker.step(self._now_ms) for worker in workers):
            pass
        file_bytes, free_bytes = self._measured()
        file, free, empty = (one / self._samples for one in (file_bytes, free_bytes, self._empty_bytes))
        return FileSize(file, free, empty, self._samples)

    def _measured(self) -> tuple[int, int]:
        """Return the size of the file in bytes, and what of it is free; what is in the log is moved first."""
        with contextlib.closing(sqlite3.connect(self._path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            page, free = (
                connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "freelist_count")
            )
        return self._path.stat().st_size, page * free

    def _append(self, recording: Recording, source: Source) -> None:
        writer = Writer(database=self._database, clock=SystemClock())
        log = SampleLog(database=self._database, writer=writer, source=source)
        there = ~is_hole(recording.values)
        labels = recording.labels
        before = np.zeros(0, dtype=bool)
        for at, time_ms in enumerate(recording.times_ms.tolist()):
            if not np.array_equal(there[:, at], before):
                before = there[:, at]
                labels = tuple(recording.labels[row] for row in np.flatnonzero(before))
            log.append(Batch("self", time_ms, labels, recording.values[before, at]))
            if at % _FLUSH_EVERY == 0:
                assert writer.flush(60)
        assert writer.flush(60)


def told(name: str, mine: FileSize, theirs: float) -> None:
    """Print a line of the table."""
    print(
        f"\n{name:26} {mine.samples:9,} samples: {mine.file:.2f} bytes each ({mine.free:.2f} of it free, "
        f"{mine.empty:.2f} an empty storage), Prometheus {theirs:.2f}: x{mine.file / theirs:.2f}"
    )


@pytest.fixture(scope="module")
def shop() -> Recording:
    return recorded(SHOP_HOURS, CACHE / f"shop-{SHOP_HOURS}h.npz")


def test_the_shop_takes_at_most_a_byte_a_sample(shop: Recording, tmp_path: Path) -> None:
    """Budget: 1.0 byte, and less than Prometheus; minutes and hours, which it has not, come on top."""
    storage = Stored(tmp_path / "storage.db", [shop])
    raw, all_ = storage.kept_up(is_summed=False), storage.kept_up(is_summed=True)
    storage.close()
    theirs = peer([even(shop)], tmp_path, window_ms=DAY_MS).each

    told("shop, raw", raw, theirs)
    told("shop, minutes and hours", all_, theirs)
    assert raw.file <= SHOP_AT_MOST
    assert raw.file < theirs
    assert all_.file < theirs


def test_the_files_take_at_most_2_2_bytes_a_sample(tmp_path: Path) -> None:
    """Budget: 2.2 bytes, and less than Prometheus; hours, which it has not, come on top."""
    files = csv_files()
    storage = Stored(tmp_path / "storage.db", files)
    raw, all_ = storage.kept_up(is_summed=False), storage.kept_up(is_summed=True)
    storage.close()
    theirs = peer(files, tmp_path, window_ms=_MONTH_MS).each

    told("files, raw", raw, theirs)
    told("files, hours", all_, theirs)
    assert raw.file <= CSV_AT_MOST
    assert raw.file < theirs
    assert all_.file - all_.free < theirs
