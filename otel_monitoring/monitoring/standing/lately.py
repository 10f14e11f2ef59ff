"""What was lost lately: counts of losses as they were a while ago, against those of now."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.monitoring.standing.part import Count, Standing

LATELY_S: Final = 900.0
"""Losses are told of for so long."""
_NOTED_EVERY_S: Final = 60.0

_Key: TypeAlias = tuple[str, str]


class Lately:
    """Judge parts by what they lost in the last quarter of an hour.

    What was lost before the first look counts as lost lately: nobody knows better.

    Args:
        parts: Returns how all parts stand.
        clock: The monotonic side tells how long ago a look was.
    """

    def __init__(self, parts: Callable[[], Sequence[Standing]], *, clock: Clock) -> None:
        self._parts = parts
        self._clock = clock
        self._lock = threading.Lock()
        self._looks: deque[tuple[float, dict[_Key, float]]] = deque()

    def note(self) -> None:
        """Remember the losses so far; once a minute is enough."""
        self._note(self._parts())

    def standings(self) -> list[tuple[Standing, dict[str, float]]]:
        """Return how all parts stand, each with what of its losses is new, by the name of the count."""
        parts = self._parts()
        before = self._note(parts)
        judged = []
        for part in parts:
            new = {count.name: _grown(count, before.get((part.name, count.name))) for count in _losses(part)}
            judged.append((_judged(part, new), new))
        return judged

    def _note(self, parts: Iterable[Standing]) -> dict[_Key, float]:
        """Remember the losses so far; return those of a quarter of an hour ago."""
        now_s = self._clock.monotonic_s()
        losses = {(part.name, count.name): count.value for part in parts for count in _losses(part)}
        with self._lock:
            looks = self._looks
            while len(looks) > 1 and looks[1][0] <= now_s - LATELY_S:
                looks.popleft()
            before = looks[0][1] if looks and looks[0][0] <= now_s - LATELY_S else {}
            if not looks or looks[-1][0] <= now_s - _NOTED_EVERY_S:
                looks.append((now_s, losses))
        return before

    def after_fork(self) -> None:
        """Begin anew in a child process, whose counts begin at zero."""
        self._lock = threading.Lock()
        self._looks.clear()


def _losses(part: Standing) -> list[Count]:
    return [count for count in part.counts if count.loss]


def _grown(count: Count, before: float | None) -> float:
    """Return how much was added; a count that is lower than before began anew."""
    return count.value if before is None or before > count.value else count.value - before


def _judged(part: Standing, new: dict[str, float]) -> Standing:
    """Return a part with its losses among what is wrong with it; of a part that is fine the advice goes."""
    lost = [f"{new[count.name]:g} {count.loss}" for count in _losses(part) if new[count.name]]
    words = f"{', '.join(lost)} in the last {LATELY_S / 60:g} minutes" if lost else ""
    problem = "; ".join(text for text in (part.problem, words) if text)
    return replace(part, problem=problem, advice=part.advice if problem else "")
