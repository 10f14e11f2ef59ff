"""What is usual at an hour of the day and of the week, for many series.

An hour is gathered as a running mean, and folded into its two slots when the next hour begins; a slot
gives a prediction once it was visited often enough, the hour of the week before the hour of the day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.anomaly import layout as at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.analytics.anomaly.columns import Columns


def expected(
    columns: Columns, *, rows: NDArray[np.intp] | slice, hours: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return what is usual at these hours since the epoch; NaN where it is not known yet. Shape (n,)."""
    tables = columns.tables
    day, week = _slots(hours)
    rows = _indices(rows, len(hours))
    by_day = np.where(tables["days"][rows, day] >= at.DAYS_KNOWN, tables["day"][rows, day], np.nan)
    return np.where(tables["weeks"][rows, week] >= at.WEEKS_KNOWN, tables["week"][rows, week], by_day)


def learn(
    columns: Columns,
    state: NDArray[np.float64],
    *,
    rows: NDArray[np.intp] | slice,
    hours: NDArray[np.intp],
    values: NDArray[np.float64],
) -> None:
    """Add a point to the hour of each row, folding the hour that it ends."""
    ended = (state[at.HOUR] != hours) & (state[at.HOUR_POINTS] > 0.0)
    if ended.any():
        _fold(columns, state[:, ended], rows=_indices(rows, len(hours))[ended])
    fresh = ended | (state[at.HOUR_POINTS] == 0.0)
    state[at.HOUR_SUM] = np.where(fresh, values, state[at.HOUR_SUM] + values)
    state[at.HOUR_POINTS] = np.where(fresh, 1.0, state[at.HOUR_POINTS] + 1.0)
    state[at.HOUR] = hours


def _fold(columns: Columns, state: NDArray[np.float64], *, rows: NDArray[np.intp]) -> None:
    means = state[at.HOUR_SUM] / state[at.HOUR_POINTS]
    for table, visits, slot, share in zip(
        ("day", "week"),
        ("days", "weeks"),
        _slots(state[at.HOUR].astype(np.intp)),
        (at.DAY_SHARE, at.WEEK_SHARE),
        strict=True,
    ):
        usual = columns.tables[table]
        counts = columns.tables[visits]
        seen = counts[rows, slot].astype(np.float64)
        old = usual[rows, slot].astype(np.float64)
        usual[rows, slot] = old + np.maximum(share, 1.0 / (seen + 1.0)) * (means - old)
        counts[rows, slot] = np.minimum(seen + 1.0, at.MOST_VISITS)


def _slots(hours: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return hours % at.DAY_HOURS, (hours + at.EPOCH_WEEKDAY_HOURS) % at.WEEK_HOURS


def _indices(rows: NDArray[np.intp] | slice, count: int) -> NDArray[np.intp]:
    return np.arange(rows.start, rows.start + count) if isinstance(rows, slice) else rows
