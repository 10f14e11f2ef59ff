"""Samples as a table: CSV, which everything reads.

A row is a sample: ``series`` as PromQL writes it, ``time_ms`` and ``value``, which is empty where the series
ends: a staleness marker.
"""

from __future__ import annotations

import csv
from itertools import groupby
from typing import TYPE_CHECKING, TextIO

import numpy as np

from otel_monitoring.model.sample import STALE
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.transfer.openmetrics import labels_text, parsed_labels
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.block import is_stale

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEADS = ("series", "time_ms", "value")


def write_csv(points: Iterable[Points], file: TextIO) -> int:
    """Write samples as CSV; return how many."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADS)
    count = 0
    for one in points:
        name = labels_text(one.labels)
        texts = [
            "" if ends else repr(value)
            for value, ends in zip(one.values.tolist(), is_stale(one.values).tolist(), strict=True)
        ]
        writer.writerows((name, *row) for row in zip(one.times_ms.tolist(), texts, strict=True))
        count += len(one.times_ms)
    return count


def read_csv(file: TextIO) -> Iterator[Points]:
    """Yield the series of a CSV file; rows of one series that follow each other are one.

    Raises:
        StorageError: The columns are others, or a row holds no sample.
    """
    reader = csv.reader(file)
    heads = next(reader, [])
    if tuple(heads) != HEADS:
        msg = f"the columns are {', '.join(heads) or 'none'}: expected {', '.join(HEADS)}"
        raise StorageError(msg)
    for name, rows in groupby(reader, key=lambda row: row[0] if row else ""):
        try:
            pairs = [(int(time_ms), float(value) if value else STALE) for _, time_ms, value in rows]
        except ValueError:
            msg = f"line {reader.line_num}: expected a series, Unix milliseconds and a number"
            raise StorageError(msg) from None
        times, values = zip(*pairs, strict=True)
        yield Points(parsed_labels(name), np.array(times, np.int64), np.array(values, np.float64))
