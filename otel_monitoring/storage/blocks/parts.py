"""Which series share a block.

The series of a source are numbered in the order in which they were first seen, metric by metric, the buckets
of a histogram beside their sum and count: neighbours are alike and are asked for together. So a block holds
neighbours, whatever their metrics. It is found by its first and last series, and none overlaps another.

A block is bounded in samples: databases keep large values in pages of their own, of which the last one is
half empty, so that many small blocks would take more than what is in them; and since a reader decodes only
the series that it wants, large ones cost it little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SAMPLES_MAX: Final = 1 << 17
"""Samples in a block: some fifty kilobytes of a web application's own."""

SERIES_MIN: Final = 16
"""Series in a block at least, where there are as many, however long it is."""


def parts(series: Iterable[int], *, times: int, columns: int = 1) -> Iterator[tuple[int, ...]]:
    """Yield the series of each block, ascending; every series is in one of them.

    Args:
        series: The numbers of the series of one source.
        times: How many times the block will have.
        columns: How many columns it will have.
    """
    ordered = sorted(series)
    many = max(SERIES_MIN, SAMPLES_MAX // max(1, times * columns))
    for at in range(0, len(ordered), many):
        yield tuple(ordered[at : at + many])
