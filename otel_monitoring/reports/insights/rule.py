"""A rule that finds insights: a question in PromQL, and the words for its answer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError, RuleError
from otel_monitoring.model.durations import parse_duration
from otel_monitoring.templates import Template, TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOW = "[window]"
"""Stands in the expressions of a rule for the time that it looks back."""

_MOST = 5


class InsightRuleError(MonitoringError):
    """A rule for insights cannot be used; the message names the field."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """An effect that grows with the value of the expression, in a straight line.

    Attributes:
        low: At this value it is 0.
        high: At this value it is ``most``; below ``low`` where small values are bad.
        most: The largest effect, at most 1.
    """

    low: float = 0.0
    high: float = 1.0
    most: float = 1.0

    def __call__(self, value: float) -> float:
        """Return the effect of a value."""
        share = (value - self.low) / (self.high - self.low) if self.high != self.low else 1.0
        return self.most * min(1.0, max(0.0, share)) if math.isfinite(share) else self.most


@dataclass(frozen=True, slots=True)
class InsightRule:
    """Find insights by asking.

    Expressions may hold ``[window]`` for the time that the rule looks back. Sentence, advice and reason are
    templates as those of alerts; besides ``$labels`` of the sample and ``$value`` they see the numbers of
    ``values`` by their names, as ``$labels.requests``.

    Attributes:
        name: What it is called, unique; the identity of its insights.
        expr: PromQL; each sample of its answer is one insight.
        sentence: What was found.
        kind: What it is about: ``errors``, ``latency``, ``saturation`` and the like.
        advice: What to do about it; empty for nothing.
        why: What good that does.
        effect: How much it matters: a line over the value, or PromQL that gives 0 to 1.
        values: Further numbers for the words, by name: PromQL whose labels are among those of ``expr``.
        minimum: PromQL; only what it has a sample for is believed: where there are requests enough, say.
        window: How far back it looks.
        most: The most insights, those with the largest effect.

    Raises:
        InsightRuleError: A field is not valid.
    """

    name: str
    expr: str
    sentence: str
    kind: str = "other"
    advice: str = ""
    why: str = ""
    effect: Ramp | str = field(default_factory=Ramp)
    values: Mapping[str, str] = field(default_factory=dict)
    minimum: str = ""
    window: str = "1h"
    most: int = _MOST

    def __post_init__(self) -> None:
        """Refuse what could not be asked or said."""
        for name in ("name", "expr", "sentence"):
            if not getattr(self, name).strip():
                msg = f"insight rule {self.name!r}: {name} is empty: expected a text"
                raise InsightRuleError(msg)
        for name in ("sentence", "advice", "why"):
            self._check_template(name)
        self._check_window()
        if self.most < 1:
            msg = f"insight rule {self.name!r}: most is {self.most}: expected 1 or more"
            raise InsightRuleError(msg)

    @property
    def window_s(self) -> float:
        """How far back it looks, in seconds."""
        return parse_duration(self.window) / 1000

    def asked(self, expr: str) -> str:
        """Return an expression of the rule as it is asked."""
        return expr.replace(WINDOW, f"[{self.window}]")

    def _check_template(self, name: str) -> None:
        try:
            Template(getattr(self, name))
        except TemplateError as error:
            msg = f"insight rule {self.name!r}: {name}: {error}"
            raise InsightRuleError(msg) from None

    def _check_window(self) -> None:
        try:
            is_long = parse_duration(self.window) > 0
        except RuleError as error:
            msg = f"insight rule {self.name!r}: window: {error}"
            raise InsightRuleError(msg) from None
        if not is_long:
            msg = f"insight rule {self.name!r}: window is {self.window!r}: expected more than 0"
            raise InsightRuleError(msg)
