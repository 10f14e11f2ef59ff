"""Which versions of a service ran when, by what processes say of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.reports.asking import Window, tracks

if TYPE_CHECKING:
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.query import Query

_EXPR = "count by (job, service_version) (target_info)"
_POINTS = 2000
_MINUTE_MS = 60_000
_JOB, _VERSION = "job", "service_version"


@dataclass(frozen=True, slots=True)
class Release:
    """A version of a service while it ran.

    Attributes:
        job: The service, with its namespace.
        version: ``service.version``.
        first_ms: When it was first seen, Unix milliseconds.
        last_ms: When it was last seen.
        is_first: Whether it was there before anything is known of: it may have begun earlier.
    """

    job: str
    version: str
    first_ms: int
    last_ms: int
    is_first: bool


def releases(query: Query, *, since_ms: int, now_ms: int) -> list[Release]:
    """Return the versions that ran, those that began last in front.

    Args:
        query: Answers PromQL.
        since_ms: How far back is looked, Unix milliseconds.
        now_ms: Until when.

    Raises:
        QueryError: They cannot be asked for.
    """
    window = Window.last(now_ms - since_ms, end_ms=now_ms, points=_POINTS, least_step_ms=_MINUTE_MS)
    found: list[tuple[str, str, int, int]] = []
    begins: dict[str, int] = {}
    for track in tracks(query, _EXPR, window):
        seen = track.times_ms[np.isfinite(track.values)]
        job, version = track.labels.get(_JOB), track.labels.get(_VERSION)
        if not len(seen):
            continue
        coarse_ms = (int(seen[0]), int(seen[-1]))
        first_ms, last_ms = _nearer(query, track.labels, coarse_ms, window, until_ms=now_ms)
        begins[job] = min(begins.get(job, first_ms), first_ms)
        if version:
            found.append((job, version, first_ms, last_ms))
    return sorted(
        (Release(job, version, first, last, first == begins[job]) for job, version, first, last in found),
        key=lambda one: (-one.first_ms, one.job, one.version),
    )


def _nearer(
    query: Query, labels: Labels, coarse_ms: tuple[int, int], window: Window, *, until_ms: int
) -> tuple[int, int]:
    """Return to the minute when a series of a coarse window began and ended, which is not in the future."""
    first_ms, last_ms = coarse_ms
    if window.step_ms <= _MINUTE_MS:
        return first_ms, last_ms
    for which, start_ms in (("first", first_ms - window.step_ms), ("last", last_ms)):
        fine = Window(start_ms, min(start_ms + window.step_ms, until_ms), _MINUTE_MS)
        for track in tracks(query, _EXPR, fine):
            seen = track.times_ms[np.isfinite(track.values)]
            if track.labels == labels and len(seen):
                first_ms = min(first_ms, int(seen[0])) if which == "first" else first_ms
                last_ms = max(last_ms, int(seen[-1])) if which == "last" else last_ms
    return first_ms, last_ms


def before(release: Release, known: list[Release]) -> Release | None:
    """Return the release of the same service that came before; ``None`` if none is known."""
    others = [one for one in known if one.job == release.job and one.first_ms < release.first_ms]
    return max(others, key=lambda one: (one.last_ms >= release.first_ms, one.first_ms), default=None)
