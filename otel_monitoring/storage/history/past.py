"""The past of one source, for one query: stretches of windows and of collections, put one after the other.

Counters over a boundary of tiers are given as if they had never begun anew, so that ``rate`` and ``increase``
are right over boundaries and over whatever began anew between two samples of a tier.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from otel_monitoring.storage.blocks.tiers import Carry, Tier, dropped, edges, unbroken
from otel_monitoring.storage.history.catalogue import Catalogue
from otel_monitoring.storage.history.choice import COUNTING, NAMES, columns, is_exact
from otel_monitoring.storage.history.gather import Collections, Gathered, marked
from otel_monitoring.storage.history.read import Stretch, WindowReader
from otel_monitoring.storage.history.spans import RAW, Span
from otel_monitoring.stores.block import ABSENT, Block, counts_of, is_absent, is_hole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.stores.wanted import Wanted

    Floats = NDArray[np.float64]

_LABEL_SHARE = 4
_MOST_UNIONS = 1024


class Shelf:
    """What is remembered from query to query; thread-safe.

    Args:
        most_bytes: What all of it may take.
    """

    def __init__(self, *, most_bytes: int) -> None:
        self.windows = WindowReader(most_bytes=most_bytes)
        self.catalogue = Catalogue(most_bytes=most_bytes // _LABEL_SHARE)
        self._unions: dict[object, tuple[tuple[Labels, ...], ...]] = {}

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self.windows.after_fork()
        self.catalogue.after_fork()

    def stats(self) -> dict[str, int]:
        """Return what is remembered in bytes, and how many windows were damaged."""
        return {"bytes": self.windows.size_bytes, "damaged": self.windows.damaged}

    def union(self, key: object, *parts: tuple[Labels, ...]) -> tuple[Labels, ...]:
        """Return the union of label sets, the same object for as long as the parts are the same."""
        known = self._unions.get(key)
        if known is not None and len(known) == len(parts) + 1 and known[1:] == parts:
            return known[0]
        union = tuple(dict.fromkeys(one for part in parts for one in part))
        if len(self._unions) >= _MOST_UNIONS:
            self._unions.clear()
        self._unions[key] = (union, *parts)
        return union


class Place(NamedTuple):
    """Where the past of a source is.

    Attributes:
        database: What tells this database from another.
        source: The number of the source.
        layout: The newest layout that brought series.
        name: The name of the source.
    """

    database: str
    source: int
    layout: int
    name: str


class Past:
    """The past of one source.

    Args:
        shelf: What was read before.
        connection: Reads.
        wanted: What for.
        at: Where it is.

    Raises:
        QueryError: A regular expression is not valid.
    """

    def __init__(self, *, shelf: Shelf, connection: Connection, wanted: Wanted, at: Place) -> None:
        self._shelf = shelf
        self._connection = connection
        self._wanted = wanted
        self._at = at
        self._counts = wanted.function in COUNTING
        self._series = shelf.catalogue.select(
            connection, wanted.matchers, database=at.database, source=at.source, layout=at.layout
        )
        self._numbers = np.array(list(self._series), dtype=np.int64)

    def before(self, block: Block | None, windows: Sequence[Span], *, until_ms: int) -> Block | None:
        """Return the past with what is in memory after it, as one block.

        Args:
            block: What is in memory; ``None`` where nothing is.
            windows: Those to read, in the order of time.
            until_ms: Up to which time the past is wanted, Unix milliseconds.

        Raises:
            QueryError: These are too many samples.
            StorageError: The database cannot be used now.
        """
        if not self._series:
            return block
        start_ms = self._wanted.start_ms
        self._wanted.reserve(sum(span.collections for span in windows) * len(self._series))
        cut = [stretch.between(start_ms, until_ms) for stretch in self._stretches(windows)]
        stretches = [stretch for stretch in cut if len(stretch.times_ms)]
        known_ms = max([start_ms, *(int(stretch.times_ms[-1]) for stretch in stretches)])
        stretches += self._collections(known_ms, until_ms)
        if not stretches:
            return block
        self._tell(stretches)
        return self._joined(_in_order(stretches), block)

    def _stretches(self, windows: Sequence[Span]) -> list[Stretch]:
        wanted = columns(self._wanted.function)
        by_tier: dict[int, list[Span]] = defaultdict(list)
        for span in windows:
            by_tier[span.tier_ms].append(span)
        found = []
        for several in by_tier.values():
            read = self._shelf.windows.read(
                self._connection,
                several,
                series=self._numbers,
                columns=wanted,
                database=self._at.database,
            )
            found += [_points(stretch) if self._counts else stretch for stretch in read]
        return found

    def _collections(self, start_ms: int, until_ms: int) -> list[Stretch]:
        """Return what is not in blocks yet."""
        reader = Collections(self._connection, self._at.source)
        rows = reader.rows(start_ms=start_ms, end_ms=until_ms)
        self._wanted.reserve(len(rows) * len(self._series))
        found = reader.gather(rows, series=self._series)
        if not len(found.times_ms):
            return []
        values = np.full((len(self._numbers), len(found.times_ms)), ABSENT)
        values[np.searchsorted(self._numbers, found.series)] = found.values
        return [Stretch(RAW, found.times_ms, {"value": values})]

    def _tell(self, stretches: Sequence[Stretch]) -> None:
        function = self._wanted.function
        tiers = sorted({one.tier_ms for one in stretches})
        for tier_ms in tiers:
            self._wanted.reading(NAMES[tier_ms])
        for tier_ms in tiers[RAW in tiers :]:
            about = "" if is_exact(function) else f", and {function} does not see the others"
            self._wanted.note(f"older samples are those of each {NAMES[tier_ms]}{about}")

    def _joined(self, stretches: Sequence[Stretch], block: Block | None) -> Block:
        key = (self._at, tuple(self._wanted.matchers))
        mine = self._shelf.union(key, tuple(self._series.values()))
        labels = mine if block is None else self._shelf.union((key, "all"), mine, block.labels)
        if len(mine) < len(self._series):
            place = {one: at for at, one in enumerate(mine)}
            belongs = [place[one] for one in self._series.values()]
            stretches = [_together(stretch, belongs, len(mine)) for stretch in stretches]
        parts = [_widened(stretch, len(labels)) for stretch in stretches]
        if block is not None:
            parts.append(Stretch(RAW, block.times_ms, {"value": _in_place(block, labels)}))
        times_ms = np.concatenate([part.times_ms for part in parts])
        if self._counts and any(part.tier_ms != RAW for part in parts):
            values = _unbroken(parts)
        else:
            values = np.hstack([next(iter(part.columns.values())) for part in parts])
        values = marked(Gathered(np.arange(len(labels)), times_ms, values)).values
        rows = np.ascontiguousarray(values.T)
        name = self._at.name if block is None else block.source
        return Block(
            name, labels, times_ms, rows, whole=not np.isnan(rows).any(), counts=_sample_counts(parts)
        )


def _in_order(stretches: list[Stretch]) -> list[Stretch]:
    """Return stretches in the order of time, each only as far as the ones before it do not reach."""
    found: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda one: int(one.times_ms[0])):
        rest = stretch.between(int(found[-1].times_ms[-1]), int(stretch.times_ms[-1])) if found else stretch
        if len(rest.times_ms):
            found.append(rest)
    return found


def _points(stretch: Stretch) -> Stretch:
    """Return counters of a tier as two points a window, and what resets took before each."""
    if stretch.tier_ms == RAW:
        return stretch
    tier = Tier(stretch.times_ms, stretch.columns)
    times_ms, values, taken = edges(tier, width_ms=stretch.tier_ms)
    return Stretch(stretch.tier_ms, times_ms, {"value": values, "dropped": taken})


def _unbroken(parts: Sequence[Stretch]) -> Floats:
    """Return counters over several tiers as if they had never begun anew."""
    taken = []
    carry: Carry | None = None
    for part in parts:
        values = part.columns["value"]
        taken.append(part.columns["dropped"] if "dropped" in part.columns else dropped(values, carry))
        carry = Carry.after(values, carry)
    return unbroken(np.hstack([part.columns["value"] for part in parts]), np.hstack(taken))


def _sample_counts(parts: Sequence[Stretch]) -> Floats | None:
    """Return of how many samples each value is the sum; ``None`` where all of them are samples."""
    if not any("count" in part.columns for part in parts):
        return None
    counts = []
    for part in parts:
        values, known = next(iter(part.columns.values())), part.columns.get("count")
        counts.append(counts_of(values, None if known is None else np.where(is_hole(values), ABSENT, known)))
    return np.ascontiguousarray(np.hstack(counts).T)


def _together(stretch: Stretch, belongs: Sequence[int], count: int) -> Stretch:
    """Return a stretch with a row for each label set, of which several numbers may tell.

    Whoever spoke for a process that was killed once gave numbers of its own to what the process had numbered.

    Args:
        stretch: A row for each number.
        belongs: To which label set each of them belongs, shape (n,).
        count: How many label sets there are.
    """
    there = ~is_absent(next(iter(stretch.columns.values())))
    columns = {name: np.full((count, len(stretch.times_ms)), ABSENT) for name in stretch.columns}
    for name, values in stretch.columns.items():
        for at, row in enumerate(belongs):
            columns[name][row, there[at]] = values[at, there[at]]
    return Stretch(stretch.tier_ms, stretch.times_ms, columns)


def _widened(stretch: Stretch, count: int) -> Stretch:
    """Return a stretch with rows for series that are in memory alone."""
    missing = count - len(next(iter(stretch.columns.values())))
    if not missing:
        return stretch
    more = np.full((missing, len(stretch.times_ms)), ABSENT)
    columns = {name: np.vstack([values, more]) for name, values in stretch.columns.items()}
    return Stretch(stretch.tier_ms, stretch.times_ms, columns)


def _in_place(block: Block, labels: tuple[Labels, ...]) -> Floats:
    """Return the samples of a block in the order of ``labels``, shape (n, t)."""
    if block.labels == labels:
        return block.values.T
    place = {one: at for at, one in enumerate(labels)}
    values = np.full((len(labels), len(block.times_ms)), ABSENT)
    values[[place[one] for one in block.labels]] = block.values.T
    return values
