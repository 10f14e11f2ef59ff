"""``/alerts`` and ``/rules``: what holds, what lately held, and how the rules do."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.matcher import condition, parse_matchers
from otel_monitoring.alerts.rules.rule import OBSERVE_LABEL, AlertingRule
from otel_monitoring.api import values
from otel_monitoring.api.desk import fingerprint_of, pairs_of
from otel_monitoring.api.refused import UNPROCESSABLE, RefusedError, refusals
from otel_monitoring.model.durations import format_duration
from otel_monitoring.notify.messages.quantity import threshold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.alerts.evaluation.status import GroupStatus, RuleStatus
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.api.rules import RulesKept
    from otel_monitoring.model.alert import Alert
    from otel_monitoring.model.labels import Labels

State = Literal["inactive", "pending", "firing"]
Mode = Literal["enabled", "observe"]

_ORDER: dict[State, int] = {"firing": 0, "pending": 1, "inactive": 2}
_MOST = 1000


class AlertsSource(Protocol):
    """What the API needs of the evaluator."""

    def groups(self) -> Sequence[GroupStatus]:
        """Return how all groups stand; called from worker threads."""
        ...


class AlertBody(BaseModel):
    """One alert."""

    rule: str = Field(description="The name of the rule.", examples=["HighCpu"])
    group: str = Field(description="The group of the rule.", examples=["system"])
    state: State = Field(description="`inactive` once resolved.")
    labels: dict[str, str]
    annotations: dict[str, str]
    value: float | str = Field(
        description="The last value; NaN and the infinities as texts.", examples=[0.97]
    )
    unit: str = Field(description="Of the value, in UCUM; empty where it is not known.", examples=["1"])
    threshold: str = Field(
        description="What the value is compared with, in words; empty where that is no constant.",
        examples=["above 90%"],
    )
    expr: str = Field(description="The expression of the rule.", examples=["cpu > 0.9"])
    active_at: datetime = Field(
        description="When the condition was first true.", serialization_alias="activeAt"
    )
    fired_at: datetime | None = Field(description="When it began to fire.", serialization_alias="firedAt")
    resolved_at: datetime | None = Field(description="When it stopped.", serialization_alias="resolvedAt")
    fingerprint: str = Field(
        description="Names it, here and in messages: the hash of its labels as they are sent.",
        examples=["85bb05e1e7f5a9ba"],
    )
    silenced_by: list[str] = Field(
        description="The ids of the silences that match it.", serialization_alias="silencedBy"
    )
    inhibited_by: str | None = Field(
        description="The fingerprint of the alert that mutes it.", serialization_alias="inhibitedBy"
    )
    acknowledged_by: str | None = Field(
        description="Who takes care of it.", serialization_alias="acknowledgedBy"
    )


class AlertsBody(BaseModel):
    """Alerts, those that fire first, then the newest first."""

    alerts: list[AlertBody]
    total: int = Field(description="How many there are, whatever the limit.")


class RuleBody(BaseModel):
    """One rule."""

    name: str
    type: Literal["alerting", "recording"]
    expr: str
    duration: str = Field(description="How long the condition must hold.", serialization_alias="for")
    keep_firing_for: str = Field(serialization_alias="keepFiringFor")
    labels: dict[str, str]
    annotations: dict[str, str]
    state: State | None = Field(description="The highest state of its alerts.")
    health: Literal["unknown", "ok", "err"]
    last_error: str = Field(serialization_alias="lastError")
    mode: Mode | None = Field(
        description="`observe` tells nobody; null for a recording rule. What is off is in `disabled`."
    )
    evaluated_at: datetime | None = Field(serialization_alias="evaluatedAt")
    evaluation_seconds: float = Field(serialization_alias="evaluationSeconds")
    alerts: int = Field(description="How many of its alerts are pending or firing.")


class GroupBody(BaseModel):
    """One group of rules."""

    name: str
    source: str = Field(description="The file that it comes from.")
    interval: str = Field(examples=["15s"])
    missed: int = Field(description="Evaluations that were left out.")
    rules: list[RuleBody]


class RulesBody(BaseModel):
    """All groups of rules."""

    groups: list[GroupBody]
    disabled: list[str] = Field(description="Alerting rules that are off, and can be switched on again.")


def alerts_router(
    source: AlertsSource, desk: AlertDesk | None = None, kept: RulesKept | None = None
) -> APIRouter:
    """Return the routes about alerts; they run in worker threads.

    Args:
        source: How all rules stand.
        desk: Where people act on alerts; ``None`` where they cannot.
        kept: The book of rules; ``None`` where none can be switched.
    """
    router = APIRouter(tags=["alerts"])

    @router.get(
        "/alerts",
        summary="What is pending, firing or lately resolved",
        responses=refusals(UNPROCESSABLE),
    )
    def alerts(
        state: Annotated[State | None, Query(description="Only alerts in this state.")] = None,
        filter: Annotated[  # noqa: A002 - the name in the query, as Alertmanager has it
            list[str], Query(description='Matchers that all have to hold, such as `severity="critical"`.')
        ] = [],  # noqa: B006 - FastAPI copies it
        limit: Annotated[int, Query(ge=1, le=_MOST)] = _MOST,
    ) -> AlertsBody:
        holds = _condition(filter)
        found = [
            pair
            for pair in pairs_of(source.groups())
            if state in (None, pair[2].state) and holds(_sent(pair[2], desk))
        ]
        found.sort(key=lambda pair: (_ORDER[pair[2].state], -pair[2].active_at_ms, pair[2].labels.pairs))
        return AlertsBody(alerts=[alert_body(*pair, desk) for pair in found[:limit]], total=len(found))

    @router.get("/rules", summary="All rules and how they do")
    def rules() -> RulesBody:
        off = [] if kept is None else [name for name in kept.names() if kept.mode(name) == "disabled"]
        return RulesBody(groups=[_group(group) for group in source.groups()], disabled=sorted(off))

    return router


def alert_body(group: GroupStatus, rule: RuleStatus, alert: Alert, desk: AlertDesk | None) -> AlertBody:
    """Return an alert as it is sent."""
    sent = _sent(alert, desk)
    look = None if desk is None else desk.watched(rule.rule.expr)
    return AlertBody(
        rule=rule.rule.name,
        group=group.name,
        state=alert.state,
        labels=alert.labels.as_dict(),
        annotations=dict(alert.annotations),
        value=values.number(alert.value),
        unit="" if look is None else values.ucum(look.unit),
        threshold="" if look is None else threshold(look.op, look.bound, look.unit),
        expr=rule.rule.expr,
        active_at=values.time(alert.active_at_ms),
        fired_at=values.time_if_any(alert.fired_at_ms),
        resolved_at=values.time_if_any(alert.resolved_at_ms),
        fingerprint=fingerprint_of(sent),
        **_quietened(sent, desk),
    )


def _sent(alert: Alert, desk: AlertDesk | None) -> Labels:
    """Return the labels that an alert has once it is sent."""
    return alert.labels if desk is None else desk.sent_labels(alert.labels)


def _condition(filters: Sequence[str]) -> Callable[[Labels], bool]:
    try:
        return condition([one for text in filters for one in parse_matchers(text)])
    except RoutingError as error:
        raise RefusedError(str(error), field="query.filter") from None


def _quietened(sent: Labels, desk: AlertDesk | None) -> dict[str, Any]:
    """Return what keeps people from hearing of an alert."""
    if desk is None:
        return {"silenced_by": [], "inhibited_by": None, "acknowledged_by": None}
    inhibitor = desk.dispatcher.inhibited_by(sent)
    word = desk.acknowledged.find("acknowledged", sent)
    return {
        "silenced_by": [one.id for one in desk.silences.silencing(sent)],
        "inhibited_by": None if inhibitor is None else fingerprint_of(inhibitor),
        "acknowledged_by": None if word is None else word.actor,
    }


def _group(group: GroupStatus) -> GroupBody:
    return GroupBody(
        name=group.name,
        source=group.source,
        interval=format_duration(group.interval_ms),
        missed=group.missed,
        rules=[_rule(rule) for rule in group.rules],
    )


def _rule(status: RuleStatus) -> RuleBody:
    rule = status.rule
    alerting = rule if isinstance(rule, AlertingRule) else None
    return RuleBody(
        name=rule.name,
        type="alerting" if alerting else "recording",
        expr=rule.expr,
        duration=format_duration(alerting.for_ms if alerting else 0),
        keep_firing_for=format_duration(alerting.keep_firing_for_ms if alerting else 0),
        labels=dict(rule.labels),
        annotations=dict(alerting.annotations) if alerting else {},
        state=status.state,
        health=status.health,
        last_error=status.last_error,
        mode=_mode(alerting) if alerting else None,
        evaluated_at=values.time_if_any(status.evaluated_at_ms),
        evaluation_seconds=status.evaluation_s,
        alerts=sum(alert.state != "inactive" for alert in status.alerts),
    )


def _mode(rule: AlertingRule) -> Mode:
    return "observe" if rule.labels.get(OBSERVE_LABEL) == "true" else "enabled"
