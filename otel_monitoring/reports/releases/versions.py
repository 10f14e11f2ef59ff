"""Which versions of a service ran when, by what processes say of themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from otel_monitoring.reports.releases.presence import Presence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.releases.presence import Key, Stretch


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


class Versions:
    """Know which versions ran.

    Args:
        query: Answers PromQL.
        span_ms: How far back is looked.
    """

    def __init__(self, query: Query, *, span_ms: int) -> None:
        self._presence = Presence(query, span_ms=span_ms)

    def known(self, now_ms: int) -> list[Release]:
        """Return the versions that ran, those that began last in front.

        A version that came back after another one had taken its place has begun again.

        Args:
            now_ms: Until when is looked, Unix milliseconds.

        Raises:
            QueryError: They cannot be asked for.
        """
        runs = [run for job in _by_job(self._presence.until(now_ms)) for run in _runs(job)]
        return sorted(
            (one for one in runs if one.version), key=lambda one: (-one.first_ms, one.job, one.version)
        )


def before(release: Release, known: Sequence[Release]) -> Release | None:
    """Return the release of the same service that came before; ``None`` if none is known."""
    others = [
        one
        for one in known
        if one.job == release.job and one.version != release.version and one.first_ms < release.first_ms
    ]
    return max(others, key=lambda one: (one.last_ms >= release.first_ms, one.first_ms), default=None)


def _by_job(found: Mapping[Key, Sequence[Stretch]]) -> Iterable[list[Release]]:
    """Return for each service when each version was there, the oldest in front."""
    jobs: dict[str, list[Release]] = {}
    for (job, version), stretches in found.items():
        jobs.setdefault(job, []).extend(Release(job, version, *one, is_first=False) for one in stretches)
    return (sorted(one, key=lambda seen: (seen.first_ms, seen.version)) for one in jobs.values())


def _runs(seen: Sequence[Release]) -> list[Release]:
    runs: list[Release] = []
    newest: dict[str, int] = {}
    for one in seen:
        at = newest.get(one.version)
        if at is None or _was_replaced(runs[at], runs, by_ms=one.first_ms):
            newest[one.version] = len(runs)
            runs.append(replace(one, is_first=one.first_ms == seen[0].first_ms))
        else:
            runs[at] = replace(runs[at], last_ms=max(runs[at].last_ms, one.last_ms))
    return runs


def _was_replaced(run: Release, runs: Iterable[Release], *, by_ms: int) -> bool:
    """Tell whether another version that is newer there ran while this one was away.

    A version that was there all along, as beside a trial of another one, has replaced nothing.
    """
    return any(run.first_ms < one.first_ms < by_ms and one.last_ms > run.last_ms for one in runs)
