"""Samples as Parquet, which pandas, Polars, DuckDB and Spark read.

A row is a sample: ``time`` in UTC with milliseconds, ``metric``, ``value``, and a column for each label, null
where a series has none of that name. A staleness marker is a row without a value; every other sample is there
bit by bit. The rows of a series follow each other in the order of time, so that columns are small. A label
that has the name of another column is called ``label_…``; what is known of the metrics is in the file's
metadata.

This module needs numpy, and pyarrow, which the extra ``parquet`` brings; import it lazily.

Source: https://parquet.apache.org/docs/file-format/.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from otel_monitoring.errors import MissingExtraError
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.model.sample import STALE, Metadata
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.transfer.pieces import joined
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.block import is_stale

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Codes = NDArray[np.int64]

TIME, METRIC, VALUE = "time", "metric", "value"
_OWN: Final = (TIME, METRIC, VALUE)
_LABEL: Final = "label_"
_KNOWN: Final = b"otel_monitoring.metrics"
_ROWS_AT_ONCE: Final = 1 << 17
_CELLS_AT_ONCE: Final = 1 << 23
"""A row has a cell for each label that any series has: of many labels fewer rows are written at a time."""
_LEVEL: Final = 9


def write_parquet(
    points: Iterable[Points],
    file: BinaryIO,
    *,
    label_names: Sequence[str],
    metadata: Mapping[str, Metadata],
) -> int:
    """Write samples as Parquet.

    Args:
        points: The series; one with other labels came after the names were asked for and is left out.
        file: Where to.
        label_names: Of all series, that of the metric left out.
        metadata: What is known of metrics, by the name of their family.

    Returns:
        How many samples were written.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    arrow, parquet = _arrow()
    columns = {_column(name): name for name in label_names}
    schema = _schema(arrow, columns, metadata)
    rows_at_once = max(1, min(_ROWS_AT_ONCE, _CELLS_AT_ONCE // (len(columns) + len(_OWN))))
    known = {NAME, *label_names}
    count = 0
    with parquet.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=[METRIC, *columns],
        column_encoding={TIME: "DELTA_BINARY_PACKED", VALUE: "BYTE_STREAM_SPLIT"},
    ) as writer:
        for group in _groups((one for one in points if known.issuperset(dict(one.labels))), rows_at_once):
            writer.write_table(_table(arrow, schema, columns, group), row_group_size=rows_at_once)
            count += sum(len(one.times_ms) for one in group)
    return count


def read_parquet(file: BinaryIO) -> Iterator[Points | Metadata]:
    """Yield what is known of metrics, then series; one whose rows lie apart comes in several pieces.

    Besides what :func:`write_parquet` writes, any file is read that has these columns: ``time``, timestamps
    or Unix milliseconds, ``metric``, ``value``, and texts, which are labels.

    Raises:
        MissingExtraError: pyarrow is not installed.
        StorageError: It is no Parquet file, or has other columns.
    """
    arrow, parquet = _arrow()
    try:
        source = parquet.ParquetFile(file)
    except arrow.ArrowInvalid as error:
        msg = f"it is no Parquet file: {error}"
        raise StorageError(msg) from None
    schema = source.schema_arrow
    missing = [name for name in _OWN if name not in schema.names]
    if missing:
        msg = f"the columns are {', '.join(schema.names)}: expected {', '.join(_OWN)} and labels"
        raise StorageError(msg)
    yield from _described(schema)
    held: list[Points] = []
    for batch in source.iter_batches(batch_size=_ROWS_AT_ONCE):
        for points in _points(arrow, batch):
            if held and held[0].labels != points.labels:
                yield joined(held)
                held = []
            held.append(points)
    if held:
        yield joined(held)


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        package = error.name or "pyarrow"
        raise MissingExtraError(package, extra="parquet", needed_for="the format parquet") from None
    return pa, pq


# ── writing ──


def _column(label: str) -> str:
    """Return the column of a label; what would be taken for another column, or read as one, is marked."""
    return f"{_LABEL}{label}" if label in _OWN or label.startswith(_LABEL) else label


def _schema(arrow: Any, columns: Mapping[str, str], metadata: Mapping[str, Metadata]) -> Any:
    words = arrow.dictionary(arrow.int32(), arrow.string())
    fields = [
        arrow.field(TIME, arrow.timestamp("ms", tz="UTC"), nullable=False),
        arrow.field(METRIC, words, nullable=False),
        *(arrow.field(column, words) for column in columns),
        arrow.field(VALUE, arrow.float64()),
    ]
    known = json.dumps([asdict(one) for one in metadata.values()])
    return arrow.schema(fields, metadata={_KNOWN: known.encode()})


def _groups(points: Iterable[Points], rows: int) -> Iterator[list[Points]]:
    """Yield series of so many rows together; a longer one is cut."""
    group: list[Points] = []
    room = rows
    for one in points:
        at = 0
        while at < len(one.times_ms):
            part = slice(at, at + room)
            group.append(Points(one.labels, one.times_ms[part], one.values[part]))
            taken = len(group[-1].times_ms)
            at, room = at + taken, room - taken
            if not room:
                yield group
                group, room = [], rows
    if group:
        yield group


def _table(arrow: Any, schema: Any, columns: Mapping[str, str], group: Sequence[Points]) -> Any:
    times_ms = np.concatenate([one.times_ms for one in group])
    values = np.concatenate([one.values for one in group])
    counts = np.array([len(one.times_ms) for one in group])

    def repeated(name: str) -> Any:
        texts = [one.labels.get(name) or None for one in group]
        codes = {
            text: at for at, text in enumerate(dict.fromkeys(text for text in texts if text is not None))
        }
        each = np.array([-1 if text is None else codes[text] for text in texts], dtype=np.int32)
        indices = np.repeat(each, counts)
        where = arrow.array(indices, mask=indices < 0)
        return arrow.DictionaryArray.from_arrays(where, arrow.array(list(codes), arrow.string()))

    arrays = [
        arrow.array(times_ms, type=schema.field(TIME).type),
        repeated(NAME),
        *(repeated(label) for label in columns.values()),
        arrow.array(values, mask=is_stale(values)),
    ]
    return arrow.Table.from_arrays(arrays, schema=schema)


# ── reading ──


@dataclass(frozen=True, slots=True)
class _Words:
    """A column of texts: which row holds which, -1 for none."""

    label: str
    codes: Codes
    texts: Sequence[str]


def _described(schema: Any) -> Iterator[Metadata]:
    try:
        known = json.loads((schema.metadata or {}).get(_KNOWN, b"[]"))
        yield from [Metadata(**one) for one in known]
    except (ValueError, TypeError):
        msg = f"the file's metadata {_KNOWN.decode()} is not what was written"
        raise StorageError(msg) from None


def _points(arrow: Any, batch: Any) -> Iterator[Points]:
    """Yield the series of some rows, each once, in the order in which they come."""
    if not batch.num_rows:
        return
    try:
        times_ms = _times(arrow, batch.column(TIME))
        values = batch.column(VALUE).cast(arrow.float64())
        words = [
            _words(arrow, name, batch.column(name))
            for name in batch.schema.names
            if name not in (TIME, VALUE)
        ]
    except (arrow.ArrowInvalid, arrow.ArrowNotImplementedError) as error:
        msg = f"a column is of another type than expected: {error}"
        raise StorageError(msg) from None
    samples = values.to_numpy(zero_copy_only=False).copy()
    samples[values.is_null().to_numpy(zero_copy_only=False)] = STALE
    codes = np.array([one.codes for one in words])
    starts = np.flatnonzero(np.append(True, (codes[:, 1:] != codes[:, :-1]).any(axis=0)))
    runs: dict[tuple[int, ...], list[slice]] = {}
    for start, end in pairwise([*starts.tolist(), len(times_ms)]):
        runs.setdefault(tuple(codes[:, start].tolist()), []).append(slice(start, end))
    for key, rows in runs.items():
        labels = Labels.of(
            {one.label: one.texts[code] for one, code in zip(words, key, strict=True) if code >= 0}
        )
        yield joined([Points(labels, times_ms[part], samples[part]) for part in rows])


def _times(arrow: Any, column: Any) -> Codes:
    if column.null_count:
        msg = f"the column {TIME} has rows without a time"
        raise StorageError(msg)
    if arrow.types.is_timestamp(column.type):
        column = column.cast(arrow.timestamp("ms", tz=column.type.tz), safe=False)
    found: Codes = column.cast(arrow.int64()).to_numpy(zero_copy_only=False)
    return found


def _words(arrow: Any, name: str, column: Any) -> _Words:
    if not arrow.types.is_dictionary(column.type):
        column = column.cast(arrow.string()).dictionary_encode()
    places = column.indices.cast(arrow.int64())  # others count without a sign, and have no -1
    codes = places.fill_null(-1).to_numpy(zero_copy_only=False)
    label = NAME if name == METRIC else name.removeprefix(_LABEL)
    return _Words(label, codes, column.dictionary.cast(arrow.string()).to_pylist())
