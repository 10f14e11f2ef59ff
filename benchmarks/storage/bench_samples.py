"""What appending and reading collections costs; PostgreSQL where ``STORAGE_URL`` names one."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

SERIES = 10_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    url = os.environ.get("STORAGE_URL", f"sqlite:///{tmp_path}/storage.db")
    database = Database(url=url, clock=SystemClock())
    assert database.ensure(), database.state
    yield database
    database.close()


@pytest.fixture
def log(database: Database) -> SampleLog:
    writer = Writer(database=database, clock=SystemClock())
    return SampleLog(database=database, writer=writer, source=Source(f"bench-{os.urandom(4).hex()}"))


def test_append_a_collection_of_10000_series(benchmark: BenchmarkFixture, log: SampleLog) -> None:
    """Budget: 10 ms, in one transaction."""
    labels = _labels()
    values = np.random.default_rng(1).integers(0, 1000, SERIES).astype(np.float64)
    times_ms = itertools.count(1)

    def append() -> None:
        values[:] += 1
        log.append(Batch("self", next(times_ms), labels, values))
        assert log.writer.flush(10)

    append()
    benchmark(append)


def test_first_collection_of_10000_series(benchmark: BenchmarkFixture, database: Database) -> None:
    """Budget: 100 ms; every label set is new."""
    writer = Writer(database=database, clock=SystemClock())
    labels, values = _labels(), np.ones(SERIES)

    def append() -> None:
        log = SampleLog(database=database, writer=writer, source=Source(os.urandom(8).hex()))
        log.append(Batch("self", 1, labels, values))
        assert writer.flush(10)

    benchmark(append)


def test_poll_a_collection_of_10000_series(
    benchmark: BenchmarkFixture, database: Database, log: SampleLog
) -> None:
    """Budget: 5 ms for each other process."""
    labels, values = _labels(), np.arange(SERIES, dtype=np.float64)
    reader = SampleReader(database=database)
    times_ms = itertools.count(1)

    def append() -> None:
        log.append(Batch("self", next(times_ms), labels, values))
        assert log.writer.flush(10)

    def poll() -> None:
        assert reader.poll()

    append()
    poll()
    benchmark.pedantic(poll, setup=append, rounds=50)  # type: ignore[no-untyped-call]


def _labels() -> tuple[Labels, ...]:
    name = "http_server_request_duration_seconds_bucket"
    return tuple(
        Labels.of(__name__=name, route=f"/r{number // 20}", le=str(number % 20)) for number in range(SERIES)
    )
