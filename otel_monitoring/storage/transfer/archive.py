"""What goes for its age, as compressed files: OpenMetrics of samples, lines of JSON of alerts and records.

A file is named after what is in it, so that what is written twice, since somebody stopped in between, is
there once. Minutes and hours are not archived: their samples are.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import gzip
import logging
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.model.labels import NAME
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.history.compact import read_raw
from otel_monitoring.storage.history.erase import span_of
from otel_monitoring.storage.history.gather import Collections
from otel_monitoring.storage.history.spans import RAW
from otel_monitoring.storage.samples.polling import families_of, series_of
from otel_monitoring.storage.transfer import openmetrics
from otel_monitoring.storage.transfer.lines import Services, alert_line, event_line
from otel_monitoring.storage.transfer.points import Points
from otel_monitoring.stores.block import is_hole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.storage.history.gather import Gathered

_log = logging.getLogger(__name__)

_LINES: Final[Mapping[str, Callable[[Any, Services], str]]] = {
    "alerts": alert_line,
    "errors": event_line,
    "logs": event_line,
    "records": event_line,
}


class Archive:
    """Write what goes to files, before it goes.

    Args:
        folder: Where to; it is made, for its owner alone, where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told = ""

    def __call__(self, connection: Connection, kind: str, rows: Sequence[Any]) -> None:
        """Write rows of a kind; of kinds that nobody reads again nothing, nor what is damaged.

        Raises:
            StorageError: The files cannot be written, so that the rows have to stay.
        """
        try:
            if kind == "metrics":
                for row in rows:
                    self._write_window(connection, row)
            elif kind == "collections":
                self._write_collections(connection, rows)
            elif kind in _LINES:
                services = Services(connection)
                lines = (_LINES[kind](row, services) for row in rows)
                self._write(f"{kind}-{rows[0].id}-{rows[-1].id}.jsonl.gz", lines)
        except OSError as error:
            msg = f"{self._folder} cannot be written: {error.strerror or error}"
            if msg != self._told:
                _log.warning("what is old enough stays, since there is no archive: %s", msg)
            self._told = msg
            raise StorageError(msg) from None

    def _write_window(self, connection: Connection, row: Any) -> None:
        if row.tier_ms != RAW:
            return
        try:
            found = read_raw(connection, span_of(row))
        except DamagedError as error:
            _log.warning("what is damaged goes without an archive: %s", error)
            return
        name = f"metrics-{row.start_ms}-{row.source}.txt.gz"
        self._write(name, _document(connection, {row.source: found}))

    def _write_collections(self, connection: Connection, rows: Sequence[Any]) -> None:
        by_source: dict[int, list[Any]] = {}
        for row in rows:
            by_source.setdefault(row.source, []).append(row)
        found = {source: Collections(connection, source).gather(some) for source, some in by_source.items()}
        ids = [row.id for row in rows]
        self._write(f"metrics-collections-{min(ids)}-{max(ids)}.txt.gz", _document(connection, found))

    def _write(self, name: str, texts: Iterable[str]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self._folder / f"{name}.partial"
        with gzip.open(partial, "wt", encoding="utf-8") as file:
            file.writelines(texts)
        partial.rename(self._folder / name)


def _document(connection: Connection, found: Mapping[int, Gathered]) -> Iterator[str]:
    by_name: dict[str, list[Points]] = {}
    metadata: dict[str, Metadata] = {}
    for source, gathered in found.items():
        metadata |= {one.name: one for one in families_of(connection, source)}
        labels = (
            series_of(connection, source, wanted=gathered.series.tolist()) if len(gathered.series) else {}
        )
        for number, values in zip(gathered.series.tolist(), gathered.values, strict=True):
            there = ~is_hole(values)
            if number in labels and there.any():
                points = Points(labels[number], gathered.times_ms[there], values[there])
                by_name.setdefault(labels[number].get(NAME), []).append(points)
    yield from openmetrics.written(sorted(by_name), by_name.__getitem__, metadata)
