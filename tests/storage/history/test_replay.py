"""Whoever reads on finds everything, whether it is in blocks by now or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.labels import NAME
from otel_monitoring.storage.history.replay import replayed
from otel_monitoring.storage.samples.polling import SampleReader
from otel_monitoring.storage.tables import BLOCKS
from tests.storage.history.recorded import DAY_ZERO_MS, METADATA, WIDTH_MS, Background, Recorded

if TYPE_CHECKING:
    from otel_monitoring.model.sample import Batch
    from otel_monitoring.storage.database import Database

EVERY_MS = 600_000


def polled(reader: SampleReader) -> list[Batch]:
    """Return everything that is new."""
    found = []
    while batches := reader.poll(most=7):
        found += batches
    return found


def collected(source: Recorded, *, first: int, last: int) -> None:
    """Append the collections of some numbers, of which the gauge is not in every third one."""
    for number in range(first, last + 1):
        values = {"served_total": float(number), "memory_bytes": -0.0}
        if number % 3 == 0:
            del values["memory_bytes"]
        source.collect(DAY_ZERO_MS + number * EVERY_MS, values)
    source.flush()


def numbers(batches: list[Batch]) -> list[int]:
    """Return the numbers of collections."""
    return [round((batch.time_ms - DAY_ZERO_MS) / EVERY_MS) for batch in batches]


def test_after_a_restart_blocks_come_before_collections(database: Database) -> None:
    source = Recorded(database)
    collected(source, first=1, last=30)
    assert Background(database).compact(DAY_ZERO_MS + 5 * 3_600_000) == 2

    found = polled(SampleReader(database=database, replay=replayed))

    assert numbers(found) == list(range(1, 31))
    assert [len(batch.labels) for batch in found] == [2, 2, 1] * 10
    assert [next(iter(batch.values)) for batch in found] == [float(number) for number in range(1, 31)]
    assert sorted(one.name for one in found[0].metadata) == sorted(one.name for one in METADATA)
    assert {labels.get(NAME) for labels in found[2].labels} == {"served_total"}
    assert found[0].labels is found[1].labels


def test_the_first_look_begins_where_it_is_told(database: Database) -> None:
    source = Recorded(database)
    collected(source, first=1, last=30)
    Background(database).compact(DAY_ZERO_MS + 5 * 3_600_000)

    found = polled(SampleReader(database=database, replay=replayed, since_ms=DAY_ZERO_MS + 8 * EVERY_MS))

    assert numbers(found) == list(range(8, 31))


def test_a_look_reads_several_windows_and_label_sets_once(database: Database) -> None:
    collected(Recorded(database), first=1, last=30)
    Background(database).compact(DAY_ZERO_MS + 5 * 3_600_000)

    found = SampleReader(database=database, replay=replayed).poll(most=20)

    assert numbers(found) == list(range(1, 25))
    assert found[0].labels[0] is found[-1].labels[0]


def test_who_was_suspended_misses_nothing(database: Database) -> None:
    source, background = Recorded(database), Background(database)
    reader = SampleReader(database=database, replay=replayed)
    collected(source, first=1, last=8)
    assert numbers(polled(reader)) == list(range(1, 9))
    collected(source, first=9, last=30)
    background.compact(DAY_ZERO_MS + 3 * WIDTH_MS)

    found = polled(reader)

    assert numbers(found) == list(range(9, 31))
    assert polled(reader) == []


def test_a_damaged_window_is_left_out(database: Database) -> None:
    source = Recorded(database)
    collected(source, first=1, last=30)
    Background(database).compact(DAY_ZERO_MS + 5 * 3_600_000)
    with database.write() as connection:
        connection.execute(BLOCKS.update().where(BLOCKS.c.start_ms == DAY_ZERO_MS).values(data=b"damaged"))

    found = polled(SampleReader(database=database, replay=replayed))

    assert numbers(found) == list(range(13, 31))
