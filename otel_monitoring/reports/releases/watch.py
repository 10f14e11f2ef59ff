"""Look at new releases without being asked, and tell once of what got worse."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from otel_monitoring.errors import MonitoringError
from otel_monitoring.reports.beside import Here
from otel_monitoring.reports.releases.comparing import LEVEL
from otel_monitoring.reports.releases.findings import EVENT_NAME, Regression, regressions
from otel_monitoring.reports.releases.versions import Release, Versions, before
from otel_monitoring.stores.writer import SeriesWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.model.sample import Batch
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.beside import Beside
    from otel_monitoring.reports.releases.desk import ReleasesDesk

_log = logging.getLogger(__name__)

LOOKS_MS = (600_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000)
"""How old a release is when it is looked at. Each look takes its share of the level."""
_SOURCE = "rule:releases;watch;0;regressions"
_KNOWN_MS = 8 * 86_400_000
_LATE_MS = 3_600_000
_PATIENCE_S = 2.0
_NEVER_MS = -(2**62)


class Tell(Protocol):
    """Takes events."""

    def __call__(self, name: str, body: str, attributes: Mapping[str, Any], *, at_ms: int) -> None:
        """Emit an event of this name."""
        ...


class Kept(Protocol):
    """Keeps what was found."""

    def load(self) -> list[dict[str, Any]]:
        """Return what is kept."""
        ...

    def save(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Keep these and no others."""
        ...


class RegressionWatch:
    """Compare each new release with the one before when it is ten minutes, an hour, six hours and a day old.

    Args:
        query: Answers PromQL.
        desk: Compares releases.
        record: Takes the series of what got worse, for a day.
        tell: Takes an event for each finding, once.
        kept: Keeps what was found, so that the next process tells of none again; ``None`` for nothing.
        is_speaking: Whether this process is the one that looks.
        interval_s: The time between two looks at which versions there are.
        beside: Where releases are compared.
    """

    name = "releases"

    def __init__(
        self,
        *,
        query: Query,
        desk: ReleasesDesk,
        record: Callable[[Batch], object],
        tell: Tell,
        kept: Kept | None,
        is_speaking: Callable[[], bool],
        interval_s: float = 60.0,
        beside: Beside | None = None,
    ) -> None:
        self._versions = Versions(query, span_ms=_KNOWN_MS)
        self._desk = desk
        self._record = record
        self._tell = tell
        self._kept = kept
        self._is_speaking = is_speaking
        self._interval_ms = round(interval_s * 1000)
        self._beside = beside or Here()
        self._begin()

    def _begin(self) -> None:
        self._found: dict[str, Regression] | None = None
        self._looked: dict[tuple[str, str, int], int] = {}
        self._writer = SeriesWriter(record=self._record, source=_SOURCE)
        self._due_ms = _NEVER_MS

    def step(self, now_ms: int) -> None:
        """Compare the releases that are old enough, where it is time to look."""
        if not self._is_speaking():
            if self._found is not None:
                self._begin()
            return
        if now_ms < self._due_ms:
            return
        self._due_ms = now_ms + self._interval_ms
        found = self._ready()
        if self._beside.wait(0.0):
            self._compare(self._due(now_ms), now_ms)
        lasting = [one for one in list(found.values()) if now_ms - one.since_ms <= LOOKS_MS[-1] + _LATE_MS]
        self._writer.write({one.labels: one.size for one in lasting}, now_ms)

    def found(self) -> Sequence[Regression]:
        """Return what was found, the newest first."""
        return sorted(self._ready().copy().values(), key=lambda one: (-one.found_ms, one.key))

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._beside.after_fork()
        self._begin()

    def stop(self) -> None:
        """Wait a moment for releases that are being compared; what was found is kept already."""
        self._beside.wait(_PATIENCE_S)

    def _compare(self, due: Sequence[tuple[Release, Release, int]], now_ms: int) -> None:
        if due:
            self._looked |= {(later.job, later.version, look_ms): now_ms for _, later, look_ms in due}
            self._beside.run(partial(self._look_all, due, now_ms))

    def _look_all(self, due: Sequence[tuple[Release, Release, int]], now_ms: int) -> None:
        for earlier, later, _ in due:
            self._look(earlier, later, now_ms=now_ms)

    def _ready(self) -> dict[str, Regression]:
        if self._found is None:
            kept = self._kept.load() if self._kept is not None else []
            self._found = {one["key"]: Regression.of(one) for one in kept}
        return self._found

    def _due(self, now_ms: int) -> list[tuple[Release, Release, int]]:
        """Return the releases that have come to an age at which they are looked at, and what went before."""
        known = self._versions.known(now_ms)
        self._looked = {key: at for key, at in self._looked.items() if now_ms - at <= _KNOWN_MS}
        due = []
        for later in known:
            earlier = before(later, known)
            if earlier is not None and not later.is_first:
                due += [
                    (earlier, later, look_ms) for look_ms in LOOKS_MS if self._is_due(later, look_ms, now_ms)
                ]
        return due

    def _is_due(self, release: Release, look_ms: int, now_ms: int) -> bool:
        age_ms, ran_ms = now_ms - release.first_ms, release.last_ms - release.first_ms
        is_new = (release.job, release.version, look_ms) not in self._looked
        return is_new and look_ms <= age_ms < look_ms + _LATE_MS and ran_ms >= look_ms // 2

    def _look(self, earlier: Release, later: Release, *, now_ms: int) -> None:
        try:
            compared = self._desk.compared(earlier, later, level=LEVEL / len(LOOKS_MS))
        except MonitoringError as error:
            _log.warning("release %s cannot be compared with %s: %s", later.version, earlier.version, error)
            return
        found = self._ready()
        new = [one for one in regressions(compared, at_ms=now_ms) if one.key not in found]
        for one in new:
            found[one.key] = one
            self._tell(EVENT_NAME, one.text, _attributes(one), at_ms=now_ms)
        if new and self._kept is not None:
            self._kept.save(
                [one.record() for one in found.values() if now_ms - one.found_ms <= 4 * _KNOWN_MS]
            )


def _attributes(one: Regression) -> dict[str, Any]:
    return {
        "service.version": one.version,
        "otel_monitoring.regression.before": one.before,
        "otel_monitoring.regression.what": one.what,
        "otel_monitoring.regression.size": one.size,
        "http.request.method": one.method,
        "http.route": one.route,
    }
