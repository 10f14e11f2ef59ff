"""Insights, the health score and reports, made from the parts of an instance."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from otel_monitoring.bootstrap.analytics.beside import beside
from otel_monitoring.bootstrap.analytics.sending import ReportSender
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.reports.insights.alerts import NoisyAlerts
from otel_monitoring.reports.insights.desk import InsightsDesk
from otel_monitoring.reports.insights.given import Given
from otel_monitoring.reports.insights.load import insight_rules
from otel_monitoring.reports.insights.rule import InsightRuleError
from otel_monitoring.reports.insights.score import AlertsPart, ChecksPart, ScoreDesk, asked_parts
from otel_monitoring.reports.insights.sections import AdviceSection, ScoreSection
from otel_monitoring.reports.insights.watch import InsightsWatch
from otel_monitoring.reports.summary.desk import ReportsDesk
from otel_monitoring.reports.summary.schedule import schedule
from otel_monitoring.reports.summary.shelf import Shelf
from otel_monitoring.reports.summary.watch import ReportsWatch
from otel_monitoring.stores.writer import SeriesWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.alerts.history import Episode
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.analytics.desks import Desks
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.health.report import HealthReport
    from otel_monitoring.reports.insights.rule import InsightRule

_log = logging.getLogger(__name__)

_SCORE_SOURCE = "rule:health;watch;0;score"
_KEPT_TOLD = "insight"
_KEPT_REPORTS = "report"


def insights_desk(builder: Builder, analysis: Analysis) -> InsightsDesk:
    """Return the desk that knows what is worth knowing."""
    given = builder.insights or Given()
    return InsightsDesk(
        analysis.ask,
        builder.clock,
        rules=partial(_rules, builder.settings.analytics.insight_files, given.rules),
        sources=[NoisyAlerts(partial(_episodes, analysis)), *given.sources],
    )


def score_desk(builder: Builder, analysis: Analysis) -> ScoreDesk:
    """Return the desk that knows how well it goes."""
    alerts = [AlertsPart(partial(_episodes, analysis))] if builder.settings.alerts.enabled else []
    return ScoreDesk(
        builder.clock, sources=[*asked_parts(analysis.ask), *alerts, ChecksPart(partial(_checks, builder))]
    )


def insights_watch(desks: Desks) -> InsightsWatch:
    """Return what tells the news hour by hour, and writes the score."""
    return InsightsWatch(
        desk=desks.insights,
        score=desks.score,
        tell=desks.found.tell,
        write=SeriesWriter(record=desks.record, source=_SCORE_SOURCE).write,
        is_speaking=desks.is_speaking,
        states=desks.learned(_KEPT_TOLD),
        beside=beside("insights"),
    )


def reports_desk(builder: Builder, analysis: Analysis, desks: Desks) -> ReportsDesk:
    """Return the desk that makes reports."""
    return ReportsDesk(
        analysis.ask,
        builder.clock,
        service=str(builder.resource.attributes["service.name"]),
        zone=builder.settings.analytics.time_zone,
        episodes=partial(_episodes, analysis),
        sources=[AdviceSection(desks.insights), ScoreSection(desks.score, analysis.ask)],
        shelf=Shelf(keeper=lambda: desks.learned(_KEPT_REPORTS)),
        redact=builder.redactor.text,
    )


def report_sender(builder: Builder, analysis: Analysis) -> ReportSender:
    """Return who sends reports."""
    telling = analysis.telling
    return ReportSender(
        telling.deliver,
        voice=analysis.voice,
        config=lambda: telling.config,
        receivers=builder.settings.analytics.reports_to,
    )


def reports_watch(builder: Builder, desks: Desks) -> ReportsWatch:
    """Return what sends reports when they are due."""
    return ReportsWatch(
        desk=desks.reports,
        due=schedule(builder.settings.analytics.reports),
        hand_over=desks.report_sender.hand_over,
        is_speaking=desks.is_speaking,
        is_lasting=builder.storage_url is not None,
        beside=beside("reports"),
    )


def _checks(builder: Builder) -> HealthReport | None:
    """Return what the checks found; they are registered after this is made."""
    found = [one for one in builder.parts if isinstance(one, HealthRegistry)]
    return found[0].report() if found else None


def _episodes(analysis: Analysis, since_ms: int, until_ms: int) -> Sequence[Episode]:
    return analysis.history.find(since_ms=since_ms, until_ms=until_ms)


def _rules(files: Sequence[str], own: Sequence[InsightRule]) -> list[InsightRule]:
    """Return the rules; without those of files where one of them is not valid."""
    try:
        return insight_rules(files, own=own)
    except InsightRuleError as error:
        _log.error("analytics.insight_files: %s; its rules are left out, and those of other files", error)
        return insight_rules(own=own)
