"""What is known of those that are read does not grow with those that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.writer import Writer

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

LABELS = (Labels.of(__name__="served_total"),)


class Ended:
    """A process that collected twice, and ended."""

    def __init__(self, database: Database, name: str, *, at_ms: int) -> None:
        writer = Writer(database=database, clock=SystemClock())
        self.log = SampleLog(database=database, writer=writer, source=Source(name, started_ms=at_ms))
        for step in range(2):
            self.log.append(Batch(name, at_ms + step, LABELS, [1.0], ()))
        self.log.end(at_ms=at_ms + 2, reason="stopped")
        assert writer.flush(10)


@pytest.fixture
def reader(database: Database) -> SampleReader:
    return SampleReader(database=database)


def test_who_was_seen_before_the_time_that_is_read_is_followed_no_more(
    database: Database, reader: SampleReader
) -> None:
    for number in range(5):
        Ended(database, f"i{number}", at_ms=1000 * number)
    reader.poll()
    before = reader.stats()["sources"]

    reader.since_ms = 3000
    reader.poll()

    assert (before, reader.stats()["sources"]) == (5, 2)


def test_of_who_has_ended_no_label_sets_are_kept_once_all_is_read(
    database: Database, reader: SampleReader
) -> None:
    Ended(database, "one", at_ms=1000)

    found = [len(reader.poll()) for _ in range(3)]

    (followed,) = reader._followed.values()
    assert found == [2, 0, 0]
    assert followed.labels == {}
    assert followed.layouts == {}
    assert followed.seq == 2
