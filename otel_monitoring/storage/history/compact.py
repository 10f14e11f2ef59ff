"""Collections of a window that is over become blocks; of many rows a few, of many bytes hardly any.

Everything is found in the tables, so that whoever holds the lease goes on where another stopped, at any
point: a window is written in the transaction that begins to delete its collections, and what is left of those
is known by its times and only deleted. Collections that come late go into the window that is there, however
long it has become, and the tiers over it are made anew.

Nothing is computed in a transaction: others write meanwhile.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import delete, select

from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.pack import pack
from otel_monitoring.storage.blocks.stitch import stitched
from otel_monitoring.storage.blocks.windows import window
from otel_monitoring.storage.history import spans as spans_of
from otel_monitoring.storage.history.gather import Collections, Gathered, marked, united
from otel_monitoring.storage.history.spans import RAW, TIERS_MS, Span, Written
from otel_monitoring.storage.tables import BATCHES
from otel_monitoring.stores.block import is_hole

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.lease import Fence

_DELETED_AT_ONCE = 64
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be written of one window.

    Attributes:
        span: Which window.
        found: Its samples; ``None`` where all of it is there already.
        batches: The rows that it stands for.
        known: The windows in whose place it is.
    """

    span: Span
    found: Gathered | None
    batches: Sequence[int]
    known: Sequence[Span] = ()


class Compactor:
    """Make blocks of collections, one window of one source at a time; called by one thread.

    Args:
        database: Where they are.
        fence: Gives what writes of the one process that compacts have to check.
        width_ms: How long a window is.
        grace_ms: How long after its end a window is left alone, for collections that come late.
    """

    def __init__(
        self, *, database: Database, fence: Callable[[], Fence], width_ms: int, grace_ms: int
    ) -> None:
        self._database = database
        self._fence = fence
        self._width_ms = width_ms
        self._grace_ms = grace_ms
        self._counts = dict.fromkeys(("windows", "collections", "damaged"), 0)

    def step(self, now_ms: int) -> bool:
        """Compact the oldest window that is over.

        Args:
            now_ms: The time now, Unix milliseconds.

        Returns:
            Whether there was one; ask again at once then, or after a pause.

        Raises:
            StorageError: The database cannot be used now, or the lease is another's.
        """
        until_ms, _ = window(now_ms - self._grace_ms, self._width_ms)
        with self._database.read() as connection:
            oldest = connection.execute(
                select(BATCHES.c.source, BATCHES.c.time_ms)
                .where(BATCHES.c.time_ms <= until_ms)
                .order_by(BATCHES.c.time_ms)
                .limit(1)
            ).first()
            if oldest is None:
                return False
            plan = self._plan(connection, oldest.source, oldest.time_ms)
        self._carry_out(plan)
        return True

    def stats(self) -> dict[str, int]:
        """Return how many windows were written, of how many collections, and how many were damaged."""
        return dict(self._counts)

    def _plan(self, connection: Connection, source: int, time_ms: int) -> _Plan:
        start_ms, end_ms = window(time_ms, self._width_ms)
        there = spans_of.spans(connection, tier_ms=RAW, start_ms=start_ms, end_ms=end_ms, source=source)
        start_ms = min([start_ms, *(one.start_ms for one in there)])  # they may have become one long window
        end_ms = max([end_ms, *(one.end_ms for one in there)])
        collections = Collections(connection, source)
        rows = collections.rows(start_ms=start_ms, end_ms=end_ms)
        fresh = collections.gather(rows)
        self._counts["damaged"] += collections.damaged
        known = united([self._known(connection, one) for one in there])
        span = Span(source, RAW, start_ms, end_ms, len(known.times_ms))
        batches = [row.id for row in rows]
        if np.isin(fresh.times_ms, known.times_ms).all():
            return _Plan(span, None, batches)
        found = united([known, fresh])
        living = self._living(connection, span, but=_there(found, 0))
        span = span._replace(collections=len(found.times_ms))
        return _Plan(span, marked(found, living=living), batches, there)

    def _known(self, connection: Connection, span: Span) -> Gathered:
        """Return what is stored of a window already; nothing where that is damaged."""
        try:
            return read_raw(connection, span)
        except DamagedError:
            self._counts["damaged"] += 1
            return Gathered.nothing()

    def _living(self, connection: Connection, span: Span, *, but: Collection[int]) -> set[int]:
        """Return the series that were there right before a window, without those known to go on."""
        before = spans_of.spans(
            connection,
            tier_ms=RAW,
            start_ms=span.start_ms - _DAY_MS,
            end_ms=span.start_ms,
            source=span.source,
        )
        if not before:
            return set()
        try:
            last = read_raw(connection, before[-1], but=but)
        except DamagedError:
            return set()
        return set(_there(last, -1))

    def _carry_out(self, plan: _Plan) -> None:
        written = None if plan.found is None else _packed(plan.span, plan.found)
        left = list(plan.batches)
        while left or written is not None:
            some, left = left[:_DELETED_AT_ONCE], left[_DELETED_AT_ONCE:]
            with self._database.write() as connection:
                self._fence().check(connection)
                if written is not None:
                    spans_of.remove(connection, plan.known)
                    spans_of.write(connection, written)
                    _remove_tiers(connection, plan.span)
                connection.execute(delete(BATCHES).where(BATCHES.c.id.in_(some)))
            self._counts["windows"] += written is not None
            self._counts["collections"] += len(some)
            written = None


def read_raw(connection: Connection, span: Span, *, but: Collection[int] = ()) -> Gathered:
    """Return the samples of one stored window.

    Args:
        connection: Any connection.
        span: Which window.
        but: Series that are left out.

    Raises:
        DamagedError: It is not what was written.
    """
    held = spans_of.stored(connection, span)
    known: NDArray[np.int64] = np.concatenate(
        [np.zeros(0, dtype=np.int64), *(block.series for block in held.blocks)]
    )
    series = np.setdiff1d(known, np.array(sorted(but), dtype=np.int64))
    return Gathered(series, held.times_ms, stitched([held], series.tolist(), "value"))


def _there(found: Gathered, column: int) -> list[int]:
    if not len(found.times_ms):
        return []
    numbers: list[int] = found.series[~is_hole(found.values[:, column])].tolist()
    return numbers


def _packed(span: Span, found: Gathered) -> Written:
    packed = pack(found.series.tolist(), found.times_ms, {"value": found.values})
    return Written(span, packed.times, packed.pieces)


def _remove_tiers(connection: Connection, span: Span) -> None:
    """Delete what was summed up of a window that has changed; it is made anew."""
    for tier_ms in TIERS_MS:
        gone = spans_of.spans(
            connection, tier_ms=tier_ms, start_ms=span.start_ms, end_ms=span.end_ms, source=span.source
        )
        spans_of.remove(connection, gone)
