"""Samples of metrics as a file, in each of its forms, no more than so many."""

from __future__ import annotations

import math
import tempfile
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, Protocol, TypeAlias, cast

from otel_monitoring.api import values
from otel_monitoring.api.export.text import chunks, csv_lines, json_line
from otel_monitoring.model.labels import NAME
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.block import is_stale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.model.sample import Metadata

Form: TypeAlias = Literal["jsonl", "csv", "parquet", "openmetrics"]
"""How samples are written."""

_PER_LINE: Final = 1000
_CHUNK_BYTES: Final = 256 << 10


class SamplesSource(Protocol):
    """Samples of a stretch of time, from memory or from a storage."""

    def names(self) -> list[str]:
        """Return the names of metrics, sorted."""
        ...

    def label_names(self) -> list[str]:
        """Return the names of labels, sorted; that of the metric is not among them."""
        ...

    def metadata(self) -> dict[str, Metadata]:
        """Return what is known of each metric, by name."""
        ...

    def of(self, name: str) -> Iterator[Points]:
        """Yield the series of a metric, each once and whole."""
        ...


def written(samples: SamplesSource, form: Form, *, most: int) -> Iterator[bytes]:
    """Yield a file of samples, piece by piece.

    Args:
        samples: The samples.
        form: How they are written.
        most: The most of them; the metrics come in the order of their names, and the last series is cut.

    Raises:
        MissingExtraError: Parquet is wanted, and pyarrow is not installed.
        StorageError: The storage cannot be used now.
    """
    bounded = _Bounded(samples, most)
    if form == "parquet":
        yield from _parquet(bounded)
    elif form == "openmetrics":
        from otel_monitoring.storage.transfer import openmetrics

        yield from chunks(openmetrics.written(samples.names(), bounded.of, samples.metadata()))
    elif form == "csv":
        labels = samples.label_names()
        yield from chunks(csv_lines(["time", "metric", "value", *labels], _cells(bounded, labels)))
    else:
        yield from chunks(json_line(row) for points in bounded for row in _objects(points))


class _Bounded:
    """So many samples, and no more."""

    def __init__(self, samples: SamplesSource, most: int) -> None:
        self.samples = samples
        self._left = most

    def of(self, name: str) -> Iterator[Points]:
        if self._left <= 0:
            return
        for points in self.samples.of(name):
            taken = min(len(points.times_ms), self._left)
            self._left -= taken
            yield Points(points.labels, points.times_ms[:taken], points.values[:taken])
            if not self._left:
                return

    def __iter__(self) -> Iterator[Points]:
        for name in self.samples.names():
            yield from self.of(name)


def _objects(points: Points) -> Iterator[dict[str, Any]]:
    """Yield a series as objects of so many samples; where it ends nothing is written."""
    labels = points.labels.as_dict()
    name = labels.pop(NAME, "")
    real = ~is_stale(points.values)
    times, numbers = points.times_ms[real].tolist(), points.values[real].tolist()
    for at in range(0, len(times), _PER_LINE):
        yield {
            "metric": name,
            "labels": labels,
            "times": [_time(time_ms) for time_ms in times[at : at + _PER_LINE]],
            "values": [one if math.isfinite(one) else None for one in numbers[at : at + _PER_LINE]],
        }


def _cells(bounded: _Bounded, labels: list[str]) -> Iterator[list[Any]]:
    for points in bounded:
        real = ~is_stale(points.values)
        fixed = [points.labels.get(name) for name in labels]
        name = points.labels.get(NAME)
        for time_ms, value in zip(points.times_ms[real].tolist(), points.values[real].tolist(), strict=True):
            yield [_time(time_ms), name, value, *fixed]


def _parquet(bounded: _Bounded) -> Iterator[bytes]:
    from otel_monitoring.storage.transfer.parquet import write_parquet

    samples = bounded.samples
    with tempfile.TemporaryFile() as file:
        write_parquet(
            bounded, cast("BinaryIO", file), label_names=samples.label_names(), metadata=samples.metadata()
        )
        file.seek(0)
        while piece := file.read(_CHUNK_BYTES):
            yield piece


def _time(time_ms: int) -> str:
    return values.time(time_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
