"""What was told already: nobody hears the same thing from hour to hour."""

from __future__ import annotations

import math
import threading
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otel_monitoring.reports.insights.insight import Insight

MATERIAL = 0.25
"""A number that has moved by that share is worth telling again."""

_GONE_MS = 3_600_000
"""What was missing for so long at each look has gone; what comes back after that is new."""

_MOST = 5000


@dataclass(frozen=True, slots=True)
class _Known:
    id: str
    since_ms: int
    seen_ms: int
    missing_ms: int | None = None
    told_value: float | None = None
    was_told: bool = False


class Memory:
    """Remember what was found since when, and what was told of it; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        self.version = 0
        """Grows with everything that is told."""

    def seen(self, found: Sequence[Insight], now_ms: int) -> list[Insight]:
        """Return insights with since when they hold, and whether they are news."""
        with self._lock:
            self._miss({one.id for one in found}, now_ms)
            for one in found:
                known = self._known.get(one.id)
                if known is None:
                    self._known[one.id] = _Known(one.id, one.since_ms or now_ms, now_ms)
                else:
                    self._known[one.id] = replace(known, seen_ms=now_ms, missing_ms=None)
            return [self._marked(one) for one in found]

    def told(self, told: Iterable[Insight]) -> None:
        """Note that somebody was told."""
        with self._lock:
            for one in told:
                known = self._known.get(one.id)
                if known is not None:
                    value = one.evidence.value
                    self._known[one.id] = replace(
                        known, told_value=value if math.isfinite(value) else None, was_told=True
                    )
                    self.version += 1

    def state(self) -> list[dict[str, Any]]:
        """Return everything as plain records."""
        with self._lock:
            return [asdict(one) for one in self._known.values()]

    def restore(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Know what :meth:`state` returned, here or in another process; what was told stays told."""
        with self._lock:
            for record in records:
                one = _Known(**record)
                here = self._known.get(one.id)
                if here is None or one.was_told:
                    self._known[one.id] = one

    def after_fork(self) -> None:
        """Take a fresh lock in a child process."""
        self._lock = threading.Lock()

    def _miss(self, ids: set[str], now_ms: int) -> None:
        """Note what is missing at this look, and forget what has been so for long."""
        noted = [
            one if one.id in ids or one.missing_ms is not None else replace(one, missing_ms=now_ms)
            for one in self._known.values()
        ]
        kept = [
            one
            for one in noted
            if one.id in ids or one.missing_ms is None or now_ms - one.missing_ms < _GONE_MS
        ]
        newest = sorted(kept, key=lambda one: one.seen_ms)[-_MOST:]
        self._known = {one.id: one for one in newest}

    def _marked(self, one: Insight) -> Insight:
        known = self._known[one.id]
        return replace(one, since_ms=known.since_ms, is_new=_is_news(known, one.evidence.value))


def _is_news(known: _Known, value: float) -> bool:
    if not known.was_told:
        return True
    if known.told_value is None or not math.isfinite(value):
        return False
    return abs(value - known.told_value) >= MATERIAL * abs(known.told_value) and value != known.told_value
