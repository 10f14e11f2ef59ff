"""How unlikely it is, by a series' own past, that it moves as it did in a window.

Shapes are looked for at every time, before the window as well as in it. How often the past looks as much like
one of them says what chance does: first for each shape, by the tail of what it yields, then for the best of
all shapes, by the best of each stretch as long as the window.

Source: matched filters after whitening (Willsky and Jones, A generalized likelihood ratio approach to the
detection and estimation of jumps in linear systems, IEEE Transactions on Automatic Control 21, 1976);
exponential tails and Gumbel's distribution of what is largest (Coles, An Introduction to Statistical Modeling
of Extreme Values, chapters 3 and 4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.correlation.prepare import robust
from otel_monitoring.analytics.correlation.shapes import seen_through, short
from otel_monitoring.analytics.correlation.whitening import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from otel_monitoring.analytics.correlation.whitening import Whitened

MOST = 300.0
_REACH = 30
_SPREADS = (8, _REACH)
_LOUD = 6.0
_TAIL_SHARE, _TAIL_POINTS = 50, 10
_LEAST_EXCESS = 0.3
_EULER = 0.5772
_TINY = 1e-12
_LEAST_SCALE = 1 / np.log(10)
_WARINESS = 6.0
"""Few stretches know their own scale badly: it is taken for larger by this by their number."""


def surprise(series: Whitened, *, before: int) -> NDArray[np.float64]:
    """Return how unlikely the window of each row is, as digits: 3 is one in a thousand; shape (n,).

    Args:
        series: The window is the columns from ``before`` on.
        before: How many columns there are before it, more than three times the window's.
    """
    evidence = np.zeros_like(series.news)
    for response in _responses(series, before=before):
        np.maximum(evidence, _digits(response, before=before), out=evidence)
    window = evidence.shape[1] - before
    # What begins within reach of the window is seen there already.
    many = (before - _REACH - ORDER) // window
    past = evidence[:, before - _REACH - many * window : before - _REACH]
    best = past.reshape(len(evidence), many, window).max(axis=2)
    scale = (1 + _WARINESS / many) * np.maximum(best.std(axis=1, ddof=1) * np.sqrt(6) / np.pi, _LEAST_SCALE)
    place = best.mean(axis=1) - _EULER * scale
    beyond = np.clip((evidence[:, before:].max(axis=1) - place) / scale, -5.0, MOST * np.log(10))
    chance = -np.expm1(-np.exp(-beyond))
    return np.asarray(-np.log10(np.maximum(chance, 10.0**-MOST)))


def _responses(series: Whitened, *, before: int) -> Iterator[NDArray[np.float64]]:
    """Return how much like each shape it looks from every time on, of variance one, shape (n, t) each."""
    news = series.news
    count, points = news.shape
    length = 1 << (points + _REACH + ORDER).bit_length()
    transformed = np.fft.rfft(news, length, axis=1)
    for shape in short():
        seen = seen_through(series.filters, shape)
        power = np.cumsum(seen**2, axis=1)
        whole = np.repeat(power[:, -1:], points, axis=1)
        whole[:, points - len(shape) :] = power[:, ::-1]  # of what begins late only the beginning is seen
        found = np.fft.irfft(transformed * np.conj(np.fft.rfft(seen, length, axis=1)), length, axis=1)
        response = found[:, :points] / np.sqrt(np.maximum(whole, _TINY))
        yield np.abs(_standard(response, before=before))
    loud = np.minimum(np.abs(news), _LOUD)
    loud -= loud[:, ORDER:].mean(axis=1, keepdims=True)
    for reach in _SPREADS:
        padded = np.concatenate([np.zeros((count, 1)), loud, np.zeros((count, reach))], axis=1)
        total = np.cumsum(padded, axis=1)
        seen_points = np.minimum(reach, points - np.arange(points))
        response = (total[:, reach : reach + points] - total[:, :points]) / np.sqrt(seen_points)
        yield np.maximum(_standard(response, before=before), 0.0)


def _standard(response: NDArray[np.float64], *, before: int) -> NDArray[np.float64]:
    middle, spread = robust(response[:, ORDER : before - _REACH])
    return (response - middle) / spread


def _digits(response: NDArray[np.float64], *, before: int) -> NDArray[np.float64]:
    """Return how unlikely each response is by those before the window, as digits."""
    past = np.sort(response[:, ORDER : before - _REACH], axis=1)
    count = past.shape[1]
    tail = max(count // _TAIL_SHARE, min(_TAIL_POINTS, count // 4))
    edge = past[:, -tail - 1 : -tail]
    excess = np.maximum((past[:, -tail:] - edge).mean(axis=1, keepdims=True), _LEAST_EXCESS)
    at_edge = np.log10(count / tail)
    above = at_edge + (response - edge) / excess / np.log(10)
    below = at_edge * response / np.maximum(edge, 1e-9)
    digits = np.where(response > edge, above, below)
    return np.asarray(np.where(response > past[:, -1:], digits, np.minimum(digits, np.log10(count))))
