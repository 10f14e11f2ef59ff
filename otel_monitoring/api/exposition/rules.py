"""What OpenMetrics asks of the values of a family, whatever its series are.

Counters, sums and counts do not fall below zero, buckets are whole and grow with their bounds, a histogram is
there as a whole or not at all. A family that breaks a rule cannot be written as what it is.

Source: the OpenMetrics specification, version 1.0.0.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from otel_monitoring.api.exposition.families import Family
    from otel_monitoring.model.labels import Labels

    Places = NDArray[np.intp]


class Rules:
    """The rules for the values of some families, checked for all of them at once.

    Args:
        families: As OpenMetrics has them.
    """

    def __init__(self, families: Sequence[Family]) -> None:
        self._names = [family.name for family in families]
        self._of = np.repeat(np.arange(len(families)), [len(family.series) for family in families])
        places = _Found()
        at = 0
        for family in families:
            places.add(family, at)
            at += len(family.series)
        self._grown, self._whole, self._ones = map(_array, (places.grown, places.whole, places.ones))
        self._lower, self._upper = _pairs(places.rising)
        self._last, self._count = _pairs(places.equal)
        self._member, self._first = _pairs(places.together)

    def broken(self, values: NDArray[np.float64], alive: NDArray[np.bool_]) -> set[str]:
        """Return the names of the families that break a rule.

        Args:
            values: In the order of the series of the families, shape (n,).
            alive: Which of them are there, shape (n,).
        """
        bad = np.zeros(len(values), dtype=bool)
        with np.errstate(invalid="ignore"):
            bad[self._grown] = ~(values[self._grown] >= 0)
            bad[self._whole] |= values[self._whole] % 1 != 0
            bad[self._lower] |= ~(values[self._lower] <= values[self._upper])
        bad[self._last] |= values[self._last] != values[self._count]
        bad[self._ones] = values[self._ones] != 1
        bad &= alive
        bad[self._member] |= alive[self._member] != alive[self._first]
        return {self._names[at] for at in set(self._of[bad].tolist())}


class _Found:
    """Where which rule holds."""

    def __init__(self) -> None:
        self.grown: list[int] = []
        self.whole: list[int] = []
        self.ones: list[int] = []
        self.rising: list[tuple[int, int]] = []
        self.equal: list[tuple[int, int]] = []
        self.together: list[tuple[int, int]] = []

    def add(self, family: Family, begin: int) -> None:
        every = range(begin, begin + len(family.series))
        if family.type == "counter":
            self.grown += every
        elif family.type == "info":
            self.ones += every
        elif family.type == "histogram":
            self._add_histogram(family.series, begin)

    def _add_histogram(self, series: Sequence[Labels], begin: int) -> None:
        """Note each label set: its buckets, the last of them infinite, its sum and its count."""
        first = begin
        for at, labels in enumerate(series, begin):
            self.together.append((at, first))
            self.grown.append(at)
            if labels.get(NAME).endswith("_sum"):
                continue
            self.whole.append(at)
            if labels.get(NAME).endswith("_count"):
                self.equal.append((at - 2, at))
                first = at + 1
            elif at > first:
                self.rising.append((at - 1, at))


def _array(places: list[int]) -> Places:
    return np.array(places, dtype=np.intp)


def _pairs(places: list[tuple[int, int]]) -> tuple[Places, Places]:
    both = np.array(places, dtype=np.intp).reshape(-1, 2)
    return both[:, 0], both[:, 1]
