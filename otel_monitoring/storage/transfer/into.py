"""Samples from elsewhere, written as windows of sources of their own.

Series that were sampled at the same times share a source, as those of one process do; what comes of the same
series later goes into the same source. What is written is compacted already; minutes and hours of it are made
in the background.

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
from otel_monitoring.storage.history.compact import read_raw
from otel_monitoring.storage.history.gather import Gathered, united
from otel_monitoring.storage.history.spans import RAW, TIERS_MS, Span, Written
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
    sources: dict[tuple[Labels, ...], int] = {}
    for load in _loads(given):
        for group in _by_times(load.points()):
            key = tuple(points.labels for points in group)
            with database.write() as connection:
                number = sources.get(key)
                if number is None:
                    number = _begin(connection, service, group[0].times_ms)
                    _describe(connection, number, key, list(load.families.values()))
                    taken.series += len(group)
                _write(connection, number, group)
                _end(connection, number, last_ms=int(group[0].times_ms[-1]), name=name)
            sources[key] = number
            taken.samples += sum(len(points.times_ms) for points in group)
    taken.sources = len(sources)
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


def _begin(connection: Connection, service: Service, times_ms: NDArray[np.int64]) -> int:
    """Write down a source of samples that begin then; return its number."""
    source = Source(f"import-{uuid.uuid4().hex}", service, started_ms=int(times_ms[0]))
    return introduce(connection, source)


def _end(connection: Connection, number: int, *, last_ms: int, name: str) -> None:
    ended = {"ended_ms": last_ms, "exit_reason": plain(f"imported from {name}")}
    seen = {"last_seen_ms": last_ms, "last_seq": 1, **ended}
    is_later = (SOURCES.c.last_seq == 0) | (SOURCES.c.last_seen_ms < last_ms)
    connection.execute(update(SOURCES).where(SOURCES.c.id == number, is_later).values(seen))


def _describe(
    connection: Connection, number: int, labels: Sequence[Labels], families: Sequence[Metadata]
) -> None:
    row = {"source": number, "layout": 1, "first": 1, "last": len(labels)}
    insert_new(connection, SERIES, [{**row, "labels": pack_series(dict(enumerate(labels, 1)))}])
    put(connection, FAMILIES, [_family(number, one) for one in families])


def _write(connection: Connection, number: int, group: Sequence[Points]) -> None:
    """Write samples of the series of a source as windows, with what is there of these windows."""
    times_ms = group[0].times_ms
    values = np.array([points.values for points in group])
    series = np.arange(1, len(group) + 1)
    width_ms = span_ms(float(np.median(np.diff(times_ms)))) if len(times_ms) > 1 else span_ms(0)
    ends_ms = -(-times_ms // width_ms) * width_ms
    for end_ms in np.unique(ends_ms).tolist():
        inside = ends_ms == end_ms
        window = Span(number, RAW, end_ms - width_ms, end_ms, 0)
        _put(connection, window, Gathered(series, times_ms[inside], values[:, inside]))


def _put(connection: Connection, window: Span, found: Gathered) -> None:
    """Write a window with what is there of its time already; what was summed up of it is made anew."""
    tiers = (RAW, *TIERS_MS)
    there = spans.spans(
        connection,
        tier_ms=tiers,
        start_ms=window.start_ms,
        end_ms=window.end_ms,
        source=window.source,
    )
    known = [span for span in there if span.tier_ms == RAW]
    whole = united([found, *(read_raw(connection, span) for span in known)])
    start_ms = min([window.start_ms, *(span.start_ms for span in known)])
    end_ms = max([window.end_ms, *(span.end_ms for span in known)])
    spans.remove(connection, there)
    packed = pack(whole.series.tolist(), whole.times_ms, {"value": whole.values})
    span = Span(window.source, RAW, start_ms, end_ms, len(whole.times_ms))
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
