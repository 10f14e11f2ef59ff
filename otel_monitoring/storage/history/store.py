"""One store of memory and disk: memory where it reaches, blocks and collections before that, without a seam.

Whoever reads asks it as it asks the store in memory. Which windows of which tier are read is in ``choice``;
per source they are put one after the other, and what is in memory after them, as one block.

Counters over a boundary of tiers are given as if they had never begun anew, so that ``rate`` and ``increase``
are right over boundaries and over whatever began anew between two samples of a tier.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.history.catalogue import collectors
from otel_monitoring.storage.history.choice import chosen, order
from otel_monitoring.storage.history.known import families_between, sources_between
from otel_monitoring.storage.history.past import Past, Place, Shelf
from otel_monitoring.storage.history.spans import Span, spans
from otel_monitoring.storage.samples.sources import runs
from otel_monitoring.stores.wanted import MEMORY, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.model.sample import Metadata
    from otel_monitoring.storage.database import Database
    from otel_monitoring.stores.block import Block
    from otel_monitoring.stores.series import SeriesStore

_FOREVER_MS = 1 << 60


def nobody() -> Mapping[str, str]:
    """Return no names: every source is known in memory as on disk."""
    return {}


class HistoryStore:
    """Answer from memory and disk together; thread-safe, never called from an event loop.

    Args:
        memory: The series in memory.
        database: Where what is older was written.
        since_ms: From which time on memory holds everything, Unix milliseconds.
        service: The key of the service whose past it is; ``None`` for all services.
        names: The names of sources in memory by their instance ids, where they differ.
        cache_bytes: What may be remembered of the storage.
    """

    def __init__(
        self,
        *,
        memory: SeriesStore,
        database: Database,
        since_ms: Callable[[], int],
        service: str | None = None,
        names: Callable[[], Mapping[str, str]] = nobody,
        cache_bytes: int = 64 << 20,
    ) -> None:
        self._memory = memory
        self._database = database
        self._since_ms = since_ms
        self._service = service
        self._names = names
        self._shelf = Shelf(most_bytes=cache_bytes)
        self._counts = dict.fromkeys(("reads", "failed"), 0)

    @property
    def generation(self) -> int:
        """A number that grows whenever a series in memory is added or forgotten."""
        return self._memory.generation

    @property
    def state(self) -> tuple[int, int]:
        """Two numbers of which one grows with whatever changes in memory."""
        return self._memory.state

    def is_in_memory(self, start_ms: int) -> bool:
        """Tell whether memory has all that is later than a time."""
        return start_ms >= max(self._memory.forgotten_ms, self._since_ms())

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> list[Block]:
        """Return the samples of the series that fulfil all matchers, as :meth:`SeriesStore.select` does."""
        return self.read(Wanted(matchers, start_ms, end_ms))

    def read(self, wanted: Wanted) -> list[Block]:
        """Return what is wanted, a block for each source.

        Raises:
            QueryError: A regular expression is not valid, or too many samples are wanted.
        """
        blocks = self._memory.select(wanted.matchers, wanted.start_ms, wanted.end_ms)
        if blocks:
            wanted.reading(MEMORY)
        if self.is_in_memory(wanted.start_ms):
            return blocks
        oldest_ms = self._memory.oldest()  # after the blocks: what is forgotten meanwhile is read twice
        self._counts["reads"] += 1
        try:
            with self._database.read() as connection:
                return self._with_the_past(connection, wanted, blocks, oldest_ms)
        except StorageError as error:
            self._counts["failed"] += 1
            wanted.note(f"samples before those in memory are missing: {error}")
            return blocks

    def past_series(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> list[Labels]:
        """Return the stored label sets that fulfil all matchers, each once.

        Args:
            matchers: The conditions, all of which hold.
            start_ms: Unix milliseconds, exclusive; of processes without a sample after it nothing is given.
            end_ms: Unix milliseconds, inclusive; nor of those without a sample up to then.

        Raises:
            QueryError: A regular expression is not valid.
            StorageError: The database cannot be used now.
        """
        catalogue = self._shelf.catalogue
        found: dict[Labels, None] = {}
        with self._database.read() as connection:
            there = sources_between(connection, start_ms, end_ms)
            known = [run.id for run in runs(connection, service=self._service) if run.id in there]
            for source, layout in catalogue.layouts(connection, known).items():
                series = catalogue.select(
                    connection, matchers, database=self._database.identity, source=source, layout=layout
                )
                found.update(dict.fromkeys(series.values()))
        return list(found)

    def past_metadata(self) -> dict[str, Metadata]:
        """Return what is stored of each metric, by name.

        Raises:
            StorageError: The database cannot be used now.
        """
        with self._database.read() as connection:
            return families_between(connection, [run.id for run in runs(connection, service=self._service)])

    def series(self, matchers: Sequence[Matcher]) -> list[Labels]:
        """Return the label sets in memory that fulfil all matchers, sorted, each once."""
        return self._memory.series(matchers)

    def label_names(self) -> list[str]:
        """Return the names of all labels in memory, sorted."""
        return self._memory.label_names()

    def label_values(self, name: str) -> list[str]:
        """Return the values in memory that a label takes, sorted."""
        return self._memory.label_values(name)

    def metadata(self) -> dict[str, Metadata]:
        """Return what is known of each metric, by name."""
        return self._memory.metadata()

    def sources(self) -> dict[str, int]:
        """Return the newest time of each source in memory, in Unix milliseconds."""
        return self._memory.sources()

    def stats(self) -> dict[str, float]:
        """Return what is held in memory, and what was read of the storage."""
        mine = {**self._shelf.stats(), **self._counts}
        return {**self._memory.stats(), **{f"history_{name}": value for name, value in mine.items()}}

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._shelf.after_fork()

    def _with_the_past(
        self, connection: Connection, wanted: Wanted, blocks: Sequence[Block], oldest_ms: Mapping[str, int]
    ) -> list[Block]:
        in_memory = {block.source: block for block in blocks}
        tiers = order(wanted)
        there = _windows(connection, wanted, tiers, self._service)
        names, found = self._names(), []
        for source in collectors(connection, service=self._service, seen_since_ms=wanted.start_ms):
            name = names.get(source.instance, source.instance)
            block = in_memory.pop(name, None)
            until_ms = min(wanted.end_ms, oldest_ms.get(name, _FOREVER_MS) - 1)
            if block is not None:
                until_ms = min(until_ms, int(block.times_ms[0]) - 1)
            if until_ms > wanted.start_ms:
                at = Place(self._database.identity, source.number, source.layout, source.instance)
                windows = chosen(there.get(source.number, {}), tiers, until_ms=until_ms)
                past = Past(shelf=self._shelf, connection=connection, wanted=wanted, at=at)
                block = past.before(block, windows, until_ms=until_ms)
            if block is not None:
                found.append(block)
        return [*found, *in_memory.values()]


def _windows(
    connection: Connection, wanted: Wanted, tiers: Sequence[int], service: str | None
) -> dict[int, dict[int, list[Span]]]:
    """Return the windows by source and tier."""
    found: dict[int, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    within = {"start_ms": wanted.start_ms, "end_ms": wanted.end_ms}
    for span in spans(connection, tier_ms=tiers, service=service, **within):
        found[span.source][span.tier_ms].append(span)
    return found
