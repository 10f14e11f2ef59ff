"""What goes is written down before."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.record import Record
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.history.retention import Keep, Retention
from otel_monitoring.storage.repositories.records import append_records, load_records
from otel_monitoring.storage.transfer.archive import Archive
from otel_monitoring.storage.transfer.lines import take_events
from tests.storage.history.recorded import DAY_MS, DAY_ZERO_MS, SHOP, Background, Recorded

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.storage.database import Database

NOW_MS = DAY_ZERO_MS + 100 * DAY_MS


def retention(database: Database, folder: Path) -> Retention:
    """Return what lets everything go that is here, with an archive."""
    source = Recorded(database)
    for at in range(1, 5):
        source.collect(DAY_ZERO_MS + at * 600_000, {"served_total": float(at)})
    source.flush()
    with database.write() as connection:
        append_records(connection, [Record("error", DAY_ZERO_MS, "one", {"text": "x"})], service=SHOP.key)
    background = Background(database)
    background.compact(NOW_MS)
    background.sum_up(NOW_MS)
    keep = Keep(metrics_days=1, errors_days=1)
    return Retention(database=database, fence=background.lease.fence, keep=keep, going=Archive(folder))


def test_what_goes_is_in_the_archive_and_can_be_taken_back(database: Database, tmp_path: Path) -> None:
    worker = retention(database, tmp_path / "archive")

    while worker.step(NOW_MS):
        pass

    metrics, errors = sorted((tmp_path / "archive").iterdir(), key=lambda path: path.name, reverse=True)
    lines = gzip.decompress(metrics.read_bytes()).decode().splitlines()
    assert lines[0] == "# TYPE served counter"
    assert lines[1] == f'served_total{{instance="one"}} 1.0 {DAY_ZERO_MS // 1000 + 600}.000'
    assert (len(lines), lines[-1]) == (6, "# EOF")
    with database.write() as connection:
        assert load_records(connection, "error", service=SHOP.key) == []
        assert take_events(connection, gzip.decompress(errors.read_bytes()).decode().splitlines()) == 1
        assert load_records(connection, "error", service=SHOP.key)[0].document == {"text": "x"}


def test_what_cannot_be_written_down_stays(database: Database, tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file in the way")
    worker = retention(database, tmp_path / "archive")

    with pytest.raises(StorageError, match="cannot be written"):
        worker.step(NOW_MS)

    with database.read() as connection:
        assert len(load_records(connection, "error", service=SHOP.key)) == 1
