"""The exemplar store: the newest measurements of each series that name their trace, bounded in number.

One queue over all series says which exemplar is the oldest; a short queue per series holds its own. Both are
in the order of arrival, so that keeping and forgetting one are O(1).
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.matcher import Matcher


LABEL_CHARS = 128
"""How many characters the labels of an exemplar have at most, as OpenMetrics limits them."""

_IDS = ("trace_id", "span_id")


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One measurement of a series.

    Attributes:
        labels: ``trace_id`` and ``span_id`` in hexadecimal, where known, and what else is known of it.
        value: The measurement, in the unit of the metric.
        time_ms: When it was measured, Unix milliseconds.
    """

    labels: Labels
    value: float
    time_ms: int


class ExemplarStore:
    """Keep the newest exemplars of every series; thread-safe.

    Args:
        max_exemplars: How many are kept over all series; the oldest go first, and are counted.
        max_per_series: How many are kept of one series.
    """

    def __init__(self, *, max_exemplars: int = 10_000, max_per_series: int = 5) -> None:
        self._max_exemplars = max_exemplars
        self._max_per_series = max_per_series
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._numbers = count()
        self._order: OrderedDict[int, Labels] = OrderedDict()
        self._series: dict[Labels, deque[tuple[int, Exemplar]]] = {}
        self._counts = dict.fromkeys(("added", "duplicates", "dropped"), 0)

    def put(self, labels: Labels, exemplar: Exemplar) -> bool:
        """Keep one exemplar of the series ``labels``; of its own labels as many as fit, the ids first.

        Returns:
            Whether it is new: one that is held already is counted and left out.
        """
        exemplar = _within_limit(exemplar)
        with self._lock:
            held = self._series.get(labels)
            if held is None:
                held = self._series[labels] = deque()
            elif any(one == exemplar for _, one in held):
                self._counts["duplicates"] += 1
                return False
            number = next(self._numbers)
            held.append((number, exemplar))
            self._order[number] = labels
            self._counts["added"] += 1
            if len(held) > self._max_per_series:
                del self._order[held.popleft()[0]]
            if len(self._order) > self._max_exemplars:
                self._drop_oldest()
            return True

    def _drop_oldest(self) -> None:
        _, labels = self._order.popitem(last=False)
        held = self._series[labels]
        held.popleft()
        if not held:
            del self._series[labels]
        self._counts["dropped"] += 1

    def select(
        self, matchers: Sequence[Matcher], start_ms: int, end_ms: int
    ) -> list[tuple[Labels, list[Exemplar]]]:
        """Return the exemplars with ``start_ms <= time <= end_ms`` of the series that fulfil all matchers.

        Returns:
            Pairs of a series and its exemplars, oldest first; the series are sorted.

        Raises:
            QueryError: A regular expression is not valid.
        """
        with self._lock:
            copies = [(labels, [one for _, one in held]) for labels, held in self._series.items()]
        tests = [(matcher.name, matcher.test()) for matcher in matchers]
        found = []
        for labels, held in copies:
            within = [one for one in held if start_ms <= one.time_ms <= end_ms]
            if within and all(test(labels.get(name)) for name, test in tests):
                found.append((labels, sorted(within, key=_time_of)))
        return sorted(found, key=lambda pair: pair[0].pairs)

    def newest(self, labels: Labels) -> Exemplar | None:
        """Return the exemplar of a series that was kept last."""
        with self._lock:
            held = self._series.get(labels)
            return held[-1][1] if held else None

    def all_newest(self) -> dict[Labels, Exemplar]:
        """Return the exemplar of every series that was kept last."""
        with self._lock:
            return {labels: held[-1][1] for labels, held in self._series.items()}

    def stats(self) -> dict[str, float]:
        """Return what is held and what was dropped, as plain numbers."""
        with self._lock:
            return {**self._counts, "exemplars": len(self._order), "series": len(self._series)}

    def after_fork(self) -> None:
        """Begin empty in a child process, with a lock of its own."""
        self._lock = threading.Lock()
        self._clear()


def _within_limit(exemplar: Exemplar) -> Exemplar:
    if sum(len(name) + len(value) for name, value in exemplar.labels) <= LABEL_CHARS:
        return exemplar
    left, kept = LABEL_CHARS, []
    for pair in sorted(exemplar.labels, key=lambda pair: pair[0] not in _IDS):
        size = len(pair[0]) + len(pair[1])
        if size <= left:
            left -= size
            kept.append(pair)
    return replace(exemplar, labels=Labels.of(dict(kept)))


def _time_of(exemplar: Exemplar) -> int:
    return exemplar.time_ms
