"""Days of raw samples summed up by the minute and by the hour, in the background.

A day is summed up once it is over and all of its collections are in blocks; what has to be done is found in
the tables: days that have raw windows and no hours. A tier that would hold hardly fewer times than there are
samples is not written: raw samples answer in its place. A few series are looked at at a time, so that a day
of many takes little memory.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import func, select

from otel_monitoring.model.sample import Metadata
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.pack import Packed, pack
from otel_monitoring.storage.blocks.stitch import stitched, times_of
from otel_monitoring.storage.blocks.tiers import HOUR_MS, Carry, sum_up
from otel_monitoring.storage.blocks.windows import window
from otel_monitoring.storage.history import spans as spans_of
from otel_monitoring.storage.history.spans import RAW, TIERS_MS, Span, Written
from otel_monitoring.storage.samples.polling import series_of
from otel_monitoring.storage.tables import BATCHES, FAMILIES, WINDOWS
from otel_monitoring.stores.carried import counters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.storage.blocks.stitch import Stored
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.lease import Fence

DAY_MS: Final = 86_400_000
_SERIES_AT_ONCE = 64
_TIMES_IN_A_WINDOW = 2
"""How many samples a window of a tier stands for at least; of fewer it would take more than they do."""


@dataclass(frozen=True, slots=True)
class _Day:
    """A day of one source.

    Attributes:
        source: Its number.
        end_ms: Where the day ends, Unix milliseconds.
        held: The raw windows that have a part in it.
        inside: Which of their times are in it.
        before: The raw window before them.
        tiers_ms: The tiers that are worth while.
        series: The numbers of its series.
        counting: Which of these count.
    """

    source: int
    end_ms: int
    held: Sequence[Stored]
    inside: slice
    before: Sequence[Stored]
    tiers_ms: Sequence[int]
    series: NDArray[np.int64]
    counting: Mapping[int, bool]


class Summing:
    """Sum days up, one day of one source at a time; called by the thread that compacts.

    Args:
        database: Where they are.
        fence: Gives what writes of the one process that compacts have to check.
        grace_ms: How long after its end a day is left alone.
        rest: Called between a few series and the next, so that others have the processor as well.
    """

    def __init__(
        self,
        *,
        database: Database,
        fence: Callable[[], Fence],
        grace_ms: int,
        rest: Callable[[], object] = lambda: None,
    ) -> None:
        self._database = database
        self._fence = fence
        self._grace_ms = grace_ms
        self._rest = rest
        self._settled: dict[tuple[int, int], int] = {}
        self._ahead: deque[tuple[tuple[int, int], int]] = deque()
        self._counts = dict.fromkeys(("days", "damaged"), 0)

    def step(self, now_ms: int) -> bool:
        """Sum the oldest day up that is over; return whether there was one.

        Args:
            now_ms: The time now, Unix milliseconds.

        Raises:
            StorageError: The database cannot be used now, or the lease is another's.
        """
        until_ms, _ = window(now_ms - self._grace_ms, DAY_MS)
        if not self._ahead:
            with self._database.read() as connection:
                self._ahead = self._due(connection, until_ms)
        if not self._ahead:
            return False
        (source, end_ms), collections = self._ahead.popleft()
        try:
            with self._database.read() as connection:
                day = _read(connection, source, end_ms)
            written = self._sum_up(day)
        except DamagedError:
            self._counts["damaged"] += 1
            written = []
        if not written:
            self._settled[source, end_ms] = collections  # until others come
            return True
        with self._database.write() as connection:
            self._fence().check(connection)
            for one in written:
                spans_of.write(connection, one)
        self._counts["days"] += 1
        return True

    def stats(self) -> dict[str, int]:
        """Return how many days were summed up, and how many were damaged."""
        return dict(self._counts)

    def _due(self, connection: Connection, until_ms: int) -> deque[tuple[tuple[int, int], int]]:
        """Return the days that are to be summed up, by source and end, and their raw collections."""
        columns = WINDOWS.c
        query = select(columns.source, columns.start_ms, columns.end_ms, columns.collections)
        query = query.where(columns.start_ms < until_ms).order_by(columns.end_ms)
        hours = connection.execute(query.where(columns.tier_ms == HOUR_MS))
        done = {(row.source, end_ms) for row in hours for end_ms in _days(row.start_ms, row.end_ms)}
        days: dict[tuple[int, int], int] = defaultdict(int)
        for row in connection.execute(query.where(columns.tier_ms == RAW)):
            for end_ms in _days(row.start_ms, row.end_ms):
                days[row.source, end_ms] += row.collections
        waiting = _waiting(connection)
        return deque(
            (day, collections)
            for day, collections in days.items()
            if day not in done and self._settled.get(day) != collections
            if day[1] <= min(until_ms, waiting.get(day[0], until_ms))
        )

    def _sum_up(self, day: _Day) -> list[Written]:
        times_ms = times_of(day.held)[day.inside]
        packed: dict[int, list[Packed]] = {tier_ms: [] for tier_ms in day.tiers_ms}
        counts: dict[int, int] = {}
        for at in range(0, len(day.series) if day.tiers_ms else 0, _SERIES_AT_ONCE):
            some = day.series[at : at + _SERIES_AT_ONCE].tolist()
            read = stitched(day.held, some, "value")
            carry = Carry.after(stitched(day.before, some, "value")) if day.before else None
            carry = Carry.after(read[:, : day.inside.start], carry) if day.inside.start else carry
            flags = np.array([day.counting.get(one, False) for one in some], dtype=np.bool_)
            for tier_ms in day.tiers_ms:
                tier = sum_up(read[:, day.inside], times_ms, width_ms=tier_ms, counts=flags, before=carry)
                counts[tier_ms] = len(tier.times_ms)
                packed[tier_ms].append(pack(some, tier.times_ms, tier.columns))
            self._rest()
        start_ms = day.end_ms - DAY_MS
        return [
            _written(Span(day.source, tier_ms, start_ms, day.end_ms, counts[tier_ms]), parts)
            for tier_ms, parts in packed.items()
            if parts
        ]


def _days(start_ms: int, end_ms: int) -> range:
    """Return where the days end that have a part in a window."""
    return range(window(start_ms + 1, DAY_MS)[1], window(end_ms, DAY_MS)[1] + 1, DAY_MS)


def _read(connection: Connection, source: int, end_ms: int) -> _Day:
    """Return what a day is summed up of; nothing is decoded yet but times."""
    start_ms = end_ms - DAY_MS
    there = _raw(connection, source, start_ms=start_ms, end_ms=end_ms)
    if not there:
        msg = f"the windows of source {source} are gone"
        raise DamagedError(msg)
    held = [spans_of.stored(connection, span) for span in there]
    first_ms = there[0].start_ms
    earlier = _raw(connection, source, start_ms=first_ms - DAY_MS, end_ms=first_ms)[-1:]
    before = [spans_of.stored(connection, span) for span in earlier]
    times_ms = times_of(held)
    inside = slice(*np.searchsorted(times_ms, [start_ms, end_ms], side="right").tolist())
    counting = _counting(connection, source, series_of(connection, source))
    series = np.unique(np.concatenate([block.series for one in held for block in one.blocks]))
    tiers_ms = _worth_while(times_ms[inside])
    return _Day(source, end_ms, held, inside, before, tiers_ms, series, counting)


def _worth_while(times_ms: NDArray[np.int64]) -> list[int]:
    many = len(times_ms)
    return [one for one in TIERS_MS if many >= _TIMES_IN_A_WINDOW * len(np.unique(-(-times_ms // one))) > 0]


def _waiting(connection: Connection) -> dict[int, int]:
    """Return the oldest collection of each source that is not in a block yet, Unix milliseconds."""
    query = select(BATCHES.c.source, func.min(BATCHES.c.time_ms)).group_by(BATCHES.c.source)
    return {row[0]: row[1] - 1 for row in connection.execute(query)}


def _raw(connection: Connection, source: int, *, start_ms: int, end_ms: int) -> list[Span]:
    return spans_of.spans(connection, tier_ms=RAW, start_ms=start_ms, end_ms=end_ms, source=source)


def _counting(connection: Connection, source: int, labels: dict[int, Labels]) -> dict[int, bool]:
    query = select(FAMILIES).where(FAMILIES.c.source == source)
    families = {
        row.name: Metadata(row.name, row.type, row.help, row.unit) for row in connection.execute(query)
    }
    flags = counters(list(labels.values()), families).tolist()
    return dict(zip(labels, flags, strict=True))


def _written(span: Span, parts: Sequence[Packed]) -> Written:
    return Written(span, parts[0].times, [piece for part in parts for piece in part.pieces])
