from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from otel_monitoring.errors import StoreError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Batch, Metadata
from otel_monitoring.storage.errors import FencedError
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.polling import SampleReader, series_of
from otel_monitoring.storage.samples.sources import Source, runs
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.tables import BATCHES, LAYOUTS, SERIES, SOURCES
from otel_monitoring.storage.writer import Job, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from sqlalchemy import ColumnElement, Connection, Table

    from otel_monitoring.storage.database import Database

WEIRD = [math.nan, STALE, -0.0, math.inf, -math.inf, 5e-324, 1.7e308, -1.5]


@pytest.fixture
def writer(database: Database) -> Writer:
    return Writer(database=database, clock=SystemClock())


@pytest.fixture
def log(database: Database, writer: Writer) -> SampleLog:
    return _log(database, writer, "one")


def test_another_process_reads_what_was_appended(log: SampleLog, writer: Writer, database: Database) -> None:
    labels = (Labels.of(__name__="up", job="shop"), Labels.of(__name__="up", job="\0ö\ud800"))

    log.append(Batch("self", 15_000, labels, [1.0, 2.0]))
    writer.flush(10)
    [batch] = SampleReader(database=database).poll()

    assert (batch.source, batch.time_ms) == ("one", 15_000)
    assert batch.labels == labels
    assert list(batch.values) == [1.0, 2.0]


def test_values_come_back_bit_for_bit(log: SampleLog, writer: Writer, database: Database) -> None:
    log.append(Batch("self", 1, _labels(len(WEIRD)), WEIRD))
    writer.flush(10)

    [batch] = SampleReader(database=database).poll()

    assert _bits(batch.values) == _bits(WEIRD)


def test_another_process_goes_on_behind_what_one_wrote_that_is_gone(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    _append(log, writer, 1, [1.0, 2.0])
    _append(log, writer, 2, [3.0, 4.0])
    heir = _log(database, writer, "one")
    later = (Labels.of(__name__="up", job="new"), *_labels(1))

    with database.read() as connection:
        heir.go_on(connection, runs(connection)[0])
    heir.append(Batch("self", 3, later, [5.0, 6.0]))
    writer.flush(10)

    batches = SampleReader(database=database).poll()
    assert [list(batch.values) for batch in batches] == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert [batch.labels for batch in batches] == [tuple(_labels(2)), tuple(_labels(2)), later]


def test_series_of_a_process_that_is_gone_keep_their_numbers(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    """Or whoever reads them by number had each of them twice."""
    _append(log, writer, 1, [1.0, 2.0])
    heir = _log(database, writer, "one")
    later = (Labels.of(__name__="up", job="new"), *_labels(2))

    with database.read() as connection:
        heir.go_on(connection, runs(connection)[0])
    heir.append(Batch("self", 2, later, [3.0, 4.0, 5.0]))
    writer.flush(10)

    with database.read() as connection:
        known = series_of(connection, runs(connection)[0].id)
    assert list(known.values()) == [*_labels(2), later[0]]


def test_damaged_label_sets_of_a_process_that_is_gone_do_not_keep_its_last_words(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    _append(log, writer, 1, [1.0, 2.0])
    heir = _log(database, writer, "one")
    with database.write() as connection:
        connection.execute(update(SERIES).values(labels=b"no label sets"))

    with database.read() as connection:
        heir.go_on(connection, runs(connection)[0])
    heir.append(Batch("self", 2, _labels(2), [3.0, 4.0]))
    writer.flush(10)

    with database.read() as connection:
        first, last = connection.execute(select(func.max(SERIES.c.first), func.max(SERIES.c.last))).one()
        times = list(connection.scalars(select(BATCHES.c.time_ms).order_by(BATCHES.c.seq)))
    assert (first, last) == (3, 4)
    assert times == [1, 2]


def test_a_look_returns_only_what_is_new(log: SampleLog, writer: Writer, database: Database) -> None:
    reader = SampleReader(database=database)
    _append(log, writer, 1, [1.0])
    reader.poll()

    _append(log, writer, 2, [2.0])

    assert [batch.time_ms for batch in reader.poll()] == [2]
    assert reader.poll() == []


def test_a_look_is_bounded_and_the_next_one_goes_on(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    reader = SampleReader(database=database)
    for time_ms in range(1, 6):
        _append(log, writer, time_ms, [1.0])

    looks = [[batch.time_ms for batch in reader.poll(most=2)] for _ in range(4)]

    assert looks == [[1, 2], [3, 4], [5], []]


def test_a_reader_leaves_out_its_own_and_what_is_too_old(writer: Writer, database: Database) -> None:
    for instance in ("one", "two"):
        log = _log(database, writer, instance)
        for time_ms in (10, 20):
            _append(log, writer, time_ms, [1.0])

    found = SampleReader(database=database, own=["one"], since_ms=20).poll()

    assert [(batch.source, batch.time_ms) for batch in found] == [("two", 20)]


def test_a_layout_is_written_when_series_come_or_go_and_else_not(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    for time_ms, count in enumerate([3, 3, 4, 4, 2, 2], start=1):
        _append(log, writer, time_ms, [1.0] * count)

    assert _count(database, LAYOUTS) == 3
    assert _count(database, SERIES) == 2
    with database.read() as connection:
        [run] = runs(connection)
        assert series_of(connection, run.id) == dict(enumerate(_labels(4), start=1))
        assert series_of(connection, run.id, wanted=[4, 9]) == {4: _labels(4)[3]}


def test_the_same_layout_gives_the_same_label_sets(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    for time_ms in (1, 2):
        _append(log, writer, time_ms, [1.0, 2.0])

    first, second = SampleReader(database=database).poll()

    assert first.labels is second.labels


def test_what_is_known_of_a_metric_travels_along(log: SampleLog, writer: Writer, database: Database) -> None:
    family = Metadata("up", "gauge", "Whether it is up.\n100 %", "1")
    log.append(Batch("self", 1, _labels(1), [1.0], [family]))
    writer.flush(10)

    [batch] = SampleReader(database=database).poll()

    assert batch.metadata == (family,)


def test_a_collection_that_was_rolled_back_is_complete_when_it_is_written(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    _append(log, writer, 1, [1.0])
    log.append(Batch("self", 2, _labels(5), [2.0] * 5))
    writer.put(Job("other", _refuse))  # takes the transaction of both down once
    writer.flush(10)
    _append(log, writer, 3, [3.0] * 5)

    found = SampleReader(database=database).poll()

    assert [len(batch.labels) for batch in found] == [1, 5, 5]


def test_a_collection_that_was_left_out_takes_no_series_with_it(
    database: Database,
) -> None:
    writer = Writer(database=database, clock=SystemClock(), max_jobs=1)
    log = _log(database, writer, "one")
    log.append(Batch("self", 1, _labels(3), [1.0] * 3))
    _append(log, writer, 2, [2.0] * 3)

    [batch] = SampleReader(database=database).poll()

    assert (batch.time_ms, len(batch.labels)) == (2, 3)


def test_many_series_that_come_and_go_are_forgotten(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    for time_ms in range(1, 8):
        labels = [Labels.of(__name__="m", n=f"{time_ms}-{number}") for number in range(400)]
        log.append(Batch("self", time_ms, [*labels, Labels.of(__name__="stays")], [1.0] * 401))
    writer.flush(10)

    assert len(log._numbers) < 2500
    assert [batch.labels[-1] for batch in SampleReader(database=database).poll()] == [
        Labels.of(__name__="stays")
    ] * 7


def test_a_damaged_collection_is_left_out_and_counted(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    for time_ms in (1, 2):
        _append(log, writer, time_ms, [1.0])
    with database.write() as connection:
        connection.execute(update(BATCHES).where(BATCHES.c.time_ms == 1).values(data=b"12345678"))
    reader = SampleReader(database=database)

    assert [batch.time_ms for batch in reader.poll()] == [2]
    assert reader.stats()["damaged"] == 1


def test_a_collection_whose_series_are_damaged_is_left_out(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    _append(log, writer, 1, [1.0])
    with database.write() as connection:
        connection.execute(update(SERIES).values(labels=b"damaged"))
    reader = SampleReader(database=database)

    assert reader.poll() == []
    assert reader.stats()["damaged"] == 1


def test_a_collection_whose_layout_is_gone_is_left_out(
    log: SampleLog, writer: Writer, database: Database
) -> None:
    _append(log, writer, 1, [1.0])
    with database.write() as connection:
        connection.execute(delete(LAYOUTS))
    reader = SampleReader(database=database)

    assert reader.poll() == []
    assert reader.stats()["damaged"] == 1


def test_goes_on_in_a_file_that_began_anew(
    sqlite_url: str, tmp_path: Path, open_database: Callable[[str], Database]
) -> None:
    database = open_database(sqlite_url)
    writer = Writer(database=database, clock=SystemClock())
    log, reader = _log(database, writer, "one"), SampleReader(database=database)
    _append(log, writer, 1, [1.0, 2.0])
    reader.poll()
    (tmp_path / "data" / "storage.db").unlink()

    log.append(Batch("self", 2, _labels(2), [3.0, 4.0]))
    while not writer.flush(10):
        pass

    [batch] = reader.poll()
    assert (batch.time_ms, list(batch.values)) == (2, [3.0, 4.0])


@pytest.mark.parametrize("known", [True, False])
def test_goes_on_in_a_database_that_was_restored_from_a_copy(
    log: SampleLog, writer: Writer, database: Database, known: bool
) -> None:
    """The copy knows the source and its first layout, or nothing of it."""
    _append(log, writer, 1, [1.0])
    _append(log, writer, 2, [1.0, 2.0])
    _append(log, writer, 3, [1.0, 2.0, 3.0])
    with database.write() as connection:
        for table in (BATCHES, LAYOUTS, SERIES):
            connection.execute(delete(table) if not known else table.delete().where(_is_later(table)))
        connection.execute(update(SOURCES).values(last_seq=1) if known else delete(SOURCES))

    _append(log, writer, 4, [4.0, 5.0, 6.0])

    found = SampleReader(database=database).poll()
    assert [(batch.time_ms, len(batch.labels)) for batch in found] == [(1, 1)] * known + [(4, 3)]


def test_the_storage_knows_who_appends(log: SampleLog, writer: Writer, database: Database) -> None:
    for time_ms in (100, 200):
        _append(log, writer, time_ms, [1.0])
    with database.read() as connection:
        [run] = runs(connection)

    assert run.source == log.source
    assert (run.last_seen_ms, run.last_seq, run.ended_ms) == (200, 2, None)


def test_a_planned_end_is_noted(log: SampleLog, writer: Writer, database: Database) -> None:
    _append(log, writer, 100, [1.0])

    log.end(at_ms=300, reason="SIGTERM")
    writer.flush(10)

    with database.read() as connection:
        [run] = runs(connection)
    assert (run.ended_ms, run.exit_reason) == (300, "SIGTERM")


def test_refuses_a_batch_without_a_value_for_each_series(log: SampleLog) -> None:
    with pytest.raises(StoreError, match="2 label sets needs as many values, got 1"):
        log.append(Batch("self", 1, _labels(2), [1.0]))


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 6), unique=True, max_size=6),
            st.lists(st.floats(allow_nan=True, width=64), min_size=6, max_size=6),
            st.booleans(),
        ),
        max_size=12,
    )
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_like_a_list(
    database: Database, writer: Writer, collections: list[tuple[list[int], list[float], bool]]
) -> None:
    """Whatever comes, goes and returns, a reader sees what was appended, in order."""
    _empty(database)
    log, reader = _log(database, writer, "one"), SampleReader(database=database)
    expected: list[tuple[int, tuple[Labels, ...], list[bytes]]] = []
    found: list[tuple[int, tuple[Labels, ...], list[bytes]]] = []

    for time_ms, (series, values, looks) in enumerate(collections, start=1):
        labels = tuple(Labels.of(__name__="m", n=str(number)) for number in series)
        log.append(Batch("self", time_ms, labels, values[: len(labels)]))
        expected.append((time_ms, labels, _bits(values[: len(labels)])))
        if looks:
            writer.flush(10)
            found += [_plain(batch) for batch in reader.poll()]
    writer.flush(10)
    found += [_plain(batch) for batch in reader.poll()]

    assert found == expected


def _log(database: Database, writer: Writer, instance: str) -> SampleLog:
    source = Source(
        instance,
        Service("shop", "town", "test"),
        "host-1",
        42,
        "1.0",
        started_ms=50,
        attributes={"region": "eu"},
    )
    return SampleLog(database=database, writer=writer, source=source)


def _append(log: SampleLog, writer: Writer, time_ms: int, values: list[float]) -> None:
    log.append(Batch("self", time_ms, _labels(len(values)), values))
    assert writer.flush(10)


def _labels(count: int) -> list[Labels]:
    return [Labels.of(__name__="m", n=str(number)) for number in range(count)]


def _refuse(_connection: Connection) -> None:
    msg = "not by us"
    raise FencedError(msg)


def _plain(batch: Batch) -> tuple[int, tuple[Labels, ...], list[bytes]]:
    return batch.time_ms, tuple(batch.labels), _bits(batch.values)


def _bits(values: Sequence[float] | np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[bytes]:
    return [struct.pack("<d", value) for value in values]


def _count(database: Database, table: Table) -> int:
    with database.read() as connection:
        found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
        return found


def _is_later(table: Table) -> ColumnElement[bool]:
    column = {"batches": "seq", "layouts": "number", "series": "layout"}[table.name.rpartition("_")[2]]
    return table.c[column] > 1


def _empty(database: Database) -> None:
    with database.write() as connection:
        for table in (BATCHES, LAYOUTS, SERIES):
            connection.execute(delete(table))
        connection.exec_driver_sql("DELETE FROM otel_monitoring_sources")
