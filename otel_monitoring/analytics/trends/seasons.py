"""What may repeat: nothing, a wave, a day, a day with a level of its own each, two kinds of days, a week.

Each is a set of columns that a series is explained by; which one it is, is decided by how well it does for
its size, together with the steps that it leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.trends.cells import DAY_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from otel_monitoring.analytics.trends.cells import Cells

_DAYS_FOR_A_SEASON = 2.9
_DAYS_FOR_A_WEEK = 13.5
_WEEK = 7
_FEWEST_FOR_A_WAVE = 120
_FEWEST_WAVES = 8
_SHORTEST = 4
_OVERTONES = 4
_COURSE_TONES = 2
_FINELY = 8
"""How many frequencies are tried between two that fit a whole number of times."""


def seasons(cells: Cells, values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the columns of every season that the series is long enough for, each of shape (n, k).

    Args:
        cells: Where the values lie in time.
        values: One for each cell. Shape (n,).
    """
    count, a_day = len(values), cells.a_day
    found = [np.ones((count, 1))]
    if count >= _FEWEST_FOR_A_WAVE:
        found.append(_wave(values))
    if not a_day or count < _DAYS_FOR_A_SEASON * a_day:
        return [*found, _course(cells)]
    slots = cells.slots
    times_of_day = np.eye(a_day)[slots % a_day]
    found.append(times_of_day)
    if count < _DAYS_FOR_A_WEEK * a_day:
        return found
    days = slots // a_day % _WEEK
    found.append(np.hstack([times_of_day, np.eye(_WEEK)[days][:, 1:]]))
    curves = np.array(
        [
            [np.median(values[(days == day) & (slots % a_day == slot)]) for slot in range(a_day)]
            for day in range(_WEEK)
        ]
    )
    for apart in _two_kinds(curves):
        is_apart = apart[days][:, None]
        found.append(np.hstack([times_of_day * is_apart, times_of_day * ~is_apart]))
    found.append(np.eye(_WEEK * a_day)[slots % (_WEEK * a_day)])
    return found


def _course(cells: Cells) -> NDArray[np.float64]:
    """Return the columns of a smooth course of a day, of which a short series sees a part or two turns."""
    phases = 2 * np.pi * (cells.middles_s % DAY_S / DAY_S)[:, None] * np.arange(1, _COURSE_TONES + 1)
    return np.hstack([np.ones((len(phases), 1)), np.cos(phases), np.sin(phases)])


def _wave(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the columns of the wave of whatever length that explains most: memory that fills and is freed.

    Its length is where the periodogram, summed over some overtones, is highest; steps do not count, as what
    is slow is taken out first.
    """
    count = len(values)
    room = max(_SHORTEST, count // (2 * _FEWEST_WAVES))
    padded = np.pad(values, room, mode="reflect")
    slow = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * room + 1), axis=1)
    finely = _FINELY * count
    power = np.abs(np.fft.rfft(values - slow, finely)) ** 2
    lowest, highest = finely * _FEWEST_WAVES // count, finely // _SHORTEST
    tones = np.arange(lowest, highest)
    heard = np.zeros(len(tones))
    for overtone in range(1, _OVERTONES + 1):
        place = tones * overtone % finely
        heard += power[np.minimum(place, finely - place)]
    phases = 2 * np.pi * tones[int(np.argmax(heard))] / finely * np.arange(count)[:, None]
    waves = phases * np.arange(1, _OVERTONES + 1)
    return np.hstack([np.ones((count, 1)), np.cos(waves), np.sin(waves)])


def _two_kinds(curves: NDArray[np.float64]) -> Iterator[NDArray[np.bool_]]:
    """Find the day, or the two neighbours, that differ most from the others: with their level, and without.

    Weekends are not Saturday and Sunday everywhere.
    """
    seen: set[tuple[bool, ...]] = set()
    for shapes in (curves, curves - curves.mean(axis=1, keepdims=True)):
        choices = [
            np.isin(np.arange(_WEEK), [day, (day + more) % _WEEK]) for day in range(_WEEK) for more in (0, 1)
        ]
        best = min(choices, key=lambda apart: _spread(shapes[apart]) + _spread(shapes[~apart]))
        if tuple(best.tolist()) not in seen:
            seen.add(tuple(best.tolist()))
            yield best


def _spread(curves: NDArray[np.float64]) -> float:
    return float(((curves - curves.mean(axis=0)) ** 2).sum())
