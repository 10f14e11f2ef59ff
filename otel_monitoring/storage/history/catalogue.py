"""Which series a source has, by their numbers; what was asked before is remembered.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, select

from otel_monitoring.storage.history.cache import Cache
from otel_monitoring.storage.samples.polling import series_of
from otel_monitoring.storage.tables import SERIES, SOURCES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection, Select

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import Matcher

_SERIES_BYTES = 600
_FOUND_BYTES = 100


class Collector(NamedTuple):
    """A source that has series.

    Attributes:
        number: Its number in this database.
        instance: Its name.
        layout: The newest layout that brought series.
    """

    number: int
    instance: str
    layout: int


@cache
def _collectors(*, of_service: bool) -> Select[Any]:
    columns = SOURCES.c
    query = (
        select(columns.id, columns.instance, func.max(SERIES.c.layout))
        .join(SERIES, SERIES.c.source == columns.id)
        .where(columns.last_seen_ms >= bindparam("since_ms"))
        .group_by(columns.id, columns.instance)
        .order_by(columns.id)
    )
    return query.where(columns.service == bindparam("whose")) if of_service else query


def collectors(connection: Connection, *, service: str | None, seen_since_ms: int) -> list[Collector]:
    """Return the sources that have series and were seen since a time, in the order in which they came.

    Args:
        connection: Any connection.
        service: The key of the service whose sources are asked for; ``None`` for all services.
        seen_since_ms: Unix milliseconds.
    """
    query = _collectors(of_service=service is not None)
    rows = connection.execute(query, {"since_ms": seen_since_ms, "whose": service})
    return [Collector(*row) for row in rows if isinstance(row[1], str) and isinstance(row[2], int)]


class Catalogue:
    """Find series by their labels; thread-safe.

    Args:
        most_bytes: What it may remember.
    """

    def __init__(self, *, most_bytes: int) -> None:
        self._cache = Cache(most_bytes)

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._cache.clear()

    def layouts(self, connection: Connection, sources: Collection[int]) -> dict[int, int]:
        """Return the newest layout that brought series, by source; while it stays, so do the series."""
        query = select(SERIES.c.source, func.max(SERIES.c.layout)).where(SERIES.c.source.in_(sources))
        return {row[0]: row[1] for row in connection.execute(query.group_by(SERIES.c.source))}

    def select(
        self,
        connection: Connection,
        matchers: Sequence[Matcher],
        *,
        database: str,
        source: int,
        layout: int,
    ) -> dict[int, Labels]:
        """Return the series of a source that fulfil all matchers, by their numbers, ascending.

        Args:
            connection: Any connection.
            matchers: The conditions, all of which hold.
            database: What tells this database from another.
            source: The number of the source.
            layout: Its newest layout.

        Raises:
            QueryError: A regular expression is not valid.
            StorageError: Label sets are damaged.
        """
        key = (database, source, layout)
        found: dict[int, Labels] | None = self._cache.get((*key, tuple(matchers)))
        if found is None:
            known: dict[int, Labels] | None = self._cache.get(key)
            if known is None:
                known = dict(sorted(series_of(connection, source).items()))
                self._cache.put(key, known, len(known) * _SERIES_BYTES)
            tests = [(matcher.name, matcher.test()) for matcher in matchers]
            found = {
                number: labels
                for number, labels in known.items()
                if all(test(labels.get(name)) for name, test in tests)
            }
            self._cache.put((*key, tuple(matchers)), found, len(found) * _FOUND_BYTES)
        return found
