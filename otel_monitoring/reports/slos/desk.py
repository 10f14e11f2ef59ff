"""Where the API and the command line ask how service levels stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.analytics.slos.budget import burn_down
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.slos.counting import HOUR_MS, Counting
from otel_monitoring.reports.slos.month import month_report, span_of
from otel_monitoring.reports.slos.series import TILE_MS
from otel_monitoring.reports.slos.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from otel_monitoring.analytics.slos.budget import Counted
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.slos.month import MonthReport
    from otel_monitoring.reports.slos.slo import SLO
    from otel_monitoring.reports.slos.standing import Standing


@dataclass(frozen=True, slots=True)
class BurnDown:
    """What was left of the error budget through its window.

    Attributes:
        times_ms: Unix milliseconds, shape (t,).
        left: The share of the budget, shape (t,); NaN where there were no events at all.
    """

    times_ms: NDArray[np.int64]
    left: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Detail:
    """How a service level stands, and how it came there."""

    standing: Standing
    burn_down: BurnDown


class SlosDesk:
    """Answer questions about service levels; called from any thread.

    Args:
        query: Who answers PromQL.
        clock: Tells now.
        slos: Returns the service levels in force.
        export: Returns their rules as a rule file of Prometheus.
    """

    def __init__(
        self,
        *,
        query: Query,
        clock: Clock,
        slos: Callable[[], Sequence[SLO]],
        export: Callable[[], str],
    ) -> None:
        self._counting = Counting(query)
        self._clock = clock
        self._slos = slos
        self.export = export

    def list(self) -> list[Standing]:
        """Return how all service levels stand, in the order in which they are stated.

        Raises:
            QueryError: The series cannot be asked for.
        """
        return [self._standing(slo)[0] for slo in self._slos()]

    def show(self, name: str) -> Detail:
        """Return all about one service level.

        Args:
            name: Its name.

        Raises:
            AnalysisError: There is none of that name.
            QueryError: The series cannot be asked for.
        """
        slo = self._find(name)
        found, counted = self._standing(slo)
        return Detail(found, BurnDown(counted.ends_ms, burn_down(counted, slo.budget_ratio)))

    def report(self, name: str, month: str | None = None) -> MonthReport:
        """Return what a calendar month was like.

        Args:
            name: The name of a service level.
            month: As in ``2026-10``; ``None`` for the one that it is.

        Raises:
            AnalysisError: There is none of that name, or it is no month.
            QueryError: The series cannot be asked for.
        """
        slo, now_ms = self._find(name), self._clock.now_ms()
        span = span_of(month, zone=slo.time_zone, now_ms=now_ms)
        until_ms = max(min(span.end_ms, now_ms), span.start_ms)
        return month_report(
            slo,
            span=span,
            hours=self._counting.hours(slo, span.start_ms, until_ms),
            tiles=self._counting.tiles(slo, span.start_ms, until_ms - until_ms % TILE_MS),
            now_ms=now_ms,
        )

    def _standing(self, slo: SLO) -> tuple[Standing, Counted]:
        now_ms = self._clock.now_ms()
        start_ms = now_ms - slo.window_ms
        if slo.is_calendar:
            start_ms = span_of(None, zone=slo.time_zone, now_ms=now_ms).start_ms
        counted = self._counting.hours(slo, min(start_ms, now_ms - HOUR_MS), now_ms)
        return standing(slo, counted, start_ms=start_ms, end_ms=now_ms), counted

    def _find(self, name: str) -> SLO:
        known = {slo.name: slo for slo in self._slos()}
        if name in known:
            return known[name]
        msg = (
            f"SLO {name!r} does not exist: expected one of {', '.join(known) or 'none, since none is stated'}"
        )
        raise AnalysisError(msg, field="name")
