"""Questions about releases: which there were, and how one, or a week, compares with the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.reports.asking import Window
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.releases.comparing import LEVEL, Change, compare
from otel_monitoring.reports.releases.traffic import slot_ms, traffic
from otel_monitoring.reports.releases.versions import Release, Versions, before

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.releases.findings import Regression

_MINUTE_MS, _HOUR_MS, _DAY_MS = 60_000, 3_600_000, 86_400_000
_WEEK_MS = 7 * _DAY_MS
_LEAST_SPAN_MS = _HOUR_MS
_KNOWN_MS = 30 * _DAY_MS


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two times side by side.

    Attributes:
        before: The release of the one time; ``None`` where weeks are compared.
        after: The release of the other.
        window_before: The one time; steps are slots.
        window_after: The other.
        changes: Each endpoint, what got worst in front.
        reason: Why nothing can be said; empty where something can.
    """

    before: Release | None
    after: Release | None
    window_before: Window
    window_after: Window
    changes: tuple[Change, ...] = ()
    reason: str = ""


class ReleasesDesk:
    """Answer questions about releases.

    Args:
        query: Answers PromQL.
        clock: Tells now.
        regressions: Returns what was found without being asked, the newest first.
        interval_s: The distance of two collections.
    """

    def __init__(
        self,
        *,
        query: Query,
        clock: Clock,
        regressions: Callable[[], Sequence[Regression]] = tuple,
        interval_s: float = 15.0,
    ) -> None:
        self._query = query
        self._versions = Versions(query, span_ms=_KNOWN_MS)
        self._interval_ms = round(interval_s * 1000)
        self.regressions = regressions
        self.clock = clock

    def releases(self) -> list[Release]:
        """Return the versions that ran in the last thirty days, those that began last in front.

        Raises:
            QueryError: They cannot be asked for.
        """
        return self._versions.known(self.clock.now_ms())

    def compare(
        self, version: str | None = None, *, against: str | None = None, job: str | None = None
    ) -> Comparison:
        """Return how a release compares with another one.

        Args:
            version: The later one; ``None`` for the newest.
            against: The earlier one; ``None`` for the one before.
            job: The service, where several are known.

        Raises:
            AnalysisError: There is no such release.
            QueryError: The series cannot be asked for.
        """
        known = [one for one in self.releases() if job is None or one.job == job]
        after = _found(known, version, field="version")
        if against is None:
            earlier = before(after, known)
            if earlier is None:
                msg = f"version {after.version!r} of {after.job!r}: no other is known to have run before it"
                raise AnalysisError(msg, field="version")
        else:
            others = [one for one in known if one.job == after.job]
            others.sort(key=lambda one: one.first_ms >= after.first_ms)  # what ran twice: its run before
            earlier = _found(others, against, field="against")
        return self.compared(earlier, after)

    def compared(self, earlier: Release, later: Release, *, level: float = LEVEL) -> Comparison:
        """Return how two releases of a service compare.

        Args:
            earlier: The one, as long before its end, or before the other began, as the other ran.
            later: The other, in its first seven days.
            level: The false discovery rate.

        Raises:
            QueryError: The series cannot be asked for.
        """
        end_ms = min(later.last_ms, later.first_ms + _WEEK_MS)
        span_ms = max(end_ms - later.first_ms, _MINUTE_MS)
        past_ms = max(span_ms, _LEAST_SPAN_MS)
        until_ms = (
            min(later.first_ms, earlier.last_ms) if earlier.first_ms < later.first_ms else earlier.last_ms
        )
        step_ms = slot_ms(span_ms, interval_ms=self._interval_ms)
        one = _window(max(until_ms - past_ms, earlier.first_ms), until_ms, step_ms)
        other = _window(later.first_ms, end_ms, step_ms)
        return self._compared((earlier, one), (later, other), level=level)

    def compare_weeks(self, *, end_ms: int | None = None, days: int = 7) -> Comparison:
        """Return how the last days compare with as many before.

        Args:
            end_ms: Where the later ones end; ``None`` for now.
            days: How many; seven have the same days of the week in them.

        Raises:
            QueryError: The series cannot be asked for.
        """
        end_ms = self.clock.now_ms() if end_ms is None else end_ms
        span_ms = days * _DAY_MS
        step_ms = slot_ms(span_ms, interval_ms=self._interval_ms)
        other = _window(end_ms - span_ms, end_ms, step_ms)
        one = Window(other.start_ms - span_ms, other.start_ms, step_ms)
        return self._compared((None, one), (None, other), level=LEVEL)

    def _compared(
        self, earlier: tuple[Release | None, Window], later: tuple[Release | None, Window], *, level: float
    ) -> Comparison:
        sides = [
            traffic(self._query, window, release) if window.end_ms > window.start_ms else {}
            for release, window in (earlier, later)
        ]
        changes = compare(sides[0], sides[1], level=level)
        reason = "" if changes else "no endpoint had requests at both times"
        return Comparison(earlier[0], later[0], earlier[1], later[1], tuple(changes), reason)


def _window(start_ms: int, end_ms: int, step_ms: int) -> Window:
    end_ms -= end_ms % step_ms
    return Window(end_ms - (end_ms - start_ms) // step_ms * step_ms, end_ms, step_ms)


def _found(known: Sequence[Release], version: str | None, *, field: str) -> Release:
    found = next((one for one in known if version in (None, one.version)), None)
    if found is None:
        names = ", ".join(dict.fromkeys(one.version for one in known)) or "none, service.version is not set"
        msg = f"{field} {version!r}: expected one that ran in the last 30 days: {names}"
        raise AnalysisError(msg, field=field)
    return found
