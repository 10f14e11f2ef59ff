"""What an insight is, and who else may have one."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.model.labels import Labels

_ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a sentence stands on.

    Attributes:
        expr: PromQL that shows it; empty where it was not asked.
        value: What that gave.
        values: Further numbers, by their names.
        window_s: How far back it looks, in seconds; 0 where it does not.
        at_ms: When it was asked, Unix milliseconds.
    """

    expr: str = ""
    value: float = math.nan
    values: Mapping[str, float] = field(default_factory=dict)
    window_s: float = 0.0
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Insight:
    """One thing that is worth knowing.

    Attributes:
        rule: What found it.
        labels: What it is about.
        sentence: What was found, with its numbers.
        evidence: What that stands on.
        effect: How much it matters, from 0 to 1; insights are ranked by it.
        kind: What it is about: ``errors``, ``latency``, ``saturation`` and the like.
        advice: What to do about it; empty for nothing.
        why: What good that does.
        since_ms: Since when it has been so, Unix milliseconds; 0 before that is known.
        is_new: Whether nobody was told of it yet, or it has changed much since.
    """

    rule: str
    labels: Labels
    sentence: str
    evidence: Evidence = field(default_factory=Evidence)
    effect: float = 0.5
    kind: str = "other"
    advice: str = ""
    why: str = ""
    since_ms: int = 0
    is_new: bool = False

    @property
    def id(self) -> str:
        """The same as long as it is about the same thing: the rule and its labels."""
        told = "\x00".join((self.rule, *(f"{name}\x01{value}" for name, value in self.labels)))
        data = told.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, digest_size=_ID_BYTES).hexdigest()


class InsightSource(Protocol):
    """Whoever finds what is worth knowing: trends, forecasts, anomalies, releases, service levels."""

    @property
    def name(self) -> str:
        """One word, unique."""
        ...

    def insights(self, now_ms: int) -> Sequence[Insight]:
        """Return what is worth knowing at a Unix time in milliseconds; the desk fills in ``since_ms``."""
        ...


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Something to do, and all insights that ask for it.

    Attributes:
        advice: What to do.
        why: What good that does.
        kind: What it is about.
        effect: How much it matters, from 0 to 1.
        because: The insights, the one with the largest effect first.
    """

    advice: str
    why: str
    kind: str
    effect: float
    because: tuple[Insight, ...]


def recommended(insights: Sequence[Insight]) -> list[Recommendation]:
    """Return what to do, from insights in the order of their effect; without advice there is nothing."""
    by_advice: dict[str, list[Insight]] = {}
    for one in insights:
        if one.advice:
            by_advice.setdefault(one.advice, []).append(one)
    found = [
        Recommendation(advice, group[0].why, group[0].kind, group[0].effect, tuple(group))
        for advice, group in by_advice.items()
    ]
    return sorted(found, key=lambda one: -one.effect)
