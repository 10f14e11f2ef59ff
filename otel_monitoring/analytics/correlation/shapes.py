"""What a series may look like that something happened to, as its news show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from otel_monitoring.analytics.correlation.whitening import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Shape = Literal["shift", "ramp", "spike", "spread"]

_RAMPS = (2, 4, 8, 16, 32)
_SPIKES = (1, 2, 3, 4, 5, 6, 8, 12)


def short() -> Iterator[NDArray[np.float64]]:
    """Return a few short shapes, by which it is judged whether anything happened at all."""
    for length in (5, 30):
        yield np.ones(length)
    for length in (1, 4):
        yield np.concatenate([np.ones(length), np.zeros(ORDER)])
    for rise in (10, 30):
        yield np.minimum(np.arange(1.0, 31.0) / rise, 1.0)


def whole(length: int) -> Iterator[tuple[Shape, NDArray[np.float64]]]:
    """Return shapes that last to the end of a window, by which it is judged when it began."""
    steps = np.arange(1.0, length + 1)
    yield "shift", np.ones(length)
    for rise in _RAMPS:
        yield "ramp", np.minimum(steps / rise, 1.0)
    for lasting in _SPIKES:
        yield "spike", (steps <= lasting).astype(float)


def seen_through(filters: NDArray[np.float64], shape: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how a shape shows in the news of each row, shape (n, len(shape))."""
    length = 1 << (len(shape) + filters.shape[1]).bit_length()
    product = np.fft.rfft(filters, length, axis=1) * np.fft.rfft(shape, length)
    return np.fft.irfft(product, length, axis=1)[:, : len(shape)]
