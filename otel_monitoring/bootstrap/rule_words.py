"""What a rule file says to us alone, with words that a Prometheus takes for any label or annotation.

A file may use the same words for something else, so what they cannot mean here is warned of and not refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.rule import OBSERVE_LABEL, AlertingRule, Problem
from otel_monitoring.alerts.rules.simple import CHANNELS_LABEL, COOLDOWN_ANNOTATION
from otel_monitoring.errors import RuleError
from otel_monitoring.model.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from otel_monitoring.alerts.rules.rule import RuleGroup


def unfollowed(groups: Iterable[RuleGroup], receivers: Sequence[str]) -> tuple[Problem, ...]:
    """Return a warning for each label and annotation that looks like one of ours and cannot be followed.

    Args:
        groups: The groups of rule files; a text with a template is left alone.
        receivers: The names of all receivers; empty where nothing is known about them.
    """
    return tuple(
        Problem(group.source, rule.line, 0, f"rule {rule.name!r}: {what}")
        for group in groups
        for rule in group.rules
        if isinstance(rule, AlertingRule)
        for what in _of(rule, receivers)
    )


def _of(rule: AlertingRule, receivers: Sequence[str]) -> Iterator[str]:
    stated = rule.labels.get(CHANNELS_LABEL, "")
    if stated and receivers and "{{" not in stated:
        unknown = [name for name in stated.split(",") if name not in receivers]
        expected = f"expected receivers, of {', '.join(receivers)}"
        yield from (f"label {CHANNELS_LABEL!r} names {name!r}: {expected}" for name in unknown)
    observe = rule.labels.get(OBSERVE_LABEL, "")
    if observe not in ("", "true", "false") and "{{" not in observe:
        yield f"label {OBSERVE_LABEL!r} is {observe!r}: expected true, or no such label"
    cooldown = rule.annotations.get(COOLDOWN_ANNOTATION, "")
    if cooldown and "{{" not in cooldown:
        try:
            parse_duration(cooldown)
        except RuleError as error:
            yield f"annotation {COOLDOWN_ANNOTATION!r}: {error}"
