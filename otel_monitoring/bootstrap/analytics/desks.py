"""One desk for each kind of question about series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from otel_monitoring.bootstrap.analytics.anomalies import anomalies_desk, anomaly_watch, watched
from otel_monitoring.bootstrap.analytics.budgets import budgets_desk
from otel_monitoring.bootstrap.analytics.causes import correlations_desk
from otel_monitoring.bootstrap.analytics.feeding import feed
from otel_monitoring.bootstrap.analytics.forecasts import capacity_watch, forecasts_desk
from otel_monitoring.bootstrap.analytics.found import Found
from otel_monitoring.bootstrap.analytics.releases import regression_watch, releases_desk
from otel_monitoring.bootstrap.analytics.reporting import (
    insights_desk,
    insights_watch,
    report_sender,
    reports_desk,
    reports_watch,
    score_desk,
)
from otel_monitoring.bootstrap.analytics.slos import slos_desk, slos_section
from otel_monitoring.bootstrap.analytics.trends import trends_desk
from otel_monitoring.guard import Guard
from otel_monitoring.reports.subjects import Subjects
from otel_monitoring.reports.summary.period import zone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.analytics.learned import Learned
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.model.action import Action
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.sample import Batch
    from otel_monitoring.promql.query import Query


class Watch(Protocol):
    """Something that looks at the series without being asked."""

    name: str

    def step(self, now_ms: int) -> None:
        """Do what is due at this Unix time in milliseconds; called about once a second."""
        ...

    def after_fork(self) -> None:
        """Start anew in a child process."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class Watches:
    """Watches, each behind a guard of its own.

    Args:
        watches: Called in this order.
    """

    def __init__(self, watches: Sequence[Watch]) -> None:
        self._watches = [(watch, Guard(f"job.{watch.name}")) for watch in watches]

    def step(self, now_ms: int) -> None:
        """Let each watch do what is due; one that fails stops no other."""
        for watch, guard in self._watches:
            with guard:
                watch.step(now_ms)

    def after_fork(self) -> None:
        """Start anew in a child process."""
        for watch, guard in self._watches:
            guard.after_fork()
            watch.after_fork()

    def stop(self) -> None:
        """End."""
        for watch, guard in self._watches:
            with guard:
                watch.stop()


class Desks:
    """What answers questions about series, and what looks at them without being asked.

    Args:
        builder: What the parts of the instance share.
        analysis: The store, the engine, the rules and the messages.

    Attributes:
        query: Who answers PromQL.
        clock: Tells now.
        subjects: Finds expressions for names of metrics.
        record: Takes series that are found, such as scores; other processes see them too.
        is_speaking: Tells whether this is the process that evaluates and tells people.
        insights: Knows what is worth knowing.
        score: Knows how well it goes.
        reports: Makes daily, weekly and monthly reports.
        report_sender: Sends them.
        audit: Takes what was done by whom.
        slos: Knows how service levels stand.
        correlations: Knows what goes together, and what moved with an incident.
        releases: Compares releases with each other.
        budgets: Knows how endpoints stand to their performance budgets.
        trends: Knows which way series go, and when they changed.
        found: Takes events of what watches found, and finds them again.
        watches: What looks at the series by itself.
    """

    def __init__(self, builder: Builder, analysis: Analysis) -> None:
        keeping = analysis.keeping
        self.query: Query = analysis.ask
        self.clock: Clock = builder.clock
        self.subjects = Subjects(
            metadata=analysis.store.metadata,
            past_metadata=None if keeping is None else keeping.history.past_metadata,
            strategy=builder.settings.store.translation_strategy,
        )
        self.record: Callable[[Batch], object] = analysis.record_found
        self.is_speaking: Callable[[], bool] = analysis.is_speaking
        self.slos = slos_desk(builder, analysis)
        self.found = Found(builder, analysis.recording)
        self._keeping = keeping
        self.insights = insights_desk(builder, analysis)
        self.score = score_desk(builder, analysis)
        self.reports = reports_desk(builder, analysis, self)
        self.reports.add(slos_section(analysis))
        self.report_sender = report_sender(builder, analysis)
        self.audit: Callable[[Action], object] = analysis.audit
        watching = anomaly_watch(builder.settings, self)
        self.anomalies = anomalies_desk(builder.settings, self, watching)
        limits = capacity_watch(builder.settings, self)
        self.forecasts = forecasts_desk(self, limits)
        self.correlations = correlations_desk(builder.settings, analysis, self)
        zone = zone_of(builder.settings.analytics.time_zone)
        self.trends = trends_desk(self, zone)
        self.budgets = budgets_desk(builder.settings, self)
        comparing = regression_watch(builder.settings, self)
        self.releases = releases_desk(builder.settings, self, comparing)
        self.watches = Watches(
            [comparing, watching, insights_watch(self), limits, reports_watch(builder, self)]
        )
        feed(self, watched(builder.settings, self), zone)

    def learned(self, name: str) -> Learned | None:
        """Return where a watch keeps what it has learned; ``None`` without a storage."""
        if self._keeping is None:
            return None
        from otel_monitoring.bootstrap.analytics.learned import Learned

        return Learned(name, keeping=self._keeping, clock=self.clock)
