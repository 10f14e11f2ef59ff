"""What is new in each point of a series: what its own past does not foretell.

A series that wanders, has a day or smooths what it shows says little new from minute to minute. Its past is
taken for an autoregression, so that each point counts as much as it tells.

Source: Yule-Walker equations (Brockwell and Davis, Time Series: Theory and Methods, section 8.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.correlation.prepare import robust

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDER = 12
_FAR = 8.0
_RIDGE = 1e-3
_LEAST_SHARE = 0.3
_TINY = 1e-9
_TAIL_SHARE = 50
_NORMAL_EDGE = 2.326
"""One in fifty normal values is farther out."""
_LEAST_EXCESS = 0.3


@dataclass(frozen=True, slots=True)
class Whitened:
    """Series as what is new in them.

    Attributes:
        news: In units of what is usual, shape (n, t).
        filters: By which news come from values: 1, then what is subtracted of each earlier value,
            shape (n, ORDER + 1).
    """

    news: NDArray[np.float64]
    filters: NDArray[np.float64]


def whitened(values: NDArray[np.float64], present: NDArray[np.bool_], *, before: int) -> Whitened:
    """Return what is new in each point.

    Args:
        values: Shape (n, t), finite.
        present: Where there was a value; what was filled in brings no news.
        before: How many columns lie before the window: from them one learns.
    """
    middle, spread = robust(values[:, :before])
    level = (values - middle) / spread
    weights = _weights(np.clip(level[:, :before], -_FAR, _FAR))
    news = level.copy()
    for lag in range(1, ORDER + 1):
        news[:, lag:] -= weights[:, lag - 1 : lag] * level[:, :-lag]
    news -= np.median(news[:, ORDER:before], axis=1, keepdims=True)
    news[:, :ORDER] = 0.0
    news[~present] = 0.0
    usual = news[:, ORDER:before]
    unit = np.maximum(
        1.4826 * np.median(np.abs(usual), axis=1), np.maximum(_LEAST_SHARE * usual.std(axis=1), _TINY)
    )
    filters = np.concatenate([np.ones((len(values), 1)), -weights], axis=1)
    return Whitened(news / unit[:, None], filters)


def tamed(series: Whitened, *, before: int) -> Whitened:
    """Return news of which those far out count as much as normal ones would that are as rare.

    The tail of the past is taken for exponential: what is the rule in a series is no evidence.

    Args:
        series: The news.
        before: How many columns lie before the window.
    """
    news = series.news
    size = np.abs(news)
    past = np.sort(size[:, ORDER:before], axis=1)
    tail = max(past.shape[1] // _TAIL_SHARE, 1)
    edge = past[:, -tail - 1 : -tail]
    excess = np.maximum((past[:, -tail:] - edge).mean(axis=1, keepdims=True), _LEAST_EXCESS)
    core = np.minimum(edge, _NORMAL_EDGE)
    inside = size * core / np.maximum(edge, _TINY)
    beyond = np.sqrt(core**2 + 2 * np.maximum(size - edge, 0.0) / excess)
    return Whitened(np.sign(news) * np.where(size > edge, beyond, inside), series.filters)


def _weights(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients of an autoregression for each row, shape (n, ORDER)."""
    around = level - level.mean(axis=1, keepdims=True)
    length = 1 << (2 * level.shape[1] - 1).bit_length()
    power = np.abs(np.fft.rfft(around, length, axis=1)) ** 2
    alike = np.fft.irfft(power, length, axis=1)[:, : ORDER + 1]
    alike /= np.where(alike[:, :1] > 0, alike[:, :1], 1.0)
    lags = np.abs(np.subtract.outer(np.arange(ORDER), np.arange(ORDER)))
    matrix = alike[:, lags] + _RIDGE * np.eye(ORDER)
    return np.asarray(np.linalg.solve(matrix, alike[:, 1:, None])[:, :, 0])
