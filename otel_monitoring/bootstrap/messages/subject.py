"""Which rule and which series an alert is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.alerts.rules.rule import AlertingRule, RecordingRule
from otel_monitoring.bootstrap.messages.comparison import metric_of
from otel_monitoring.model.labels import NAME
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.promql.language.nodes import selectors_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from otel_monitoring.alerts.rules.rule import RuleGroup
    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.language.nodes import Node, Selector
    from otel_monitoring.promql.result import Series

_MOST_DEPTH = 3
_LOOK_EVERY_S = 5.0


class KnownRules:
    """The rules by name, looked up anew every few seconds: a storm of messages asks for each of its alerts.

    Args:
        groups: Returns the rules that run.
        clock: The time.
    """

    def __init__(self, groups: Callable[[], Sequence[RuleGroup]], *, clock: Clock) -> None:
        self._groups = groups
        self._clock = clock
        self._known: tuple[float, Mapping[str, Sequence[AlertingRule]], Mapping[str, str]] | None = None

    def of(self, alert: SentAlert) -> AlertingRule | None:
        """Return the rule of an alert; ``None`` where none or several of its name may have made it."""
        named = self._look()[1].get(alert.labels.get("alertname"), ())
        found = [rule for rule in named if _may_label(rule, alert.labels)]
        return found[0] if len({rule.expr for rule in found}) == 1 else None

    def recorded(self) -> Mapping[str, str]:
        """Return the expressions of recording rules by the name of their series."""
        return self._look()[2]

    def _look(self) -> tuple[float, Mapping[str, Sequence[AlertingRule]], Mapping[str, str]]:
        now_s, known = self._clock.monotonic_s(), self._known
        if known is None or now_s - known[0] >= _LOOK_EVERY_S:
            rules = [rule for group in self._groups() for rule in group.rules]
            by_name: dict[str, list[AlertingRule]] = {}
            for rule in rules:
                if isinstance(rule, AlertingRule):
                    by_name.setdefault(rule.name, []).append(rule)
            recorded = {rule.name: rule.expr for rule in rules if isinstance(rule, RecordingRule)}
            known = self._known = (now_s, by_name, recorded)
        return known


def _may_label(rule: AlertingRule, labels: Labels) -> bool:
    fixed = ((name, text) for name, text in rule.labels.items() if "{{" not in text)
    return all(labels.get(name) == text for name, text in fixed)


def asked_by(
    node: Node, parse: Callable[[str], Node], recorded: Mapping[str, str], depth: int = _MOST_DEPTH
) -> Iterator[Selector]:
    """Yield what an expression selects, and what the recording rules among it select."""
    for selector in selectors_of(node):
        yield selector
        expr = recorded.get(metric_of(selector))
        if expr is not None and depth:
            yield from asked_by(parse(expr), parse, recorded, depth - 1)


def series_of(alert: SentAlert, rule: AlertingRule, found: Sequence[Series]) -> Series | None:
    """Return the series that an alert is about: the one that agrees with it in the most labels."""
    fitting = sorted(
        ((len(one.labels), one) for one in found if agrees(alert, rule, one.labels, is_whole=True)),
        key=lambda pair: -pair[0],
    )
    if not fitting or (len(fitting) > 1 and fitting[0][0] == fitting[1][0]):
        return None
    return fitting[0][1]


def agrees(alert: SentAlert, rule: AlertingRule, labels: Labels, *, is_whole: bool = False) -> bool:
    """Tell whether a series has nothing against being the one of an alert.

    Args:
        alert: The alert.
        rule: Its rule, whose own labels say nothing about the series.
        labels: Those of the series.
        is_whole: Whether the alert has every label of the series.
    """
    known = alert.labels.as_dict()
    return all(
        known.get(name, None if is_whole else value) == value
        for name, value in labels
        if name != NAME and name not in rule.labels
    )


def of_histogram(selector: Selector) -> tuple[Matcher, ...]:
    """Return what selects the series that carry exemplars: of a histogram those are its buckets."""
    name = metric_of(selector)
    stem = next((name.removesuffix(end) for end in ("_count", "_sum", "_bucket") if name.endswith(end)), "")
    if not stem:
        return selector.matchers
    others = [one for one in selector.matchers if one.name not in (NAME, "le")]
    return (Matcher(NAME, "=", f"{stem}_bucket"), *others)
