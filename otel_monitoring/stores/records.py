"""The newest records of each kind in memory, bounded in number."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.model.record import Record


class RecordStore:
    """Keep the newest records of every kind; thread-safe.

    Args:
        most: How many are kept of a kind; the oldest go first.
    """

    def __init__(self, *, most: int = 1000) -> None:
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[str, deque[Record]] = {}
        self._last = 0

    def append(self, records: Iterable[Record]) -> None:
        """Keep records, each under a number of its own in the order in which they come."""
        with self._lock:
            for record in records:
                self._last += 1
                kept = self._kinds.setdefault(record.kind, deque(maxlen=self._most))
                kept.append(replace(record, id=self._last))

    def find(
        self,
        kind: str,
        *,
        since_ms: int = 0,
        until_ms: int | None = None,
        key: str | None = None,
        trace: str | None = None,
        before: tuple[int, int] | None = None,
        most: int = 1000,
    ) -> list[Record]:
        """Return the records of a kind with ``since_ms <= time < until_ms``, newest first.

        Args:
            kind: What is asked for.
            since_ms: Unix milliseconds.
            until_ms: Unix milliseconds; ``None`` for no end.
            key: Only those with this key; ``None`` for all.
            trace: Only those of this trace; ``None`` for all.
            before: The time and the number of a record: only what comes after it in the answer.
            most: The most records that are returned.
        """
        with self._lock:
            kept = list(self._kinds.get(kind, ()))
        found = [
            one
            for one in kept
            if since_ms <= one.time_ms
            and (until_ms is None or one.time_ms < until_ms)
            and key in (None, one.key)
            and trace in (None, one.trace)
            and (before is None or (one.time_ms, one.id) < before)
        ]
        found.sort(key=lambda one: (one.time_ms, one.id), reverse=True)
        return found[:most]

    def after_fork(self) -> None:
        """Begin empty in a child process."""
        self._begin()
