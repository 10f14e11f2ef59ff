"""``rules`` and ``alerts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.api.prometheus import encode
from otel_monitoring.api.prometheus.answer import success
from otel_monitoring.api.prometheus.parameters import invalid

if TYPE_CHECKING:
    from starlette.responses import Response

    from otel_monitoring.alerts.evaluation.status import GroupStatus, RuleStatus
    from otel_monitoring.api.prometheus.parameters import Parameters
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.model.alert import Alert

_KINDS = {"": ("alerting", "recording"), "alert": ("alerting",), "record": ("recording",)}


def rules(sources: Sources, given: Parameters) -> Response:
    """Answer ``rules``."""
    kind = given.get("type").lower()
    if kind not in _KINDS:
        raise invalid(name="type", reason=f'not supported value "{given.get("type")}"')
    with_alerts = given.get("exclude_alerts").lower() != "true"
    groups = []
    for group in sources.rules.groups():
        if not _is_wanted(group.name, given.all("rule_group[]")) or not _is_wanted(
            group.source, given.all("file[]")
        ):
            continue
        found = [
            _rule(one, with_alerts=with_alerts)
            for one in group.rules
            if _kind(one) in _KINDS[kind] and _is_wanted(one.rule.name, given.all("rule_name[]"))
        ]
        if found or not given.all("rule_name[]"):
            groups.append(_group(group, found))
    return success({"groups": groups})


def alerts(sources: Sources, _given: Parameters) -> Response:
    """Answer ``alerts``."""
    found = [
        body for group in sources.rules.groups() for rule in group.rules for body in _active(rule.alerts)
    ]
    return success({"alerts": found})


def _is_wanted(name: str, wanted: Any) -> bool:
    return not wanted or name in wanted


def _kind(status: RuleStatus) -> str:
    return "alerting" if isinstance(status.rule, AlertingRule) else "recording"


def _group(group: GroupStatus, found: list[dict[str, Any]]) -> dict[str, Any]:
    evaluated_ms = [one.evaluated_at_ms for one in group.rules if one.evaluated_at_ms is not None]
    return {
        "name": group.name,
        "file": group.source,
        "rules": found,
        "interval": group.interval_ms / 1000,
        "limit": 0,
        "evaluationTime": sum(one.evaluation_s for one in group.rules),
        "lastEvaluation": encode.rfc3339(max(evaluated_ms, default=None)),
    }


def _rule(status: RuleStatus, *, with_alerts: bool) -> dict[str, Any]:
    rule = status.rule
    body: dict[str, Any] = {"name": rule.name, "query": rule.expr, "health": status.health}
    if rule.labels or isinstance(rule, AlertingRule):
        body["labels"] = dict(rule.labels)
    if isinstance(rule, AlertingRule):
        body |= {
            "state": status.state or "unknown",
            "duration": rule.for_ms / 1000,
            "keepFiringFor": rule.keep_firing_for_ms / 1000,
            "annotations": dict(rule.annotations),
            "alerts": _active(status.alerts) if with_alerts else [],
        }
    if status.last_error:
        body["lastError"] = status.last_error
    return {
        **body,
        "evaluationTime": status.evaluation_s,
        "lastEvaluation": encode.rfc3339(status.evaluated_at_ms),
        "type": _kind(status),
    }


def _active(found: tuple[Alert, ...]) -> list[dict[str, Any]]:
    return [_alert(one) for one in found if one.state != "inactive"]


def _alert(alert: Alert) -> dict[str, Any]:
    body: dict[str, Any] = {
        "labels": alert.labels.as_dict(),
        "annotations": dict(alert.annotations),
        "state": alert.state,
        "activeAt": encode.rfc3339(alert.active_at_ms),
        "value": encode.scientific(alert.value),
    }
    if alert.keep_firing_since_ms is not None:
        body["keepFiringSince"] = encode.rfc3339(alert.keep_firing_since_ms)
    return body
