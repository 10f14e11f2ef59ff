"""``/alerts/{fingerprint}/evidence``: what backs an alert up (P20)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, Field

from otel_monitoring.api import values
from otel_monitoring.api.alerting.history import Fingerprint  # noqa: TC001 - FastAPI reads it
from otel_monitoring.api.desk import fingerprint_of
from otel_monitoring.api.refused import NOT_FOUND, RefusedError, refusals
from otel_monitoring.model.alert import SentAlert

if TYPE_CHECKING:
    from otel_monitoring.alerts.history import Episode
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.model.alert import Alert
    from otel_monitoring.model.evidence import Evidence, Watched


class WatchedBody(BaseModel):
    """What a rule looks at."""

    expr: str = Field(
        description="The value that is compared, in PromQL; for one alert where that can be told.",
        examples=['orders_waiting{job="shop"}'],
    )
    op: str = Field(description="How it is compared for the rule to fire.", examples=[">"])
    bound: float | None = Field(
        description="With what; null where that is no constant, or not finite.", examples=[5]
    )
    unit: str = Field(description="Of both, in UCUM; empty where it is not known.", examples=["s"])

    @classmethod
    def of(cls, watched: Watched | None) -> WatchedBody | None:
        """Return it as it is sent."""
        if watched is None:
            return None
        bound = watched.bound
        return cls(
            expr=watched.expr,
            op=watched.op,
            bound=bound if bound is not None and math.isfinite(bound) else None,
            unit=values.ucum(watched.unit),
        )


class AlertTraceBody(BaseModel):
    """A trace of one of the measurements that the rule looked at."""

    id: str
    url: str = Field(description="Where it is looked at; empty where `notify.trace_url` is not set.")


class AlertEvidenceBody(BaseModel):
    """What is known about an alert besides its labels and annotations."""

    watched: WatchedBody | None = Field(description="Null where its rule compares nothing, or has gone.")
    value: str = Field(description="The newest value with its unit; empty where it is not known.")
    threshold: str = Field(description="What it is compared with, in words.", examples=["above 80 %"])
    peak: str = Field(description="The value that was farthest from what it should be while it fired.")
    recent_count: int | None = Field(
        serialization_alias="recentCount", description="How often it fired in the last day."
    )
    week_count: int | None = Field(
        serialization_alias="weekCount", description="How often it fired in the last seven days."
    )
    traces: list[AlertTraceBody] = Field(description="The most telling in front.")


def evidence_router(desk: AlertDesk) -> APIRouter:
    """Return the route about what backs an alert up; it runs in worker threads."""
    router, routes = APIRouter(tags=["alerts"]), _Routes(desk)
    router.get(
        "/alerts/{fingerprint}/evidence",
        summary="What backs an alert up: the value beside its threshold, how often, traces",
        response_model=AlertEvidenceBody,
        responses=refusals(NOT_FOUND),
    )(routes.evidence)
    return router


class _Routes:
    def __init__(self, desk: AlertDesk) -> None:
        self._desk = desk

    def evidence(self, fingerprint: Fingerprint) -> AlertEvidenceBody:
        """An alert that is pending, firing or resolved; of one in the past the last time that it fired."""
        backing = self._desk.backing
        found = backing.evidence(self._sent(fingerprint))
        return _body(found, backing.traces(found))

    def _sent(self, fingerprint: str) -> SentAlert:
        """Return an alert as messages would tell it."""
        desk = self._desk
        try:
            alert = desk.evaluated(fingerprint)[2]
        except RefusedError:
            past = (one for one in desk.history.find() if fingerprint_of(one.labels) == fingerprint)
            episode = next(past, None)
            if episode is None:
                raise
            return _of_episode(episode, now_ms=desk.clock.now_ms())
        return _of_alert(alert, desk)


def _of_alert(alert: Alert, desk: AlertDesk) -> SentAlert:
    is_over = alert.resolved_at_ms is not None
    return SentAlert(
        labels=desk.sent_labels(alert.labels),
        annotations=alert.annotations,
        value=alert.value,
        starts_at_ms=alert.fired_at_ms or alert.active_at_ms,
        ends_at_ms=alert.resolved_at_ms if alert.resolved_at_ms is not None else desk.clock.now_ms(),
        is_resolved=is_over,
    )


def _of_episode(episode: Episode, *, now_ms: int) -> SentAlert:
    return SentAlert(
        labels=episode.labels,
        annotations=episode.annotations,
        value=episode.value,
        starts_at_ms=episode.started_at_ms,
        ends_at_ms=now_ms if episode.ended_at_ms is None else episode.ended_at_ms,
        is_resolved=episode.ended_at_ms is not None,
    )


def _body(found: Evidence | None, traces: tuple[tuple[str, str], ...]) -> AlertEvidenceBody:
    return AlertEvidenceBody(
        watched=None if found is None else WatchedBody.of(found.watched),
        value=found.value_text if found else "",
        threshold=found.threshold_text if found else "",
        peak=found.peak_text if found else "",
        recent_count=found.recent_count if found else None,
        week_count=found.week_count if found else None,
        traces=[AlertTraceBody(id=one, url=url) for one, url in traces],
    )
