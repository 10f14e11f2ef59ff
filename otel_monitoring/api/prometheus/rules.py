"""``rules`` and ``alerts``."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.api.prometheus import encode
from otel_monitoring.api.prometheus.answer import success
from otel_monitoring.api.prometheus.numbers import scientific
from otel_monitoring.api.prometheus.parameters import invalid
from otel_monitoring.api.prometheus.selecting import matchers_of
from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.responses import Response

    from otel_monitoring.alerts.evaluation.status import GroupStatus, RuleStatus
    from otel_monitoring.api.prometheus.parameters import Parameters
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.model.alert import Alert

_KINDS = {"": ("alerting", "recording"), "alert": ("alerting",), "record": ("recording",)}


def rules(sources: Sources, given: Parameters) -> Response:
    """Answer ``rules``: groups with rules that are asked for, a page of them where one is."""
    limit = _group_limit(given)
    is_asked = _rule_filter(sources, given)
    with_alerts = not given.flag("exclude_alerts")
    found = [
        (group, rules)
        for group in _after(sources.rules.groups(), given.get("group_next_token"))
        if _is_wanted(group.name, given.all("rule_group[]")) and _is_wanted(group.source, given.all("file[]"))
        if (rules := [one for one in group.rules if is_asked(one)])
    ]
    page = found[:limit]
    body: dict[str, Any] = {
        "groups": [
            _group(group, [_rule(one, with_alerts=with_alerts) for one in rules]) for group, rules in page
        ]
    }
    if len(page) < len(found):
        body["groupNextToken"] = _token(page[-1][0])
    return success(body)


def alerts(sources: Sources, _given: Parameters) -> Response:
    """Answer ``alerts``."""
    found = [
        body for group in sources.rules.groups() for rule in group.rules for body in _active(rule.alerts)
    ]
    return success({"alerts": found})


def _group_limit(given: Parameters) -> int | None:
    text = given.get("group_limit")
    if not text:
        if given.get("group_next_token"):
            reason = "group_limit needs to be present in order to paginate over the groups"
            raise invalid(name="group_next_token", reason=reason)
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise invalid(name="group_limit", reason=f"group_limit needs to be a valid number: {text!r} is none")
    if int(text) <= 0:
        raise invalid(name="group_limit", reason="group_limit needs to be greater than 0")
    return int(text)


def _after(groups: Sequence[GroupStatus], token: str) -> Sequence[GroupStatus]:
    """Return the groups behind the one that a page ended with."""
    if not token:
        return groups
    for at, group in enumerate(groups):
        if _token(group) == token:
            return groups[at + 1 :]
    raise invalid(
        name="group_next_token", reason=f"invalid group_next_token '{token}'. were rule groups changed?"
    )


def _token(group: GroupStatus) -> str:
    return hashlib.sha256(f"{group.source};{group.name}".encode(errors="replace")).hexdigest()


def _rule_filter(sources: Sources, given: Parameters) -> Callable[[RuleStatus], bool]:
    kinds = _KINDS.get(given.get("type").lower())
    if kinds is None:
        raise invalid(name="type", reason=f'not supported value "{given.get("type")}"')
    names = given.all("rule_name[]")
    several = matchers_of(sources, given.all("match[]"), name="match[]")

    def is_asked(one: RuleStatus) -> bool:
        labels = Labels.of(one.rule.labels)
        fits = not several or any(all(each.matches(labels) for each in matchers) for matchers in several)
        return fits and _kind(one) in kinds and _is_wanted(one.rule.name, names)

    return is_asked


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
        "value": scientific(alert.value),
    }
    if alert.keep_firing_since_ms is not None:
        body["keepFiringSince"] = encode.rfc3339(alert.keep_firing_since_ms)
    return body
