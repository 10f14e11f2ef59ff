"""The series store: samples of every source, bounded in time, series and bytes.

Per source one shared column of times and one slab of values, so that a function over a window is one numpy
call. A batch is one collection of one source; a series that is missing from it gets a staleness marker at its
time, as a scrape would give it.

This module needs numpy (18 MiB); import it lazily on the start-up path.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.errors import StoreError
from otel_monitoring.model.labels import NAME
from otel_monitoring.model.sample import Batch
from otel_monitoring.stores.block import ABSENT, Block
from otel_monitoring.stores.epoch import Epoch, gather

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.stores.index import Selection

_CHUNKS_PER_RETENTION = 24
_SLOTS_MIN, _SLOTS_MAX = 16, 240
_DEAD_ROWS_ALLOWED = 256
_FEW = 8
_MOST_CANDIDATES = 20_000
"""How many places are remembered in which selections have to look, before they are forgotten together."""


class _Source:
    """The epochs of one source, oldest first; the last one is written to."""

    __slots__ = ("epochs", "joined", "metadata", "newest_ms", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.epochs: list[Epoch] = []
        self.newest_ms: int | None = None
        self.joined: dict[tuple[Matcher, ...], _Joined] = {}
        self.metadata: Sequence[Metadata] = ()

    @property
    def series(self) -> int:
        """How many series have a row where it writes now."""
        return len(self.epochs[-1].index) if self.epochs else 0

    @property
    def size_bytes(self) -> int:
        """What its samples take."""
        return sum(epoch.size_bytes for epoch in self.epochs)


class _Joined:
    """The union of what one selector gives in several epochs, kept for as long as the parts are the same."""

    __slots__ = ("columns", "labels", "parts")

    def __init__(self, parts: list[tuple[Labels, ...]]) -> None:
        self.parts = parts
        place: dict[Labels, int] = {}
        for part in parts:
            for labels in part:
                place.setdefault(labels, len(place))
        self.labels = tuple(place)
        self.columns = [np.array([place[labels] for labels in part], dtype=np.intp) for part in parts]

    def fits(self, parts: list[tuple[Labels, ...]]) -> bool:
        """Tell whether this is the union of ``parts``."""
        return len(parts) == len(self.parts) and all(a is b for a, b in zip(parts, self.parts, strict=True))


class SeriesStore:
    """Keep the newest samples of every series; thread-safe.

    One lock is held for the append or for taking views, never during a computation.

    Args:
        retention_s: How long a sample is kept at least, in seconds, while the other limits allow.
        interval_s: The usual time between two batches of a source, in seconds.
        max_series: How many series are accepted; a new one beyond them is refused and counted.
        max_bytes: How much memory the samples may take; the oldest go first, and are counted.
    """

    def __init__(
        self,
        *,
        retention_s: float = 21_600,
        interval_s: float = 15,
        max_series: int = 100_000,
        max_bytes: int = 256 << 20,
    ) -> None:
        self._retention_ms = round(retention_s * 1000)
        slots = round(retention_s / interval_s / _CHUNKS_PER_RETENTION)
        self._slots = min(max(slots, _SLOTS_MIN), _SLOTS_MAX)
        self._max_series = max_series
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._sources: dict[str, _Source] = {}
        self._sources_made = 0
        # Where each metric may be, so that one rule of a thousand is not looked for in all others' series.
        self._named: dict[str, dict[str, _Source]] = {}
        self._candidates: dict[tuple[Matcher, ...], list[tuple[str, _Source, list[Epoch]]]] = {}
        self._candidates_kept = 0
        self._candidates_of = -1
        self._metadata: dict[str, Metadata] = {}
        self._generation = 0
        self._series = self._size_bytes = 0
        self._forgotten_ms = 0
        self._counts = dict.fromkeys(
            ("batches", "batches_refused", "samples", "series_refused", "stale_markers", "chunks_dropped"), 0
        )

    @property
    def generation(self) -> int:
        """A number that grows whenever a series is added or forgotten."""
        return self._generation

    @property
    def state(self) -> tuple[int, int]:
        """Two numbers of which one grows with whatever changes: while they stay, so does what is read."""
        return self._generation, self._counts["batches"]

    @property
    def forgotten_ms(self) -> int:
        """Up to which time samples may have been forgotten, Unix milliseconds; later ones are here."""
        return self._forgotten_ms

    def oldest(self) -> dict[str, int]:
        """Return the oldest time of each source, in Unix milliseconds."""
        with self._lock:
            return {
                name: _oldest_ms(source)
                for name, source in self._sources.items()
                if any(epoch.chunks for epoch in source.epochs)
            }

    def append(self, batch: Batch) -> bool:
        """Keep one batch.

        Args:
            batch: One collection of one source, later than the one before.

        Returns:
            Whether it was kept: a batch at or before the newest time of its source is refused and counted.

        Raises:
            StoreError: There are not as many values as label sets.
        """
        if len(batch.labels) != len(batch.values):
            msg = f"a batch of {len(batch.labels)} label sets needs as many values, got {len(batch.values)}"
            raise StoreError(msg)
        with self._lock:
            source = self._source(batch.source)
            if source.newest_ms is not None and batch.time_ms <= source.newest_ms:
                self._counts["batches_refused"] += 1
                return False
            with self._counting(source):
                self._write(source, batch, series=source.series)
                self._trim_source(source, before_ms=batch.time_ms - self._retention_ms)
            source.newest_ms = batch.time_ms
            self._counts["batches"] += 1
            self._note(source, batch.metadata)
            self._limit_bytes()
            return True

    def extend(self, batches: Sequence[Batch]) -> int:
        """Keep many batches, which costs much less where they are many collections of the same series.

        Args:
            batches: Collections, those of one source oldest first.

        Returns:
            How many were kept.

        Raises:
            StoreError: There are not as many values as label sets.
        """
        kept, at = 0, 0
        while at < len(batches):
            first = batches[at]
            kept += self.append(first)
            end = at + 1
            while end < len(batches) and _is_alike(first, batches[end]):
                end += 1
            if end - at > _FEW and self._append_alike(batches[at + 1 : end]):
                kept += end - at - 1
            else:
                kept += sum(self.append(batch) for batch in batches[at + 1 : end])
            at = end
        return kept

    def _append_alike(self, batches: Sequence[Batch]) -> bool:
        """Keep batches of the series that were in the one before, where that can be done at once."""
        last = batches[-1]
        times_ms = np.array([batch.time_ms for batch in batches], dtype=np.int64)
        with self._lock:
            source = self._sources.get(last.source)
            if source is None or not source.epochs or source.newest_ms is None:
                return False
            epoch = source.epochs[-1]
            rows, kept = epoch.rows(last.labels, room=0)
            is_later = source.newest_ms < times_ms[0] and bool((np.diff(times_ms) > 0).all())
            if kept is not None or rows is not epoch.live or not is_later:
                return False
            values = np.array([batch.values for batch in batches], dtype=np.float64)
            with self._counting(source):
                epoch.append_many(times_ms=times_ms, values=values)
                self._trim_source(source, before_ms=last.time_ms - self._retention_ms)
            source.newest_ms = last.time_ms
            self._counts["batches"] += len(batches)
            self._counts["samples"] += values.size
            self._limit_bytes()
            return True

    def _source(self, name: str) -> _Source:
        found = self._sources.get(name)
        if found is None:
            self._sources_made += 1
            found = self._sources[name] = _Source(self._sources_made)
        return found

    @contextmanager
    def _counting(self, source: _Source) -> Iterator[None]:
        """Keep the totals right while one source changes."""
        series, size_bytes = source.series, source.size_bytes
        yield
        self._series += source.series - series
        self._size_bytes += source.size_bytes - size_bytes

    def _note(self, source: _Source, metadata: Sequence[Metadata]) -> None:
        if metadata is source.metadata or len(self._metadata) > self._max_series:
            return
        source.metadata = metadata
        self._metadata.update((one.name, one) for one in metadata)

    def _write(self, source: _Source, batch: Batch, *, series: int) -> None:
        epoch = self._epoch(source)
        before = len(epoch.index)
        # The totals are those before this batch; a new epoch of this source may have fewer rows already.
        room = self._max_series - self._series + series - before
        rows, kept = epoch.rows(batch.labels, room=max(0, room))
        values = np.asarray(batch.values, dtype=np.float64)
        if kept is not None:
            self._counts["series_refused"] += len(values) - len(rows)
            values = values[kept]
        if len(epoch.index) != before:
            self._generation += 1
            for name in epoch.index.names():
                self._named.setdefault(name, {})[batch.source] = source
        self._counts["samples"] += len(rows)
        self._counts["stale_markers"] += epoch.append(time_ms=batch.time_ms, rows=rows, values=values)

    def _epoch(self, source: _Source) -> Epoch:
        if source.epochs:
            epoch = source.epochs[-1]
            dead = len(epoch.index) - len(epoch.live)
            crowded = dead > max(len(epoch.live), _DEAD_ROWS_ALLOWED)
            full = dead * _FEW > len(epoch.live) and self._series >= self._max_series
            if not crowded and not full:
                return epoch
        source.epochs.append(self._successor(source))
        return source.epochs[-1]

    def _successor(self, source: _Source) -> Epoch:
        fresh = Epoch(slots=self._slots)
        if source.epochs:
            last = source.epochs[-1]
            self._generation += 1
            fresh.live, _ = fresh.rows([last.index.labels[row] for row in last.live], room=len(last.live))
        return fresh

    def _limit_bytes(self) -> None:
        while self._size_bytes > self._max_bytes:
            several = [s for s in self._sources.values() if sum(len(e.chunks) for e in s.epochs) > 1]
            if not several:
                return
            oldest = min(several, key=_oldest_ms)
            with self._counting(oldest):
                epoch = next(epoch for epoch in oldest.epochs if epoch.chunks)
                self._forgotten_ms = max(self._forgotten_ms, epoch.chunks[0].newest_ms)
                epoch.drop_oldest()
                self._drop_empty(oldest)
            self._counts["chunks_dropped"] += 1

    def _epochs(self) -> Iterator[Epoch]:
        for source in self._sources.values():
            yield from source.epochs

    def _trim_source(self, source: _Source, *, before_ms: int) -> None:
        if sum(epoch.trim(before_ms) for epoch in source.epochs):
            self._forgotten_ms = max(self._forgotten_ms, before_ms)
            self._drop_empty(source)

    def _drop_empty(self, source: _Source) -> None:
        last = source.epochs[-1]
        kept = [epoch for epoch in source.epochs if epoch.chunks or epoch is last]
        if len(kept) < len(source.epochs):
            source.epochs = kept
            source.joined.clear()
            self._generation += 1

    def trim(self, now_ms: int) -> None:
        """Forget what is older than the retention, of sources that stopped as well; a job."""
        before_ms = now_ms - self._retention_ms
        with self._lock:
            for name, source in list(self._sources.items()):
                with self._counting(source):
                    self._trim_source(source, before_ms=before_ms)
                if source.newest_ms is not None and source.newest_ms < before_ms:
                    self._forgotten_ms = max(self._forgotten_ms, before_ms)
                    self._remove(name)

    def shift(self, source: str, *, by_ms: int) -> None:
        """Move all times of a source, after the clock that they were read from was set.

        What a reader holds stays as it was read.
        """
        with self._lock:
            known = self._sources.get(source)
            if known is None or known.newest_ms is None:
                return
            known.newest_ms += by_ms
            for epoch in known.epochs:
                epoch.shift(by_ms)
            self._generation += 1

    def forget(self, source: str) -> None:
        """Forget all samples of one source."""
        with self._lock:
            if source in self._sources:
                self._remove(source)

    def _remove(self, name: str) -> None:
        source = self._sources.pop(name)
        for metric in [metric for metric, sources in self._named.items() if name in sources]:
            del self._named[metric][name]
            if not self._named[metric]:
                del self._named[metric]
        self._series -= source.series
        self._size_bytes -= source.size_bytes
        self._generation += 1

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> list[Block]:
        """Return the samples with ``start_ms < time <= end_ms`` of the series that fulfil all matchers.

        Args:
            matchers: The conditions, all of which hold.
            start_ms: Unix time in milliseconds, exclusive.
            end_ms: Unix time in milliseconds, inclusive.

        Returns:
            A block per source that has samples there; stable, whatever is appended meanwhile. A label set
            can be in the blocks of several sources.

        Raises:
            QueryError: A regular expression is not valid.
        """
        wanted = tuple(matchers)
        blocks = []
        with self._lock:
            candidates = self._looked_in(wanted)
        for key, source, epochs in candidates:
            block = self._read(key, source, epochs, wanted, start_ms, end_ms)
            if block is not None:
                blocks.append(block)
        return blocks

    def _looked_in(self, matchers: tuple[Matcher, ...]) -> list[tuple[str, _Source, list[Epoch]]]:
        """Return where series that fulfil the matchers can be, in the order in which sources came.

        It is remembered until a series is added or forgotten.
        """
        if self._candidates_of != self._generation or self._candidates_kept > _MOST_CANDIDATES:
            self._candidates.clear()
            self._candidates_of, self._candidates_kept = self._generation, 0
        known = self._candidates.get(matchers)
        if known is None:
            known = self._candidates[matchers] = self._search(matchers)
            self._candidates_kept += 1 + len(known)
        return known

    def _search(self, matchers: tuple[Matcher, ...]) -> list[tuple[str, _Source, list[Epoch]]]:
        equal = [(one.name, one.value) for one in matchers if one.op == "=" and one.value]
        name = next((value for label, value in equal if label == NAME), None)
        sources = self._sources if name is None else self._named.get(name, {})
        found = [
            (key, source, [epoch for epoch in source.epochs if epoch.index.may_hold(equal)])
            for key, source in sources.items()
        ]
        return sorted((one for one in found if one[2]), key=lambda one: one[1].number)

    def _read(
        self,
        key: str,
        source: _Source,
        epochs: list[Epoch],
        matchers: tuple[Matcher, ...],
        start_ms: int,
        end_ms: int,
    ) -> Block | None:
        parts = []
        for epoch in epochs:
            selection = epoch.index.select(matchers)
            with self._lock:
                times, slabs, whole = epoch.read(selection, start_ms=start_ms, end_ms=end_ms)
            if times and len(selection.rows):
                times_ms = times[0] if len(times) == 1 else np.concatenate(times)
                parts.append((selection, times_ms, gather(slabs, selection.rows, many=len(times_ms)), whole))
        if not parts:
            return None
        if len(parts) == 1:
            selection, times_ms, values, whole = parts[0]
            return Block(key, selection.labels, times_ms, values, whole)
        return _join(key, source, matchers, parts)

    def last(self, source: str) -> Batch | None:
        """Return the newest samples of one source, or ``None`` where it has none."""
        with self._lock:
            known = self._sources.get(source)
            epoch = known.epochs[-1] if known is not None and known.epochs else None
            if epoch is None or not epoch.chunks or not len(epoch.live):
                return None
            chunk, rows = epoch.chunks[-1], epoch.live
            labels = tuple(epoch.index.labels[row] for row in rows)
            return Batch(source, chunk.newest_ms, labels, chunk.values[chunk.used - 1, rows])

    def series(self, matchers: Sequence[Matcher]) -> list[Labels]:
        """Return the label sets that fulfil all matchers, sorted, each once.

        Raises:
            QueryError: A regular expression is not valid.
        """
        found: set[Labels] = set()
        with self._lock:
            epochs = list(self._epochs())
        for epoch in epochs:
            found.update(epoch.index.select(tuple(matchers)).labels)
        return sorted(found, key=lambda labels: labels.pairs)

    def label_names(self) -> list[str]:
        """Return the names of all labels, sorted."""
        with self._lock:
            return sorted({name for epoch in self._epochs() for name in epoch.index.label_names()})

    def label_values(self, name: str) -> list[str]:
        """Return the values that a label takes, sorted."""
        with self._lock:
            return sorted({value for epoch in self._epochs() for value in epoch.index.label_values(name)})

    def metadata(self) -> dict[str, Metadata]:
        """Return what is known of each metric, by name."""
        with self._lock:
            return dict(self._metadata)

    def sources(self) -> dict[str, int]:
        """Return the newest time of each source, in Unix milliseconds."""
        with self._lock:
            return {name: s.newest_ms for name, s in self._sources.items() if s.newest_ms is not None}

    def stats(self) -> dict[str, float]:
        """Return what is held and what was refused or dropped, as plain numbers."""
        with self._lock:
            return {
                **self._counts,
                "series": self._series,
                "sources": len(self._sources),
                "size_bytes": self._size_bytes,
            }

    def after_fork(self) -> None:
        """Begin empty in a child process, with a lock of its own: the parent's series are the parent's."""
        generation = self._generation
        self._lock = threading.Lock()
        self._clear()
        self._generation = generation + 1


def _oldest_ms(source: _Source) -> int:
    return next(int(epoch.chunks[0].times_ms[0]) for epoch in source.epochs if epoch.chunks)


def _join(
    key: str,
    source: _Source,
    matchers: tuple[Matcher, ...],
    parts: list[tuple[Selection, NDArray[np.int64], NDArray[np.float64], bool]],
) -> Block:
    """Put the epochs of one source one under the other; their times follow each other."""
    label_parts = [selection.labels for selection, _, _, _ in parts]
    joined = source.joined.get(matchers)
    if joined is None or not joined.fits(label_parts):
        if len(source.joined) >= _DEAD_ROWS_ALLOWED:
            source.joined.clear()
        joined = source.joined[matchers] = _Joined(label_parts)
    times_ms = np.concatenate([times for _, times, _, _ in parts])
    values = np.full((len(times_ms), len(joined.labels)), ABSENT)
    at = 0
    for (_, times, part, _), columns in zip(parts, joined.columns, strict=True):
        values[at : at + len(times), columns] = part
        at += len(times)
    return Block(key, joined.labels, times_ms, values, whole=False)


def _is_alike(first: Batch, other: Batch) -> bool:
    """Return whether two batches of a source are about the same series in the same order."""
    same = other.source == first.source and other.labels is first.labels
    return same and other.metadata is first.metadata and len(other.values) == len(first.values)
