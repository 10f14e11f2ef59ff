"""Blocks as the collections that they were made of, for whoever reads on after a restart or a long pause.

This module needs numpy and SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.history.compact import read_raw
from otel_monitoring.storage.history.spans import RAW, spans
from otel_monitoring.storage.samples.polling import families_of, series_of
from otel_monitoring.stores.block import is_hole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.storage.history.gather import Gathered
    from otel_monitoring.storage.samples.sources import Run


def replayed(
    connection: Connection, run: Run, *, after_ms: int, before_ms: int, known: dict[int, Labels] | None = None
) -> list[Batch]:
    """Return the collections of the first stored window that has some with ``after_ms < time < before_ms``.

    Args:
        connection: Any connection.
        run: Whose collections.
        after_ms: Unix milliseconds, exclusive.
        before_ms: Unix milliseconds, exclusive.
        known: Label sets of its series by their numbers; those that are read come to them.

    Returns:
        The collections of one window, oldest first; ask again after the last of them. Nothing where there is
        no more; a window that is damaged is left out.
    """
    there = spans(connection, tier_ms=RAW, start_ms=after_ms, end_ms=before_ms - 1, source=run.id)
    for span in there:
        try:
            found = read_raw(connection, span)
            labels = _labels(connection, run, found.series.tolist(), {} if known is None else known)
        except StorageError:
            continue
        inside = (found.times_ms > after_ms) & (found.times_ms < before_ms)
        if inside.any():
            families = families_of(connection, run.id)
            batches = _batches(found, labels, inside.nonzero()[0].tolist())
            return [Batch(run.source.instance, *one, families) for one in batches]
    return []


def _labels(
    connection: Connection, run: Run, series: list[int], known: dict[int, Labels]
) -> dict[int, Labels]:
    missing = [number for number in series if number not in known]
    if missing:
        known.update(series_of(connection, run.id, wanted=missing))
    return known


def _batches(
    found: Gathered, labels: dict[int, Labels], columns: list[int]
) -> Iterator[tuple[int, tuple[Labels, ...], np.ndarray]]:
    """Yield time, label sets and values; the same label sets are the same object."""
    known = np.array([number in labels for number in found.series.tolist()], dtype=bool)
    rows = np.ascontiguousarray(found.values.T)
    if known.all() and not np.isnan(rows).any():  # as it is but for series that come and go
        every = tuple([labels[number] for number in found.series.tolist()])
        yield from ((int(found.times_ms[column]), every, rows[column]) for column in columns)
        return
    there = ~is_hole(found.values) & known[:, None]
    changed = np.append(True, (there[:, 1:] != there[:, :-1]).any(axis=0))
    whole = there.all(axis=0)
    names: tuple[Labels, ...] | None = None
    for column in columns:
        some = there[:, column]
        if names is None or changed[column]:
            names = tuple([labels[number] for number in found.series[some].tolist()])
        values = rows[column] if whole[column] else rows[column][some]
        yield int(found.times_ms[column]), names, values
