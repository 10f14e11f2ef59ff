"""What goes for its age, as compressed files: OpenMetrics of samples, lines of JSON of alerts and records.

A file is named after what is in it, so that what is written twice, since somebody stopped in between, is
there once. Minutes and hours are not archived: their samples are.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.history.compact import read_raw
from otel_monitoring.storage.history.spans import RAW, Span
from otel_monitoring.storage.samples.polling import series_of
from otel_monitoring.storage.transfer import openmetrics
from otel_monitoring.storage.transfer.lines import Services, alert_line, event_line
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.block import is_hole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

_LINES: Mapping[str, Callable[[Any, Services], str]] = {
    "alerts": alert_line,
    "errors": event_line,
    "logs": event_line,
}


class Archive:
    """Write what goes to files, before it goes.

    Args:
        folder: Where to; it is made, for its owner alone, where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, connection: Connection, kind: str, rows: Sequence[Any]) -> None:
        """Write rows of a kind; of kinds that nobody reads again nothing.

        Raises:
            StorageError: The files cannot be written, so that the rows have to stay.
        """
        try:
            if kind == "metrics":
                for row in rows:
                    self._write_window(connection, row)
            elif kind in _LINES:
                services = Services(connection)
                lines = (_LINES[kind](row, services) for row in rows)
                self._write(f"{kind}-{rows[0].id}-{rows[-1].id}.jsonl.gz", lines)
        except OSError as error:
            msg = f"{self._folder} cannot be written: {error.strerror or error}"
            raise StorageError(msg) from None

    def _write_window(self, connection: Connection, row: Any) -> None:
        if row.tier_ms == RAW:
            span = Span(row.source, row.tier_ms, row.start_ms, row.end_ms, row.collections)
            self._write(f"metrics-{row.start_ms}-{row.source}.txt.gz", _samples(connection, span))

    def _write(self, name: str, texts: Iterable[str]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self._folder / f"{name}.partial"
        with gzip.open(partial, "wt", encoding="utf-8") as file:
            file.writelines(texts)
        partial.rename(self._folder / name)


def _samples(connection: Connection, span: Span) -> Iterator[str]:
    found = read_raw(connection, span)
    labels = series_of(connection, span.source, wanted=found.series.tolist())
    by_name: dict[str, list[Points]] = {}
    for number, values in zip(found.series.tolist(), found.values, strict=True):
        there = ~is_hole(values)
        if number in labels and there.any():
            points = Points(labels[number], found.times_ms[there], values[there])
            by_name.setdefault(labels[number].get("__name__"), []).append(points)
    yield from openmetrics.written(sorted(by_name), by_name.__getitem__, {})
