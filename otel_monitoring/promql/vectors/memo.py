"""What was derived from label sets, kept by the identity of their tuple.

Selections of the store keep their tuple while no series that they match is added, and everything derived from
a tuple is kept here, so that a rule resolves its labels, groups and matches once, not once per evaluation.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from otel_monitoring.model.labels import Labels

_TUPLES_OF_THE_LARGEST = 32
_WEIGHT_OF_AN_ENTRY = 16


class Memo:
    """Remember derived values, the least recently used go first; thread-safe.

    The tuples are held, so that an ``id`` stands for one tuple for as long as it is part of a key.

    Tuples of past generations stay until others push them out, so room is measured in label sets, and grows
    with the largest tuple: some dozens of those fit.

    Args:
        min_labels: How many label sets the tuples held may have together at least.
    """

    def __init__(self, *, min_labels: int = 100_000) -> None:
        self._max_labels = min_labels
        self._kept: dict[Hashable, tuple[tuple[tuple[Labels, ...], ...], Any]] = {}
        self._weight = 0
        self._lock = threading.Lock()

    def get(
        self,
        key: tuple[Hashable, ...],
        labels: tuple[tuple[Labels, ...], ...],
        derive: Callable[[], Any],
        *,
        keep: Callable[[], bool] | None = None,
    ) -> Any:
        """Return what ``derive`` gave the last time for the same key and the very same tuples of labels.

        Args:
            key: What is derived, hashable.
            labels: What it is derived from.
            derive: Called without a lock when it is not known.
            keep: Tells after that whether it is light enough to be kept.
        """
        full = (key, *map(id, labels))
        with self._lock:
            found = self._kept.pop(full, None)
            if found is not None:
                self._kept[full] = found
                return found[1]
        value = derive()
        if keep is not None and not keep():
            return value
        with self._lock:
            if full not in self._kept:
                self._kept[full] = (labels, value)
                weight = _weight(labels)
                self._weight += weight
                self._max_labels = max(self._max_labels, weight * _TUPLES_OF_THE_LARGEST)
                self._evict()
        return value

    def _evict(self) -> None:
        while self._weight > self._max_labels and self._kept:
            labels, _ = self._kept.pop(next(iter(self._kept)))
            self._weight -= _weight(labels)

    def after_fork(self) -> None:
        """Begin empty in a child process, with a lock of its own."""
        self._lock = threading.Lock()
        self._kept, self._weight = {}, 0


def _weight(labels: tuple[tuple[Labels, ...], ...]) -> int:
    return _WEIGHT_OF_AN_ENTRY + sum(map(len, labels))
