"""Which series share a block.

Series of one metric are alike and are asked for together, so a block holds series of one metric alone. Its
size is bounded, so that a query for one of ten thousand series reads little; within a block the series come
in the order of their ids, in which they were first seen: the buckets of a histogram are neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SERIES_MAX: Final = 64
"""Series in a block: of a day at 15 s, 64 take some hundred kilobytes and decode in tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Part:
    """Series of one metric that share a block.

    Attributes:
        metric: The name of the metric.
        number: Counts the parts of the metric from 0.
        series: The ids, ascending.
    """

    metric: str
    number: int
    series: tuple[int, ...]


def parts(series: Iterable[tuple[int, str]], *, series_max: int = SERIES_MAX) -> Iterator[Part]:
    """Yield parts that hold each series once, by name of the metric.

    Args:
        series: Id and name of the metric of each.
        series_max: How many series share a block at most.
    """
    by_metric: dict[str, list[int]] = {}
    for one, metric in series:
        by_metric.setdefault(metric, []).append(one)
    for metric, ids in sorted(by_metric.items()):
        ids.sort()
        for number, at in enumerate(range(0, len(ids), series_max)):
            yield Part(metric, number, tuple(ids[at : at + series_max]))
