"""For how much of a stretch of time each process is known, which is what its requests a minute are of.

The times at which a process says who it is are looked at in steps, too coarse for one that lived for minutes
of a day; how long it runs is said by each of its collections, to the second. A process that began within the
stretch has counted from its beginning on, before it was first heard of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from otel_monitoring.views.requests import Where

if TYPE_CHECKING:
    from otel_monitoring.promql.query import Query

STEPS: Final = 240
"""At how many times it is looked who is there."""

FIRST_WITHIN_S: Final = 60.0
"""So long after its beginning, a process was first heard of at the latest."""

_UNMARKED_MS: Final = 300_000
"""For so long a process is still seen whose end nobody noted."""


def known(
    query: Query, start_ms: int, end_ms: int, *, instance: str | None = None, exact: bool
) -> dict[str, int]:
    """Return for how many milliseconds each process is known, by its ``service.instance.id``.

    Of several processes under one id it is the time in which at least one of them is known. One that began
    anew under its id is known in all of its lives.

    Args:
        query: Who answers PromQL.
        start_ms: Where the time begins, Unix milliseconds.
        end_ms: Where it ends.
        instance: Only this process; ``None`` for all that were there.
        exact: Whether all samples of that time can be looked at.

    Raises:
        QueryError: It cannot be answered.
    """
    length_ms = max(end_ms - start_ms, 1)
    step_ms = max(length_ms // STEPS, 1)
    only = Where(instance=instance).matchers()
    there = query(f"count by (instance) (target_info{only})", start_ms, end_ms, step_ms).series
    seen_ms = {one.labels.get("instance"): int((one.times_ms > start_ms).sum()) * step_ms for one in there}
    lives_ms: dict[str, list[int]] = {}
    for labels, life_s in query(_lives(only, length_ms, exact=exact), end_ms).samples:
        lives_ms.setdefault(labels.get("instance"), []).append(round(life_s * 1000))
    found = {
        name: _together(lives_ms.get(name, []), seen_ms.get(name, 0), step_ms) for name in lives_ms | seen_ms
    }
    return {name: min(found_ms, length_ms) for name, found_ms in found.items()}


def _lives(only: str, length_ms: int, *, exact: bool) -> str:
    """Return PromQL for the seconds that each process is known; of one that began anew, its longest life.

    Of a process that was there at the beginning it is the time between the two collections that say what its
    counters counted. One that was there before, of which no more is remembered, is known since its first
    collection.
    """
    uptime = f"process_uptime_seconds{only}"
    window = f"{uptime}[{length_ms}ms]"
    first, last = f"min_over_time({window})", f"max_over_time({window})"
    stays = f"({last} - ({uptime} offset {length_ms}ms <= {first}))"
    older = f"({last} - ({first} > {FIRST_WITHIN_S}))"
    lives = f"({stays} or {older} or {last})"
    return f"{lives} unless (resets({window}) > 0)" if exact else lives


def _together(lives_ms: list[int], seen_ms: int, step_ms: int) -> int:
    """Return how long the lives under one id are together; of several, the time that it was seen."""
    if len(lives_ms) != 1:
        return seen_ms
    return max(lives_ms[0], seen_ms - step_ms - _UNMARKED_MS)
