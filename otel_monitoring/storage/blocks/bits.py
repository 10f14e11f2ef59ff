"""Numbers as bits, for whole arrays at once.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MANTISSA_BITS = 52
_BIAS = 1022
_LOWEST = np.int64(-(1 << 63))


def zigzag(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return numbers that are small where the magnitude is: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return ((values << 1) ^ (values >> 63)).view(np.uint64)


def unzigzag(values: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.signedinteger[Any]]:
    """Undo :func:`zigzag`, in numbers as wide as those given."""
    kind = values.dtype.type
    found = (values >> kind(1)) ^ (kind(0) - (values & kind(1)))
    signed: NDArray[np.signedinteger[Any]] = found.view(found.dtype.str.replace("u", "i"))
    return signed


def bit_lengths(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return how many bits each number needs; of numbers above 2**53 one more at times."""
    exponents = values.astype(np.float64).view(np.int64) >> _MANTISSA_BITS
    found: NDArray[np.int64] = np.maximum(exponents - _BIAS, 0)
    return found


def ordered(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return integers in the order of the floats, so that neighbours are one apart; any bits.

    Both zeros keep their own bits: -0.0 lies one below 0.0.
    """
    bits = np.ascontiguousarray(values).view(np.int64)
    return np.where(bits < 0, _LOWEST - bits - 1, bits)


def from_ordered(values: NDArray[np.int64]) -> NDArray[np.float64]:
    """Undo :func:`ordered`."""
    return np.where(values < 0, _LOWEST - values - 1, values).view(np.float64)
