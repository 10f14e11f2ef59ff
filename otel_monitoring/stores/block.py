"""What the series store hands to readers: a window of samples of one source.

Values lie time-major, one row per collection: a window is a contiguous slab, and what is computed along
time runs over neighbouring series at once.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.sample import STALE_BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels

ABSENT_BITS = STALE_BITS + 1
"""The bit pattern of "no sample at this time", a NaN of its own; never leaves the engine."""

ABSENT: float = struct.unpack("<d", struct.pack("<Q", ABSENT_BITS))[0]


@dataclass(frozen=True, slots=True)
class Block:
    """Samples of some series of one source.

    Attributes:
        source: Who collected them.
        labels: The label sets, shape (n,). The same object for the same matchers for as long as no series
            that they match is added, so that what is derived from it can be kept by identity.
        times_ms: Unix times in milliseconds, shape (t,), strictly increasing.
        values: The samples, shape (t, n); a hole is ``ABSENT`` or a staleness marker.
        whole: Whether there is certainly no hole and no NaN in ``values``.
        counts: Where ``values`` are sums, of how many samples each is one, with the same holes, shape (t, n);
            ``None`` where they are samples.
    """

    source: str
    labels: tuple[Labels, ...]
    times_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    whole: bool
    counts: NDArray[np.float64] | None = None


def counts_of(values: NDArray[np.float64], counts: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return of how many samples each value is the sum: 1 where they are samples, ABSENT in the holes."""
    return np.where(is_hole(values), ABSENT, 1.0) if counts is None else counts


def is_hole(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell where there is no sample: absent or a staleness marker.

    Args:
        values: Any shape; the bits are compared, since NaN equals nothing.
    """
    bits = _bits(values)
    hole: NDArray[np.bool_] = (bits == STALE_BITS) | (bits == ABSENT_BITS)
    return hole


def is_stale(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell where there is a staleness marker."""
    return np.equal(_bits(values), STALE_BITS)


def is_absent(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell where nothing was collected."""
    return np.equal(_bits(values), ABSENT_BITS)


def _bits(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.ascontiguousarray(values).view(np.int64)
