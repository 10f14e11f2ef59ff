"""Groups of rules as the text of a Prometheus rule file: who outgrows us takes them along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.model.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.alerts.rules.rule import Rule, RuleGroup


def as_rule_file(groups: Iterable[RuleGroup]) -> str:
    """Return the text of a rule file; groups of one name from different files are told apart by number."""
    import yaml

    seen: dict[str, int] = {}
    written: list[dict[str, Any]] = []
    for group in groups:
        seen[group.name] = seen.get(group.name, 0) + 1
        suffix = "" if seen[group.name] == 1 else f"-{seen[group.name]}"
        written.append(_group(group, group.name + suffix))

    class Dumper(yaml.SafeDumper):
        """Writes long texts as blocks."""

    Dumper.add_representer(str, _text)
    text: str = yaml.dump({"groups": written}, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def _text(dumper: Any, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _group(group: RuleGroup, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name}
    if group.interval_ms:
        found["interval"] = format_duration(group.interval_ms)
    if group.query_offset_ms is not None:
        found["query_offset"] = format_duration(group.query_offset_ms)
    if group.limit:
        found["limit"] = group.limit
    if group.labels:
        found["labels"] = dict(group.labels)
    found["rules"] = [_rule(rule, group) for rule in group.rules]
    return found


def _rule(rule: Rule, group: RuleGroup) -> dict[str, Any]:
    labels = {name: text for name, text in rule.labels.items() if group.labels.get(name) != text}
    if not isinstance(rule, AlertingRule):
        found: dict[str, Any] = {"record": rule.name, "expr": rule.expr}
        return {**found, "labels": labels} if labels else found
    found = {"alert": rule.name, "expr": rule.expr}
    if rule.for_ms:
        found["for"] = format_duration(rule.for_ms)
    if rule.keep_firing_for_ms:
        found["keep_firing_for"] = format_duration(rule.keep_firing_for_ms)
    if labels:
        found["labels"] = labels
    if rule.annotations:
        found["annotations"] = dict(rule.annotations)
    return found
