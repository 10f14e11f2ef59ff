"""Samples from elsewhere, written as windows of sources of their own.

Series that were sampled at the same times share a source, as those of one process do. What is written is
compacted already; minutes and hours of it are made in the background.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import update

from otel_monitoring.model.sample import Metadata
from otel_monitoring.storage.blocks.pack import pack
from otel_monitoring.storage.blocks.windows import span_ms
from otel_monitoring.storage.documents import digest, pack_series, plain
from otel_monitoring.storage.history import spans
from otel_monitoring.storage.history.spans import RAW, Span, Written
from otel_monitoring.storage.samples.sources import Source, introduce
from otel_monitoring.storage.statements import insert_new, put
from otel_monitoring.storage.tables import FAMILIES, SERIES, SOURCES
from otel_monitoring.storage.transfer.pieces import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.service import Service
    from otel_monitoring.storage.transfer.points import Points

_SAMPLES_AT_ONCE = 4_000_000


@dataclass(slots=True)
class Taken:
    """What was written.

    Attributes:
        samples: How many samples.
        series: How many series; a very long one that came in pieces may count more than once.
        sources: How many sources they were put into.
    """

    samples: int = 0
    series: int = 0
    sources: int = 0


@dataclass(slots=True)
class _Load:
    pieces: dict[Labels, list[Points]] = field(default_factory=dict)
    families: dict[str, Metadata] = field(default_factory=dict)
    samples: int = 0

    def points(self) -> list[Points]:
        """Return the series, each once; of two samples at the same time the first counts."""
        return [joined(several[::-1]) for several in self.pieces.values()]


def take(database: Database, given: Iterable[Points | Metadata], *, service: Service, name: str) -> Taken:
    """Write samples, and what is known of their metrics.

    Args:
        database: The storage, open.
        given: The samples; those of one series in the order of time.
        service: The one that sees them from then on.
        name: Where they come from, as the list of processes shows it.

    Raises:
        StorageError: The database cannot be used now, or a format is not what it should be.
    """
    taken = Taken()
    for load in _loads(given):
        for group in _by_times(load.points()):
            with database.write() as connection:
                number = _begin(connection, group[0].times_ms, service, name)
                _write(connection, number, group, list(load.families.values()))
            taken.samples += sum(len(points.times_ms) for points in group)
            taken.series += len(group)
            taken.sources += 1
    return taken


def _loads(given: Iterable[Points | Metadata]) -> Iterator[_Load]:
    """Yield what memory should hold at a time."""
    load = _Load()
    for one in given:
        if isinstance(one, Metadata):
            load.families[one.name] = one
            continue
        load.pieces.setdefault(one.labels, []).append(one)
        load.samples += len(one.times_ms)
        if load.samples >= _SAMPLES_AT_ONCE:
            yield load
            load = _Load(families=load.families)
    if load.pieces:
        yield load


def _by_times(points: Sequence[Points]) -> Iterable[list[Points]]:
    """Return series of the same times together."""
    groups: dict[bytes, list[Points]] = {}
    for one in points:
        groups.setdefault(one.times_ms.tobytes(), []).append(one)
    return groups.values()


def _begin(connection: Connection, times_ms: NDArray[np.int64], service: Service, name: str) -> int:
    """Write down a source of samples that were taken at these times; return its number."""
    source = Source(f"import-{uuid.uuid4().hex}", service, started_ms=int(times_ms[0]))
    number = introduce(connection, source)
    last_ms = int(times_ms[-1])
    reason = plain(f"imported from {name}")
    seen = {"last_seen_ms": last_ms, "last_seq": 1, "ended_ms": last_ms, "exit_reason": reason}
    connection.execute(update(SOURCES).where(SOURCES.c.id == number).values(seen))
    return number


def _write(
    connection: Connection, number: int, group: Sequence[Points], families: Sequence[Metadata]
) -> None:
    times_ms = group[0].times_ms
    series = {at: points.labels for at, points in enumerate(group, 1)}
    row = {"source": number, "layout": 1, "first": 1, "last": len(group), "labels": pack_series(series)}
    insert_new(connection, SERIES, [row])
    put(connection, FAMILIES, [_family(number, one) for one in families])
    values = np.array([points.values for points in group])
    width_ms = span_ms(float(np.median(np.diff(times_ms)))) if len(times_ms) > 1 else span_ms(0)
    ends_ms = -(-times_ms // width_ms) * width_ms
    for end_ms in np.unique(ends_ms).tolist():
        inside = ends_ms == end_ms
        packed = pack(list(series), times_ms[inside], {"value": values[:, inside]})
        span = Span(number, RAW, end_ms - width_ms, end_ms, int(inside.sum()))
        spans.write(connection, Written(span, packed.times, packed.pieces))


def _family(source: int, family: Metadata) -> dict[str, object]:
    return {
        "source": source,
        "digest": digest(family.name),
        "name": plain(family.name),
        "type": family.type,
        "help": plain(family.help),
        "unit": plain(family.unit),
    }
