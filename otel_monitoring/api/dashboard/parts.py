"""The parts of the overview, each from whom it asks; why one is empty is said by itself (P22)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from otel_monitoring.api import values
from otel_monitoring.api.alerts import alert_body
from otel_monitoring.api.analytics.anomalies import anomaly_body
from otel_monitoring.api.analytics.insights import InsightBody
from otel_monitoring.api.dashboard.bodies import (
    AlertsData,
    AnomaliesData,
    CountsData,
    EndpointsData,
    FailingBody,
    HealthData,
    InsightsData,
    LevelBody,
    Part,
    ReasonBody,
    RequestsData,
    SlosData,
    SystemData,
    T,
)
from otel_monitoring.api.desk import pairs_of
from otel_monitoring.api.served import NOTHING, ChangeBody, PointsBody, WorstBody, rounded, served_body
from otel_monitoring.views.endpoints import worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.alerts.evaluation.status import GroupStatus, RuleStatus
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.health.report import HealthReport
    from otel_monitoring.reports.anomalies.desk import AnomaliesDesk
    from otel_monitoring.reports.insights.desk import InsightsDesk
    from otel_monitoring.reports.insights.score import HealthScore
    from otel_monitoring.reports.slos.standing import Standing
    from otel_monitoring.views.endpoints import Course
    from otel_monitoring.views.vitals import Vitals

_MOST_ALERTS = 20
_MOST_FOUND = 10
_MOST_INSIGHTS = 5
_NO_RULES = "No rule is in force, so nothing can fire: alerts.default_rules and alerts.rule_files set them."
_NOT_WATCHED = "No series are watched now: analytics.anomalies switches that on."
_NO_SLOS = "No service level is stated: analytics.slo_files names files with them."
_NO_CHECKS = "No check has run yet; they begin with the application."
_NOT_MEASURED = "Nothing is measured yet: the first collection comes an interval after the start."


def health_part(report: HealthReport, score: HealthScore) -> Part[HealthData]:
    """Return what the checks found, and the score with its reasons."""
    checked = [one for one in report.checks if one.status is not None]
    failing = [one for one in checked if one.status != "healthy"]
    changed_ms = [one.changed_at_ms for one in failing if one.changed_at_ms is not None]
    data = HealthData(
        status=report.status if checked else "unknown",
        score=score.score,
        score_status=score.status,
        reasons=[ReasonBody(name=one.name, score=round(one.score, 1), why=one.why) for one in score.parts],
        checks=len(report.checks),
        failing=[
            FailingBody(
                name=one.name,
                status=one.status or "unknown",
                message=one.message,
                advice=one.advice,
                critical=one.is_critical,
            )
            for one in failing
        ],
    )
    is_empty = not checked and score.score is None
    return _part(
        Part[HealthData], data, _NO_CHECKS if is_empty else "", since_ms=min(changed_ms, default=None)
    )


def requests_part(course: Course) -> Part[RequestsData]:
    """Return how requests go."""
    data = RequestsData(
        now=served_body(course.now),
        before=served_body(course.before),
        change=ChangeBody.of(course.now, course.before),
        points=PointsBody.of(course.points),
    )
    note = "" if course.now.endpoints else NOTHING
    return _part(Part[RequestsData], data, note, since_ms=course.now.span.start_ms)


def endpoints_part(course: Course) -> Part[EndpointsData]:
    """Return which endpoints stand out."""
    found = course.now.endpoints
    data = EndpointsData(total=len(found), worst=WorstBody.of(worst(found)))
    return _part(Part[EndpointsData], data, "" if found else NOTHING, since_ms=course.now.span.start_ms)


def alerts_part(groups: Sequence[GroupStatus], desk: AlertDesk | None) -> Part[AlertsData]:
    """Return what fires and what is about to."""
    found = [one for one in pairs_of(groups) if one[2].state in ("firing", "pending")]
    # Of the same severity the rest may follow from the one that began first.
    found.sort(key=lambda one: (one[2].state, one[2].severity_rank, one[2].active_at_ms, one[2].labels.pairs))
    firing = [alert for _, _, alert in found if alert.state == "firing"]
    data = AlertsData(
        firing=len(firing),
        pending=len(found) - len(firing),
        by_severity=dict(Counter(one.labels.get("severity") or "none" for one in firing)),
        alerts=[alert_body(*one, desk) for one in found[:_MOST_ALERTS]],
    )
    quiet = _quiet([rule for group in groups for rule in group.rules])
    fired_ms = [one.fired_at_ms for one in firing if one.fired_at_ms is not None]
    return _part(Part[AlertsData], data, "" if found else quiet, since_ms=min(fired_ms, default=None))


def _quiet(rules: Sequence[RuleStatus]) -> str:
    """Return why nothing fires."""
    if not rules:
        return _NO_RULES
    if all(rule.health == "unknown" for rule in rules):
        return "Not known yet: the rules are asked for the first time a moment after the start."
    return f"Nothing fires: {len(rules)} rule{'s are' if len(rules) > 1 else ' is'} asked."


def anomalies_part(desk: AnomaliesDesk, start_ms: int, end_ms: int) -> Part[AnomaliesData]:
    """Return what is unusual now, and how much was."""
    found = desk.found(since_ms=start_ms, until_ms=end_ms)
    lasting = [one for one in found if one.until_ms is None]
    data = AnomaliesData(now=[anomaly_body(one) for one in lasting[:_MOST_FOUND]], total=len(found))
    quiet = "Nothing stands out in the series that are watched." if desk.is_watching() else _NOT_WATCHED
    return _part(Part[AnomaliesData], data, "" if lasting else quiet, since_ms=start_ms)


def insights_part(desk: InsightsDesk) -> Part[InsightsData]:
    """Return what is worth knowing."""
    found = desk.insights()
    shown = found[:_MOST_INSIGHTS]
    data = InsightsData(insights=[InsightBody.of(one) for one in shown], total=len(found))
    return _part(
        Part[InsightsData],
        data,
        "" if found else "Nothing asks for a change.",
        since_ms=min((one.since_ms for one in shown), default=None),
    )


def slos_part(standings: Sequence[Standing]) -> Part[SlosData]:
    """Return how service levels stand."""
    data = SlosData(
        slos=[
            LevelBody(
                name=one.slo.name,
                state=one.state,
                sentence=one.sentence,
                target=one.slo.target,
                ratio=rounded(one.ratio),
                budget_remaining=rounded(one.remaining),
            )
            for one in standings
        ]
    )
    since_ms = min((one.start_ms for one in standings), default=None)
    return _part(Part[SlosData], data, "" if standings else _NO_SLOS, since_ms=since_ms)


def system_part(vitals: Vitals) -> Part[SystemData]:
    """Return how machine and process are."""
    data = SystemData(
        cpu=rounded(vitals.cpu_ratio),
        memory=rounded(vitals.memory_ratio),
        disk=rounded(vitals.disk_ratio),
        process_bytes=rounded(vitals.process_bytes),
        loop_lag_seconds=rounded(vitals.loop_lag_s),
        active_requests=None if vitals.active_requests is None else round(vitals.active_requests),
    )
    is_empty = all(value is None for value in (vitals.cpu_ratio, vitals.memory_ratio, vitals.process_bytes))
    return _part(Part[SystemData], data, _NOT_MEASURED if is_empty else "")


def counts_part(groups: Sequence[GroupStatus], *, vitals: Vitals, series: float) -> Part[CountsData]:
    """Return how much there is."""
    rules = [rule for group in groups for rule in group.rules]
    data = CountsData(
        processes=None if vitals.processes is None else round(vitals.processes),
        series=round(series),
        rules=len(rules),
        rules_failing=sum(rule.health == "err" for rule in rules),
    )
    return _part(Part[CountsData], data, "" if series else _NOT_MEASURED)


def _part(kind: type[Part[T]], data: T, note: str, *, since_ms: int | None = None) -> Part[T]:
    """Return a part; one with a note is empty."""
    return kind(state="empty" if note else "ok", note=note, since=values.time_if_any(since_ms), data=data)
