"""When versions of a service were there: looked for roughly over weeks, closely where something changed."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from otel_monitoring.reports.asking import Window, tracks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otel_monitoring.promql.query import Query

_PRESENT = "count by (job, service_version) (present_over_time(target_info[300s]))"
"""Which versions were there at any moment of five minutes."""
_HEARD = "max by (job, service_version) (timestamp(target_info))"
"""When a version was last heard of, exactly."""

_JOB, _VERSION = "job", "service_version"
_ROUGH_MS, _CLOSE_MS = 300_000, 15_000
_ROUGH_GAP_MS, _CLOSE_GAP_MS = 600_000, 120_000
"""What is not heard of for so long was away, where it was looked for roughly, and closely."""
_ROUND_MS = 1_800_000
_MARGIN_MS = 600_000
_MOST_CHANGES = 50

Key: TypeAlias = tuple[str, str]
"""A service and its version, empty where it says none."""
Stretch: TypeAlias = tuple[int, int]
"""From when until when, Unix milliseconds."""


@dataclass(frozen=True, slots=True)
class _Past:
    until_ms: int
    found: Mapping[Key, Sequence[Stretch]]
    near: Sequence[Stretch]


class Presence:
    """Tell when each version was there.

    The past is looked through once in half an hour; the newest stretch closely, each time.

    Args:
        query: Answers PromQL.
        span_ms: How far back is looked.
    """

    def __init__(self, query: Query, *, span_ms: int) -> None:
        self._query = query
        self._span_ms = span_ms
        self._past: _Past | None = None

    def until(self, now_ms: int) -> Mapping[Key, Sequence[Stretch]]:
        """Return the stretches in which each version was there, the oldest in front.

        Args:
            now_ms: Until when is looked, Unix milliseconds.

        Raises:
            QueryError: It cannot be asked for.
        """
        past = self._past
        until_ms = now_ms - now_ms % _ROUND_MS - _ROUND_MS  # half an hour later no process writes there
        # A past without anything may be one that is not read yet, or cannot be read now.
        if past is None or past.until_ms != until_ms or not past.found:
            past = self._past = self._looked_through(until_ms)
        recent = _closely(self._query, (until_ms - _MARGIN_MS, now_ms))
        *near, newest = past.near
        return _joined([past.found, recent], [*near, (newest[0], now_ms)])

    def _looked_through(self, until_ms: int) -> _Past:
        rough = _roughly(self._query, Window(until_ms - self._span_ms, until_ms, _ROUGH_MS))
        near = _near(_changes(_joined([rough], [])), until_ms=until_ms)
        away = {key: [one for one in moments if not _is_in(one, near)] for key, moments in rough.items()}
        found = _joined([away, *(_closely(self._query, one) for one in near)], near)
        return _Past(until_ms, found, near)


def _roughly(query: Query, window: Window) -> Mapping[Key, Sequence[Stretch]]:
    """Return the moments up to five minutes before which versions were there, as stretches without length."""
    return {
        (track.labels.get(_JOB), track.labels.get(_VERSION)): [
            (one, one) for one in track.times_ms[np.isfinite(track.values)].tolist()
        ]
        for track in tracks(query, _PRESENT, window)
    }


def _closely(query: Query, stretch: Stretch) -> Mapping[Key, Sequence[Stretch]]:
    """Return the moments at which versions were heard of, as stretches without length."""
    start_ms, end_ms = stretch
    steps = (end_ms - start_ms) // _CLOSE_MS
    window = Window(end_ms - steps * _CLOSE_MS, end_ms, _CLOSE_MS)
    found: dict[Key, Sequence[Stretch]] = {}
    for track in tracks(query, _HEARD, window):
        heard_s = np.unique(track.values[np.isfinite(track.values)]).tolist()
        moments_ms = [round(one * 1000) for one in heard_s]
        found[track.labels.get(_JOB), track.labels.get(_VERSION)] = [(one, one) for one in moments_ms]
    return found


def _is_in(moment: Stretch, near: Sequence[Stretch]) -> bool:
    return any(start_ms <= moment[0] <= end_ms for start_ms, end_ms in near)


def _changes(found: Mapping[Key, Sequence[Stretch]]) -> list[int]:
    """Return when versions came or went; of one that has its service to itself, when it came at first."""
    jobs = Counter(job for job, _ in found)
    moments = {stretches[0][0] for stretches in found.values()}
    for (job, _), stretches in found.items():
        if jobs[job] > 1:
            moments.update(moment_ms for stretch in stretches for moment_ms in stretch)
    return sorted(moments)


def _near(changes: Sequence[int], *, until_ms: int) -> list[Stretch]:
    """Return where to look closely: around the newest changes, and before the end; in order and apart."""
    merged: list[Stretch] = []
    for moment_ms in [*changes[-_MOST_CHANGES:], until_ms]:
        start_ms, end_ms = moment_ms - _MARGIN_MS, min(moment_ms + _MARGIN_MS, until_ms)
        if merged and start_ms <= merged[-1][1]:
            merged[-1] = (merged[-1][0], end_ms)
        else:
            merged.append((start_ms, end_ms))
    return merged


def _joined(
    looks: Iterable[Mapping[Key, Sequence[Stretch]]], near: Sequence[Stretch]
) -> Mapping[Key, Sequence[Stretch]]:
    """Return what several looks found as one, with gaps as long as they count.

    Args:
        looks: What was found.
        near: Where it was looked closely, in order and apart.
    """
    together: dict[Key, list[Stretch]] = {}
    for look in looks:
        for key, stretches in look.items():
            together.setdefault(key, []).extend(stretches)
    return {key: _without_short_gaps(stretches, near) for key, stretches in together.items() if stretches}


def _without_short_gaps(stretches: list[Stretch], near: Sequence[Stretch]) -> Sequence[Stretch]:
    starts = [start_ms for start_ms, _ in near]
    found: list[Stretch] = []
    for first_ms, last_ms in sorted(stretches):
        if not found or _is_away(found[-1][1], first_ms, near, starts):
            found.append((first_ms, last_ms))
        elif last_ms > found[-1][1]:
            found[-1] = (found[-1][0], last_ms)
    return found


def _is_away(gone_ms: int, back_ms: int, near: Sequence[Stretch], starts: Sequence[int]) -> bool:
    gap_ms = back_ms - gone_ms
    if gap_ms <= _CLOSE_GAP_MS:
        return False
    at = bisect_right(starts, gone_ms) - 1
    return gap_ms > _ROUGH_GAP_MS or (at >= 0 and back_ms <= near[at][1])
