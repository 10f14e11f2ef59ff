"""Samples leave as Parquet and come back bit by bit; other tools read what is written."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from otel_monitoring.errors import MissingExtraError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Metadata
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.transfer import parquet as ours
from otel_monitoring.storage.transfer.points import Points

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WITHOUT = "pyarrow is not installed: pip install 'otel-monitoring[parquet]'"
PAYLOAD_NAN = float(np.array([0x7FF8_0000_0000_BEEF], dtype=np.uint64).view(np.float64)[0])
METADATA = Metadata("served", "counter", "Requests, ä", "1")


def points(labels: Labels, values: Sequence[float], *, start_ms: int = 1_700_000_000_000) -> Points:
    times_ms = start_ms + 15_000 * np.arange(len(values), dtype=np.int64)
    return Points(labels, times_ms, np.array(values, dtype=np.float64))


def bits(found: Iterable[Points | Metadata]) -> list[tuple[Labels, list[int], list[int]]]:
    """Return series in a form that compares bit by bit."""
    return [
        (one.labels, one.times_ms.tolist(), one.values.view(np.int64).tolist())
        for one in found
        if isinstance(one, Points)
    ]


def written(given: Sequence[Points], *, metadata: Sequence[Metadata] = ()) -> io.BytesIO:
    pytest.importorskip("pyarrow", reason=WITHOUT)
    file = io.BytesIO()
    names = sorted({name for one in given for name, _ in one.labels} - {"__name__"})
    known = {one.name: one for one in metadata}
    assert ours.write_parquet(given, file, label_names=names, metadata=known) == sum(
        len(one.times_ms) for one in given
    )
    file.seek(0)
    return file


def table(file: io.BytesIO) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(file)


def test_every_sample_comes_back_bit_by_bit() -> None:
    strange = [0.1, -0.0, float("inf"), float("-inf"), float("nan"), PAYLOAD_NAN, 5e-324, STALE]
    given = [
        points(Labels.of(__name__="served_total", job="shop"), strange),
        points(Labels.of({"__name__": "odd.name", "dotted.key": 'a"b\nc', "emoji": "🛒"}), [1.0, 2.0]),
    ]

    found = list(ours.read_parquet(written(given, metadata=[METADATA])))

    assert found[0] == METADATA
    assert bits(found) == bits(given)


def test_a_row_is_a_sample_with_a_column_for_each_label() -> None:
    given = [points(Labels.of(__name__="up", job="shop"), [1.0]), points(Labels.of(__name__="up"), [STALE])]

    found = table(written(given))

    assert found.schema.names == ["time", "metric", "job", "value"]
    at = datetime.fromtimestamp(1_700_000_000, UTC)
    assert found.to_pylist() == [
        {"time": at, "metric": "up", "job": "shop", "value": 1.0},
        {"time": at, "metric": "up", "job": None, "value": None},
    ]


def test_labels_with_the_names_of_columns_come_back() -> None:
    given = [points(Labels.of(__name__="up", time="noon", value="1", metric="m", label_time="x"), [1.0])]

    file = written(given)

    names = ["time", "metric", "label_label_time", "label_metric", "label_time", "label_value", "value"]
    assert table(file).schema.names == names
    assert bits(ours.read_parquet(file)) == bits(given)


def test_groups_of_rows_are_bounded_whatever_the_length_of_a_series(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "_ROWS_AT_ONCE", 100)
    given = [points(Labels.of(__name__="up", n=str(n)), np.arange(130.0).tolist()) for n in range(3)]

    file = written(given)

    import pyarrow.parquet as pq

    about = pq.ParquetFile(file).metadata
    assert [about.row_group(at).num_rows for at in range(about.num_row_groups)] == [100, 100, 100, 90]
    assert {about.row_group(0).column(at).compression for at in range(about.num_columns)} == {"ZSTD"}
    assert bits(ours.read_parquet(file)) == bits(given)


def test_of_many_labels_fewer_rows_are_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "_CELLS_AT_ONCE", 100)
    wide = Labels.of({"__name__": "up", **{f"l{number}": "x" for number in range(17)}})

    file = written([points(wide, np.arange(12.0).tolist())])

    import pyarrow.parquet as pq

    assert pq.ParquetFile(file).metadata.row_group(0).num_rows == 5


def test_files_of_others_are_read_whatever_the_order_of_their_rows() -> None:
    pa = pytest.importorskip("pyarrow", reason=WITHOUT)
    pq = pytest.importorskip("pyarrow.parquet")
    file = io.BytesIO()
    rows = {"time": [1, 1, 2, 2], "metric": ["up"] * 4, "job": ["a", "b", "a", "b"], "value": [1, 2, 3, None]}
    pq.write_table(pa.table(rows), file)
    file.seek(0)

    found = bits(ours.read_parquet(file))

    a, b = (Labels.of(__name__="up", job=name) for name in "ab")
    assert found == bits(
        [
            Points(a, np.array([1, 2]), np.array([1.0, 3.0])),
            Points(b, np.array([1, 2]), np.array([2.0, STALE])),
        ]
    )


def test_words_that_are_numbered_without_a_sign_are_read() -> None:
    """As Polars writes them."""
    pa = pytest.importorskip("pyarrow", reason=WITHOUT)
    pq = pytest.importorskip("pyarrow.parquet")
    file = io.BytesIO()
    jobs = pa.DictionaryArray.from_arrays(pa.array([1, None], pa.uint32()), pa.array(["a", "b"]))
    pq.write_table(pa.table({"time": [1, 2], "metric": ["up", "up"], "job": jobs, "value": [1.0, 2.0]}), file)
    file.seek(0)

    found = [labels for labels, _, _ in bits(ours.read_parquet(file))]

    assert found == [Labels.of(__name__="up", job="b"), Labels.of(__name__="up")]


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_times_of_any_unit_are_read(unit: str) -> None:
    pa = pytest.importorskip("pyarrow", reason=WITHOUT)
    pq = pytest.importorskip("pyarrow.parquet")
    file = io.BytesIO()
    at = pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp(unit, tz="UTC"))
    pq.write_table(pa.table({"time": at, "metric": ["up"], "value": [1.0]}), file)
    file.seek(0)

    [[_, times_ms, _]] = bits(ours.read_parquet(file))

    assert times_ms == [1_767_225_600_000]


@pytest.mark.parametrize(
    ("columns", "about"),
    [
        ({"time": [1], "value": [1.0]}, "expected time, metric, value"),
        ({"time": [None], "metric": ["up"], "value": [1.0]}, "without a time"),
        ({"time": [1], "metric": ["up"], "value": ["many"]}, "another type"),
        ({"time": [[1]], "metric": ["up"], "value": [1.0]}, "another type"),
    ],
)
def test_tables_of_something_else_are_refused(columns: dict[str, Any], about: str) -> None:
    pa = pytest.importorskip("pyarrow", reason=WITHOUT)
    pq = pytest.importorskip("pyarrow.parquet")
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    file.seek(0)

    with pytest.raises(StorageError, match=about):
        list(ours.read_parquet(file))


def test_what_is_no_parquet_is_refused() -> None:
    pytest.importorskip("pyarrow", reason=WITHOUT)

    with pytest.raises(StorageError, match="no Parquet file"):
        list(ours.read_parquet(io.BytesIO(b"series,time_ms,value\n")))


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(MissingExtraError, match=r"otel-monitoring\[parquet\]"):
        ours.write_parquet([], io.BytesIO(), label_names=[], metadata={})
