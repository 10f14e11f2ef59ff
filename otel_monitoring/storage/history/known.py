"""Which series are stored, without their samples: what lists of labels are made of.

A process has the series that it ever had: those of a time are the series of all processes that collected
then, as those of Prometheus are the series of all its blocks of that time.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from otel_monitoring.model.sample import Metadata
from otel_monitoring.storage.tables import BATCHES, FAMILIES, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

_AT_ONCE = 500


def sources_between(connection: Connection, start_ms: int, end_ms: int) -> set[int]:
    """Return the numbers of the sources that have windows or collections in ``(start, end]``."""
    windows = select(WINDOWS.c.source).where(WINDOWS.c.end_ms > start_ms, WINDOWS.c.start_ms < end_ms)
    collections = select(BATCHES.c.source).where(BATCHES.c.time_ms > start_ms, BATCHES.c.time_ms <= end_ms)
    found = (connection.scalars(query.distinct()) for query in (windows, collections))
    return {source for several in found for source in several}


def families_between(connection: Connection, sources: Collection[int]) -> dict[str, Metadata]:
    """Return what is known of each metric of some sources, by name; of two the later source says it."""
    columns = (FAMILIES.c.name, FAMILIES.c.type, FAMILIES.c.help, FAMILIES.c.unit)
    numbers = sorted(sources)
    found: dict[str, Metadata] = {}
    for at in range(0, len(numbers), _AT_ONCE):
        query = select(*columns).where(FAMILIES.c.source.in_(numbers[at : at + _AT_ONCE]))
        for row in connection.execute(query.order_by(FAMILIES.c.source)):
            found[row.name] = Metadata(row.name, row.type, row.help, row.unit)
    return found
