"""When something began, and what it looks like.

For each time of the window the shape is sought that explains the news from then on best. How likely each time
is follows from how well the others do, so that whoever asks for an order knows how sure it is.

Source: the generalised likelihood ratio of Willsky and Jones (1976, as in ``surprise``), for a changed spread
that of two normal distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.correlation.shapes import seen_through, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from otel_monitoring.analytics.correlation.shapes import Shape
    from otel_monitoring.analytics.correlation.whitening import Whitened

_SPREADS = (4, 8, 15, 30)
_FEWEST = 3
_COST_OF_SPREAD = 3.0
"""What a changed spread has to explain better, in nats: it fits anything a little."""
_DOUBT = 0.6
"""How much of a likelihood is believed: no series is what it is taken for."""
_LEAST_NATS = -50.0


@dataclass(frozen=True, slots=True)
class Onsets:
    """When it began in each of n rows.

    Attributes:
        columns: The likeliest column of the window, shape (n,).
        likely: How likely each column is, shape (n, w), each row adding up to 1.
        shapes: What it looks like.
    """

    columns: NDArray[np.intp]
    likely: NDArray[np.float64]
    shapes: list[Shape]


def onsets(series: Whitened, *, before: int) -> Onsets:
    """Return when it began in each row, which has moved for certain.

    Args:
        series: The window is the columns from ``before`` on.
        before: How many columns there are before it.
    """
    news = series.news[:, before:]
    names: list[Shape] = []
    nats = np.full(news.shape, -1.0)
    which = np.zeros(news.shape, dtype=np.intp)
    for name, explained in _explained(news, series.filters):
        better = explained > nats
        nats[better] = explained[better]
        which[better] = len(names)
        names.append(name)
    columns = nats.argmax(axis=1)
    rows = np.arange(len(news))
    likely = np.exp(np.maximum((nats - nats[rows, columns][:, None]) * _DOUBT, _LEAST_NATS))
    likely /= likely.sum(axis=1, keepdims=True)
    return Onsets(columns, likely, [names[at] for at in which[rows, columns].tolist()])


def _explained(
    news: NDArray[np.float64], filters: NDArray[np.float64]
) -> Iterator[tuple[Shape, NDArray[np.float64]]]:
    """Return how much each shape explains that begins at each column, in nats, shape (n, w)."""
    count, window = news.shape
    for name, shape in whole(window):
        seen = seen_through(filters, shape)
        power = np.cumsum(seen**2, axis=1)
        found = np.empty((count, window))
        for at in range(window):
            left = window - at
            found[:, at] = np.einsum("ij,ij->i", seen[:, :left], news[:, at:]) ** 2 / power[:, left - 1]
        yield name, found / 2
    total = np.concatenate([np.zeros((count, 1)), np.cumsum(news**2, axis=1)], axis=1)
    for reach in (*_SPREADS, window):
        ends = np.minimum(np.arange(window) + reach, window)
        points = ends - np.arange(window)
        ratio = np.maximum((total[:, ends] - total[:, :window]) / points, 1.0)
        gained = points / 2 * (ratio - 1 - np.log(ratio)) - _COST_OF_SPREAD
        yield "spread", np.where(points >= _FEWEST, gained, -1.0)
