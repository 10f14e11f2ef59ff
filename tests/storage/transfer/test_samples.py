"""Samples leave a storage as text and come back the same."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.model.sample import STALE, Batch, Metadata
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.transfer import openmetrics, table
from otel_monitoring.storage.transfer.into import take
from otel_monitoring.storage.transfer.out import Samples
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.series import SeriesStore
from tests.storage.history.recorded import (
    DAY_MS,
    DAY_ZERO_MS,
    METADATA,
    SHOP,
    Background,
    Recorded,
    labels_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.storage.database import Database

END_MS = DAY_ZERO_MS + DAY_MS
STRANGE = Labels.of({"__name__": "odd.name", "quote": 'a"b\\c\nd', "dotted.key": "{x=1, y}"})


def points(labels: Labels, values: list[float], *, start_ms: int = DAY_ZERO_MS) -> Points:
    times_ms = start_ms + 1500 * np.arange(1, len(values) + 1)
    return Points(labels, times_ms, np.array(values, dtype=np.float64))


def simple(found: Iterable[Points | Metadata]) -> list[tuple[Labels, list[int], list[str]]]:
    """Return series in a form that compares; NaN included."""
    series = [one for one in found if isinstance(one, Points)]
    return [(one.labels, one.times_ms.tolist(), [repr(value) for value in one.values]) for one in series]


@pytest.fixture
def filled(database: Database) -> Database:
    """Half of it compacted, half of it not."""
    source = Recorded(database)
    for at in range(1, 41):
        source.collect(DAY_ZERO_MS + at * 600_000, {"served_total": float(at), "memory_bytes": 0.1 * at})
    source.flush()
    Background(database).compact(DAY_ZERO_MS + 5 * 3_600_000)
    return database


def document(samples: Samples) -> str:
    return "".join(openmetrics.written(samples.names(), samples.of, samples.metadata()))


def test_what_is_in_memory_too_comes_once_and_is_not_read_again(filled: Database) -> None:
    start_ms = DAY_ZERO_MS + 3_600_000
    memory = SeriesStore(retention_s=30 * 86_400, interval_s=600)
    stored = [*Samples(filled, start_ms=start_ms, end_ms=END_MS, service=SHOP.key)]
    labels = [one.labels for one in stored]
    for column, time_ms in enumerate(stored[0].times_ms.tolist()):
        values = [one.values[column] for one in stored]
        memory.append(Batch("one", time_ms, labels, [*map(float, values)]))
    history = HistoryStore(memory=memory, database=filled, since_ms=lambda: DAY_ZERO_MS, service=SHOP.key)
    samples = Samples(filled, start_ms=start_ms + 600_000, end_ms=END_MS, service=SHOP.key, history=history)

    expected = [Points(one.labels, one.times_ms[1:], one.values[1:]) for one in stored]
    assert simple(samples) == simple(expected)


def test_a_storage_is_written_as_openmetrics(filled: Database) -> None:
    lines = document(Samples(filled, start_ms=DAY_ZERO_MS, end_ms=DAY_ZERO_MS + 1_200_000)).splitlines()

    assert lines == [
        "# TYPE memory_bytes gauge",
        f'memory_bytes{{instance="one"}} 0.1 {DAY_ZERO_MS // 1000 + 600}.000',
        f'memory_bytes{{instance="one"}} 0.2 {DAY_ZERO_MS // 1000 + 1200}.000',
        "# TYPE served counter",
        f'served_total{{instance="one"}} 1.0 {DAY_ZERO_MS // 1000 + 600}.000',
        f'served_total{{instance="one"}} 2.0 {DAY_ZERO_MS // 1000 + 1200}.000',
        "# EOF",
    ]


@pytest.mark.parametrize("form", ["openmetrics", "csv"])
def test_what_was_exported_is_imported_the_same(
    filled: Database, form: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from otel_monitoring.model.clock import SystemClock
    from otel_monitoring.storage.database import Database

    samples = Samples(filled, start_ms=0, end_ms=END_MS)
    other = Database(url=f"sqlite:///{tmp_path_factory.mktemp('other')}/s.db", clock=SystemClock())
    assert other.ensure()

    if form == "openmetrics":
        taken = take(other, openmetrics.read(document(samples).splitlines()), service=SHOP, name="file")
    else:
        file = io.StringIO(newline="")
        assert table.write_csv(samples, file) == 80
        taken = take(
            other, table.read_csv(io.StringIO(file.getvalue(), newline="")), service=SHOP, name="file"
        )

    assert (taken.samples, taken.series, taken.sources) == (80, 2, 1)
    assert simple(Samples(other, start_ms=0, end_ms=END_MS)) == simple(samples)
    other.close()


def test_only_what_is_asked_for_is_exported(filled: Database) -> None:
    asked = Samples(filled, start_ms=0, end_ms=END_MS, matchers=[Matcher("__name__", "=~", "mem.*")])

    assert asked.names() == ["memory_bytes"]
    assert [one.labels for one in asked] == [labels_of("memory_bytes")]


def test_labels_of_any_text_come_back() -> None:
    given = [points(STRANGE, [1.0, math.inf]), points(Labels.of(__name__="up"), [0.0, math.nan, -math.inf])]
    by_name = {"odd.name": [given[0]], "up": [given[1]]}

    lines = list(openmetrics.written(by_name, by_name.__getitem__, {}))

    assert simple(openmetrics.read(lines)) == simple(given)
    assert openmetrics.parsed_labels(openmetrics.labels_text(STRANGE)) == STRANGE


def test_staleness_markers_are_left_out_of_openmetrics() -> None:
    given = points(Labels.of(__name__="up"), [1.0, STALE])

    lines = list(openmetrics.written(["up"], lambda _: [given], {}))

    assert len(lines) == 2


def test_series_of_other_times_go_into_sources_of_their_own(database: Database) -> None:
    given: list[Points | Metadata] = [
        METADATA[0],
        points(Labels.of(__name__="served_total", n="1"), [1.0, 2.0]),
        points(Labels.of(__name__="served_total", n="2"), [3.0, 4.0]),
        points(Labels.of(__name__="served_total", n="3"), [5.0, 6.0], start_ms=DAY_ZERO_MS + 1),
    ]

    taken = take(database, given, service=SHOP, name="file")

    samples = Samples(database, start_ms=0, end_ms=END_MS)
    assert taken.sources == 2
    assert samples.metadata() == {"served_total": METADATA[0]}
    assert sorted(one.values.tolist() for one in samples) == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@pytest.mark.parametrize("text", ["up", "up 1", "up one 1700000000", "up{a=1} 1 1700000000", "up 1 x"])
def test_lines_that_are_no_samples_are_refused(text: str) -> None:
    with pytest.raises(StorageError, match=r"line 1|label set"):
        list(openmetrics.read([text]))


@pytest.mark.parametrize("text", ["", "a,b,c\n", "series,time_ms,value\nup,now,1\n"])
def test_tables_of_something_else_are_refused(text: str) -> None:
    with pytest.raises(StorageError, match="expected"):
        list(table.read_csv(io.StringIO(text)))
