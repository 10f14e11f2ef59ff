"""Windows of sources as rows: a row of times, and rows of blocks that share them.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, delete, select

from otel_monitoring.storage.blocks import times as times_of
from otel_monitoring.storage.blocks.block import Block
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.stitch import Stored
from otel_monitoring.storage.blocks.tiers import HOUR_MS, MINUTE_MS
from otel_monitoring.storage.statements import put
from otel_monitoring.storage.tables import BLOCKS, SOURCES, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, Select, Table

    from otel_monitoring.storage.blocks.pack import Piece

RAW = 0
"""The tier of samples as they were collected."""

TIERS_MS = (MINUTE_MS, HOUR_MS)
"""By what samples are summed up, Unix milliseconds."""


class Span(NamedTuple):
    """One window ``(start, end]`` of one source in one tier.

    Attributes:
        source: The number of the source in this database.
        tier_ms: ``RAW``, or by what the samples are summed up.
        start_ms: Where it begins, Unix milliseconds.
        end_ms: Where it ends, Unix milliseconds.
        collections: How many times it holds.
    """

    source: int
    tier_ms: int
    start_ms: int
    end_ms: int
    collections: int


@dataclass(frozen=True, slots=True)
class Written:
    """What is stored of a window.

    Attributes:
        span: Which window.
        times: Its times, encoded.
        pieces: Its blocks, by series.
    """

    span: Span
    times: bytes
    pieces: Sequence[Piece]

    @property
    def size_bytes(self) -> int:
        """What its times and blocks take."""
        return len(self.times) + sum(len(piece.data) for piece in self.pieces)


def spans(
    connection: Connection,
    *,
    tier_ms: int | Sequence[int],
    start_ms: int,
    end_ms: int,
    source: int | None = None,
    service: str | None = None,
) -> list[Span]:
    """Return the windows of a tier, or of several, that have a part in ``(start, end]``, by source and time.

    Args:
        connection: Any connection.
        tier_ms: ``RAW``, the width of a tier, or several of these.
        start_ms: Unix milliseconds, exclusive.
        end_ms: Unix milliseconds, inclusive.
        source: The one source that is asked for; ``None`` for all.
        service: The key of the service whose sources are asked for; ``None`` for all services.
    """
    query = _between(of_source=source is not None, of_service=service is not None)
    tiers = [tier_ms] if isinstance(tier_ms, int) else list(tier_ms)
    asked = {"tiers": tiers, "since_ms": start_ms, "until_ms": end_ms, "of": source, "whose": service}
    return [Span(*row) for row in connection.execute(query, asked)]


@cache
def _between(*, of_source: bool, of_service: bool) -> Select[Any]:
    """Return the statement for windows; to put it together takes as long as to execute it."""
    table = WINDOWS.c
    query = (
        select(table.source, table.tier_ms, table.start_ms, table.end_ms, table.collections)
        .where(table.tier_ms.in_(bindparam("tiers", expanding=True)))
        .where(table.end_ms > bindparam("since_ms"), table.start_ms < bindparam("until_ms"))
        .order_by(table.source, table.end_ms)
    )
    if of_source:
        query = query.where(table.source == bindparam("of"))
    if of_service:
        ours = select(SOURCES.c.id).where(SOURCES.c.service == bindparam("whose"))
        query = query.where(table.source.in_(ours))
    return query


def read_times(connection: Connection, span: Span) -> bytes:
    """Return the times of a window, encoded.

    Raises:
        DamagedError: They are gone.
    """
    found = connection.scalar(select(WINDOWS.c.times).where(*_of(WINDOWS, span)))
    if not isinstance(found, bytes):
        msg = f"the times of window {span.start_ms} of source {span.source} are gone"
        raise DamagedError(msg)
    return found


def read_blocks(
    connection: Connection, span: Span, *, series: Collection[int] | None = None
) -> list[tuple[int, bytes]]:
    """Return the blocks of a window, each with its first series.

    Args:
        connection: Any connection.
        span: Which window.
        series: Blocks that hold none of these are left out; ``None`` for all.
    """
    if series is not None and not series:
        return []
    query = select(BLOCKS.c.first, BLOCKS.c.last, BLOCKS.c.data).where(*_of(BLOCKS, span))
    if series is not None:
        query = query.where(BLOCKS.c.first <= max(series), BLOCKS.c.last >= min(series))
    rows = connection.execute(query.order_by(BLOCKS.c.first)).all()
    return [(row.first, row.data) for row in rows if series is None or _overlaps(row, series)]


def stored(connection: Connection, span: Span, *, series: Collection[int] | None = None) -> Stored:
    """Return a window, ready to be stitched to others; the rest as for :func:`read_blocks`.

    Raises:
        DamagedError: It is not what was written.
    """
    blocks = [Block(data) for _, data in read_blocks(connection, span, series=series)]
    return Stored(times_of.decode(read_times(connection, span)), blocks)


def write(connection: Connection, window: Written) -> None:
    """Write a window in place of what was there of it."""
    span = window.span
    connection.execute(delete(BLOCKS).where(*_of(BLOCKS, span)))
    put(connection, WINDOWS, [{**span._asdict(), "times": window.times}])
    key = {"source": span.source, "tier_ms": span.tier_ms, "start_ms": span.start_ms}
    rows = [{**key, "first": piece.first, "last": piece.last, "data": piece.data} for piece in window.pieces]
    put(connection, BLOCKS, rows)


def remove(connection: Connection, gone: Iterable[Span]) -> None:
    """Delete windows with their blocks."""
    for span in gone:
        connection.execute(delete(BLOCKS).where(*_of(BLOCKS, span)))
        connection.execute(delete(WINDOWS).where(*_of(WINDOWS, span)))


def _of(table: Table, span: Span) -> tuple[ColumnElement[bool], ...]:
    columns = table.c
    return (
        columns.source == span.source,
        columns.tier_ms == span.tier_ms,
        columns.start_ms == span.start_ms,
    )


def _overlaps(row: Any, series: Collection[int]) -> bool:
    return any(row.first <= number <= row.last for number in series)
