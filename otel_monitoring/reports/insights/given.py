"""What users state in Python: rules that are asked, and whoever else finds insights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from otel_monitoring.reports.insights.rule import InsightRule, InsightRuleError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.reports.insights.insight import InsightSource


@dataclass(frozen=True, slots=True)
class Given:
    """Rules and sources, in the order in which they were given."""

    rules: tuple[InsightRule, ...] = ()
    sources: tuple[InsightSource, ...] = ()

    def all(self) -> tuple[InsightRule | InsightSource, ...]:
        """Return both."""
        return (*self.rules, *self.sources)


def given_insights(given: Iterable[InsightRule | InsightSource]) -> Given:
    """Return what was given, sorted into rules and sources.

    Raises:
        InsightRuleError: Something is neither, or two have one name.
    """
    rules: dict[str, InsightRule] = {}
    sources: dict[str, InsightSource] = {}
    for one in given:
        known: dict[str, InsightRule] | dict[str, InsightSource]
        if isinstance(one, InsightRule):
            known = rules
        elif callable(getattr(one, "insights", None)) and isinstance(getattr(one, "name", None), str):
            known = sources
        else:
            msg = f"insights has {one!r}: expected InsightRule(name=..., expr=..., sentence=...) or a source"
            raise InsightRuleError(msg)
        if one.name in known:
            msg = f"insight {one.name!r} is there twice: expected different names"
            raise InsightRuleError(msg)
        cast("dict[str, InsightRule | InsightSource]", known)[one.name] = one
    return Given(tuple(rules.values()), tuple(sources.values()))
