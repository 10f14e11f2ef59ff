"""What leaves a storage and comes into another answers there as it did here, whole or in pieces."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.cli.storage.files import read
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.promql.engine import Engine
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.history.erase import Eraser
from otel_monitoring.storage.history.retention import Keep, Retention
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.tables import BATCHES
from otel_monitoring.storage.transfer import into, openmetrics, parquet, table
from otel_monitoring.storage.transfer.archive import Archive
from otel_monitoring.storage.transfer.out import Samples
from otel_monitoring.stores.series import SeriesStore
from tests.storage.history.recorded import DAY_MS, DAY_ZERO_MS, HOUR_MS, Background, Recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.promql.result import Result
    from otel_monitoring.storage.transfer.points import Points

EVERY_MS = 60_000
END_MS = DAY_ZERO_MS + 3 * DAY_MS
ASKED = (
    ("served_total", 2 * HOUR_MS, 300_000),
    ("memory_bytes", 30 * HOUR_MS, HOUR_MS),
    ("rate(served_total[10m])", 20 * HOUR_MS, 600_000),
    ("increase(served_total[6h])", 60 * HOUR_MS, HOUR_MS),
    ("avg_over_time(memory_bytes[1h])", 60 * HOUR_MS, HOUR_MS),
)
WHOSE = Service("other")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    made = []

    def open_one(name: str) -> Database:
        database = Database(url=f"sqlite:///{tmp_path}/{name}.db", clock=SystemClock())
        made.append(database)
        assert database.ensure()
        return database

    yield open_one
    for database in made:
        database.close()


@pytest.fixture
def origin(opened: Callable[[str], Database]) -> Database:
    """Three days: a counter that begins anew every seven hours, a gauge that is missing for a while."""
    database = opened("origin")
    source = Recorded(database)
    for time_ms in range(DAY_ZERO_MS + EVERY_MS, END_MS + 1, EVERY_MS):
        since_ms = time_ms - DAY_ZERO_MS
        values = {"served_total": float(since_ms % (7 * HOUR_MS) // 1000)}
        if not 20 * HOUR_MS < since_ms < 22 * HOUR_MS:
            values["memory_bytes"] = float(np.sin(since_ms / 3e6))
        source.collect(time_ms, values)
        if time_ms % HOUR_MS == 0:
            source.flush()
    source.flush()
    background = Background(database)
    background.compact(END_MS - HOUR_MS)
    background.lease.release()
    return database


def answers(database: Database, *, is_summed: bool) -> list[Result]:
    """Return what people ask; of days summed up, minutes and hours answer."""
    if is_summed:
        background = Background(database)
        background.compact(END_MS + DAY_MS)
        assert background.sum_up(END_MS + DAY_MS)
    memory = SeriesStore()
    history = HistoryStore(memory=memory, database=database, since_ms=lambda: END_MS + DAY_MS)
    engine = Engine(memory, history=history)
    return [engine.range_(expr, END_MS - length_ms, END_MS, step_ms) for expr, length_ms, step_ms in ASKED]


def same(expected: list[Result], found: list[Result]) -> None:
    for (expr, *_), one, other in zip(ASKED[: len(expected)], expected, found, strict=True):
        assert one.series, expr
        assert [series.labels for series in other.series] == [series.labels for series in one.series]
        for mine, theirs in zip(one.series, other.series, strict=True):
            assert theirs.times_ms.tolist() == mine.times_ms.tolist(), expr
            np.testing.assert_allclose(theirs.values, mine.values, rtol=1e-9, atol=1e-12, err_msg=expr)


def carried(samples: Samples, form: str) -> Iterable[Points | Metadata]:
    """Return samples as they are read from a file of a form."""
    if form == "openmetrics":
        return openmetrics.read([*openmetrics.written(samples.names(), samples.of, samples.metadata())])
    if form == "csv":
        text = io.StringIO(newline="")
        table.write_csv(samples, text)
        return [*samples.metadata().values(), *table.read_csv(io.StringIO(text.getvalue(), newline=""))]
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: the extra parquet brings it")
    file = io.BytesIO()
    parquet.write_parquet(samples, file, label_names=samples.label_names(), metadata=samples.metadata())
    file.seek(0)
    return parquet.read_parquet(file)


@pytest.mark.parametrize("form", ["openmetrics", "csv", "parquet"])
def test_the_same_is_answered_by_what_was_imported(
    origin: Database, opened: Callable[[str], Database], form: str
) -> None:
    other = opened("other")
    samples = Samples(origin, start_ms=0, end_ms=END_MS)

    taken = into.take(other, carried(samples, form), service=WHOSE, name="file")

    assert taken.series == 2
    same(answers(origin, is_summed=True), answers(other, is_summed=True))


def test_in_small_slices_the_same_leaves_and_comes(
    origin: Database, opened: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slices of 500 samples out, and loads of 1000 in, which go on in the sources that are there."""
    monkeypatch.setattr(into, "_SAMPLES_AT_ONCE", 1000)
    other = opened("other")
    samples = Samples(origin, start_ms=0, end_ms=END_MS, samples_at_once=500)
    whole = list(Samples(origin, start_ms=0, end_ms=END_MS))
    cut = [
        type(points)(points.labels, points.times_ms[at : at + 700], points.values[at : at + 700])
        for points in samples
        for at in range(0, len(points.times_ms), 700)
    ]

    taken = into.take(other, [*samples.metadata().values(), *cut], service=WHOSE, name="file")

    assert (taken.series, taken.sources) == (2, 2)
    for mine, theirs in zip(whole, samples, strict=True):
        assert theirs.times_ms.tolist() == mine.times_ms.tolist()
        assert theirs.values.view(np.int64).tolist() == mine.values.view(np.int64).tolist()
    same(answers(origin, is_summed=True), answers(other, is_summed=True))


def test_an_archive_brings_back_what_went(
    origin: Database, opened: Callable[[str], Database], tmp_path: Path
) -> None:
    """Windows and collections that are in none alike; by the command's own way of reading files."""
    expected = answers(origin, is_summed=False)
    folder = tmp_path / "archive"
    retention = Retention(database=origin, keep=Keep(metrics_days=1), going=Archive(folder))

    while retention.step(END_MS + 2 * DAY_MS):
        pass

    assert not list(Samples(origin, start_ms=0, end_ms=END_MS))
    other = opened("other")
    files = sorted(folder.iterdir())
    assert {path.name.split("-")[1] for path in files} >= {"collections"}

    def given() -> Iterator[Points | Metadata]:
        for path in files:
            with read(path) as lines:
                yield from openmetrics.read(lines)

    into.take(other, given(), service=WHOSE, name="archive")
    same(expected[:3], answers(other, is_summed=False)[:3])


def test_what_is_damaged_goes_without_an_archive(origin: Database, tmp_path: Path) -> None:
    from otel_monitoring.storage.tables import BLOCKS

    with origin.write() as connection:
        connection.execute(BLOCKS.update().values(data=b"damaged"))
        connection.execute(BATCHES.delete())
    retention = Retention(database=origin, keep=Keep(metrics_days=1), going=Archive(tmp_path / "archive"))

    steps = 0
    while retention.step(END_MS + 2 * DAY_MS):
        steps += 1
        assert steps < 100

    assert not (tmp_path / "archive").exists()
    assert retention.stats()["metrics"] == 35


def test_nothing_is_written_where_nobody_keeps_a_copy(origin: Database) -> None:
    with origin.read() as connection:
        [row] = connection.execute(BATCHES.select().limit(1)).all()

    Eraser(database=origin)("collections", BATCHES, [row])

    with origin.read() as connection:
        assert connection.execute(BATCHES.select().where(BATCHES.c.id == row.id)).first() is None
