"""The whole numbers behind floats, bit-exact.

Samples are seldom arbitrary floats. Counts are whole numbers; what was once written in decimals is a whole
number over a power of ten, at times one unit in the last place beside it; a sum of durations is a multiple of
the smallest one's last bit. So each row of a matrix gets the *scale* at which it takes the fewest bits:

- ``DECIMAL``: ``number / 10**exponent``, and by how many floats the sample lies beside that (mostly none),
- ``BINARY``: ``number * 2**exponent``, exactly,
- ``ORDER``: the place of the sample among all floats; always possible.

This module needs numpy; import it lazily on the start-up path.

Source of the decimal scale with a correction: after Afroozeh, Kuffo, Boncz, ALP: adaptive lossless
floating-point compression, SIGMOD (2023), with a correction a sample in place of exceptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from otel_monitoring.storage.blocks.bits import from_ordered, ordered
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.integers import costs, sampled, total_bits

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDER, DECIMAL, BINARY = 0, 1, 2
_DECIMALS = 16
_WHOLE_MAX = 2.0**53
_BINARY_BITS = 62
_EXPONENT_MAX = 1000
_NOWHERE = 9999
_GLANCE = 32
_NEAR: Final = ((13, 32), (14, 6))
"""So many digits, and how many floats beside such a number."""
_LIKELY_RATIO = 0.5
# From whole numbers: a power computed in floats may differ in its last bit from machine to machine.
_POWERS = np.array([float(10**exponent) for exponent in range(_DECIMALS)])


class Scales(NamedTuple):
    """The scale of each row.

    Attributes:
        kinds: ``ORDER``, ``DECIMAL`` or ``BINARY``, shape (rows,).
        exponents: Of ten or two; 0 at ``ORDER``, shape (rows,).
    """

    kinds: NDArray[np.uint8]
    exponents: NDArray[np.int16]


def choose(values: NDArray[np.float64]) -> Scales:
    """Return the scale of each row at which it takes the fewest bits.

    Args:
        values: Finite floats without -0.0, shape (rows, columns).
    """
    rows, columns = values.shape
    scales = Scales(np.full(rows, ORDER, dtype=np.uint8), np.zeros(rows, dtype=np.int16))
    if not values.size:
        return scales
    stretches = values[:, sampled(columns)]
    best = _cost(ordered(stretches))
    _try_decimals(stretches, np.abs(values).max(axis=1), scales, best)
    _try_binary(values, stretches, scales, best)
    return scales


def to_whole(values: NDArray[np.float64], scales: Scales) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers behind samples, and how many floats further each sample lies.

    Args:
        values: The floats that the scales were chosen for, shape (rows, columns).
        scales: Their scales.

    Returns:
        Numbers and corrections, each of shape (rows, columns).
    """
    numbers = ordered(values)
    corrections = np.zeros_like(numbers)
    tens = np.flatnonzero(scales.kinds == DECIMAL)
    if len(tens):
        powers = _POWERS[scales.exponents[tens], None]
        found = _rounded(values[tens] * powers)
        corrections[tens] = numbers[tens] - ordered(found / powers)
        numbers[tens] = found.astype(np.int64)
    twos = np.flatnonzero(scales.kinds == BINARY)
    if len(twos):
        shrink = np.ldexp(1.0, -scales.exponents[twos].astype(np.int64))
        numbers[twos] = (values[twos] * shrink[:, None]).astype(np.int64)
    return numbers, corrections


def from_whole(
    numbers: NDArray[np.int64],
    scales: Scales,
    *,
    corrections: NDArray[np.int64],
    corrected: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Undo :func:`to_whole`.

    Args:
        numbers: Shape (rows, columns).
        scales: The scales of the rows.
        corrections: Those of the rows that have any, shape (corrected rows, columns).
        corrected: Which rows those are.
    """
    values = from_ordered(numbers)
    tens = np.flatnonzero(scales.kinds == DECIMAL)
    if len(tens):
        values[tens] = numbers[tens].astype(np.float64) / _POWERS[scales.exponents[tens], None]
    twos = np.flatnonzero(scales.kinds == BINARY)
    if len(twos):
        grow = np.ldexp(1.0, scales.exponents[twos].astype(np.int64))
        values[twos] = numbers[twos].astype(np.float64) * grow[:, None]
    if len(corrected):
        values[corrected] = from_ordered(ordered(values[corrected]) + corrections)
    return values


def check(scales: Scales) -> None:
    """Raise ``DamagedError`` where a scale is none that is written."""
    tens, twos = scales.kinds == DECIMAL, scales.kinds == BINARY
    fine = (
        (scales.kinds <= BINARY)
        & (~tens | ((scales.exponents >= 0) & (scales.exponents < _DECIMALS)))
        & (~twos | (np.abs(scales.exponents.astype(np.int64)) <= _EXPONENT_MAX))
    )
    if not fine.all():
        at = int(np.argmin(fine))
        msg = f"a scale of kind {scales.kinds[at]} with exponent {scales.exponents[at]}"
        raise DamagedError(msg)


def _try_decimals(
    stretches: NDArray[np.float64], largest: NDArray[np.float64], scales: Scales, best: NDArray[np.int64]
) -> None:
    rows = np.flatnonzero(_look_decimal(stretches, largest))
    for exponent in range(_DECIMALS):
        rows = rows[largest[rows] * _POWERS[exponent] < _WHOLE_MAX]
        if not len(rows):
            return
        found = _rounded(stretches[rows] * _POWERS[exponent])
        beside = ordered(stretches[rows]) - ordered(found / _POWERS[exponent])
        cost = _cost(found.astype(np.int64)) + total_bits(beside)
        _take(rows, cost, scales, best, kind=DECIMAL, exponents=np.full(len(rows), exponent))
        # What is exact becomes no smaller by more decimals.
        rows = rows[beside.any(axis=(1, 2))]


def _look_decimal(stretches: NDArray[np.float64], largest: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which rows may be decimals: half of some samples lie near a number of few digits.

    Of arbitrary floats few do, as a float has two or three digits more.
    """
    flat = stretches.reshape(len(stretches), stretches[0].size)
    some = flat[:, :: max(1, flat.shape[1] // _GLANCE)]
    found = np.zeros(len(flat), dtype=bool)
    with np.errstate(divide="ignore"):
        whole_digits = np.log10(largest)
    for digits, near in _NEAR:
        exponents = np.floor(digits - whole_digits).clip(0, _DECIMALS - 1).astype(np.intp)
        powers = _POWERS[exponents, None]
        beside = ordered(some) - ordered(_rounded(some * powers) / powers)
        found |= (np.abs(beside) <= near).mean(axis=1) >= _LIKELY_RATIO
    return found


def _try_binary(
    values: NDArray[np.float64], stretches: NDArray[np.float64], scales: Scales, best: NDArray[np.int64]
) -> None:
    """Try the power of two that every sample is a multiple of; first on what was sampled, for speed."""
    rows = np.arange(len(values))
    for looked_at in (stretches.reshape(len(values), -1), values):
        rows, lowest = _multiples(looked_at, rows)
        cost = _cost((stretches[rows] * np.ldexp(1.0, -lowest)[:, None, None]).astype(np.int64))
        better = cost < best[rows]
        rows, lowest, cost = rows[better], lowest[better], cost[better]
    _take(rows, cost, scales, best, kind=BINARY, exponents=lowest)


def _multiples(
    values: NDArray[np.float64], rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return which of ``rows`` are multiples, few enough, of a power of two, and which one."""
    lowest = _last_bits(values[rows])
    top = np.frexp(np.abs(values[rows]).max(axis=1))[1]
    fits = (top - lowest <= _BINARY_BITS) & (np.abs(lowest) <= _EXPONENT_MAX)
    return rows[fits], lowest[fits]


def _take(
    rows: NDArray[np.intp],
    cost: NDArray[np.int64],
    scales: Scales,
    best: NDArray[np.int64],
    *,
    kind: int,
    exponents: NDArray[np.int64],
) -> None:
    better = cost < best[rows]
    rows = rows[better]
    best[rows], scales.kinds[rows], scales.exponents[rows] = cost[better], kind, exponents[better]


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to whole numbers, with the one zero that whole numbers have."""
    found: NDArray[np.float64] = np.rint(values) + 0.0
    return found


def _last_bits(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the power of two of the lowest bit that any sample of a row has; 0 for rows of zeros."""
    mantissas, exponents = np.frexp(values)
    whole = (mantissas * _WHOLE_MAX).astype(np.int64)
    trailing = np.frexp((whole & -whole).astype(np.float64))[1].astype(np.int64) - 1
    found = np.where(whole != 0, exponents + trailing - 53, _NOWHERE).min(axis=1)
    return np.where(found == _NOWHERE, 0, found)


def _cost(stretches: NDArray[np.int64]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = costs(stretches).min(axis=0)
    return found
