"""Endpoints of one time against those of another, and which of them got worse."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from otel_monitoring.analytics.comparison.durations import Slowdown, slowdown
from otel_monitoring.analytics.comparison.shares import Shift, shift
from otel_monitoring.analytics.multiplicity import benjamini_hochberg
from otel_monitoring.reports.values import change, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.reports.releases.traffic import Endpoint, Traffic

Verdict = Literal["slower", "faster", "failing more", "failing less"]

LEVEL = 0.05
LEAST_RATIO = 0.03
"""What is less is no news, however certain."""
_WORSE: frozenset[Verdict] = frozenset({"slower", "failing more"})


@dataclass(frozen=True, slots=True)
class Change:
    """How one endpoint changed.

    Attributes:
        endpoint: Which.
        latency: How its durations changed.
        errors: How the share of failures changed.
        rate_before: Requests a second.
        rate_after: Requests a second.
        latency_rate: The share of chance findings among changes as clear as that of durations; NaN if none.
        errors_rate: The same of failures.
        verdicts: What is more than chance.
    """

    endpoint: Endpoint
    latency: Slowdown
    errors: Shift
    rate_before: float
    rate_after: float
    latency_rate: float = float("nan")
    errors_rate: float = float("nan")
    verdicts: tuple[Verdict, ...] = ()

    @property
    def is_worse(self) -> bool:
        """Whether anything got worse."""
        return not _WORSE.isdisjoint(self.verdicts)

    def sentence(self) -> str:
        """Return what people read of it."""
        parts = [self.latency_text(), self.errors_text()]
        return f"{self.endpoint.name}: {'; '.join(parts)}."

    def latency_text(self) -> str:
        """Return how durations changed, in words."""
        found = self.latency
        if found.reason:
            return f"durations cannot be compared, {found.reason}"
        means = f"mean {shown(found.before.mean_s, 's')} to {shown(found.after.mean_s, 's')}"
        grown = f"{change(found.ratio)}, {change(found.low)} to {change(found.high)}"
        word = next((one for one in self.verdicts if one in ("slower", "faster")), "as fast as before")
        return f"{word}, {means} ({grown})"

    def errors_text(self) -> str:
        """Return how the share of failures changed, in words."""
        found = self.errors
        if found.reason:
            return f"failures cannot be compared, {found.reason}"
        shares = f"{shown(found.before, '1')} to {shown(found.after, '1')}"
        word = next((one for one in self.verdicts if one.startswith("failing")), "failing as before")
        return f"{word}, {shares}"


def compare(
    before: Mapping[Endpoint, Traffic], after: Mapping[Endpoint, Traffic], *, level: float = LEVEL
) -> list[Change]:
    """Return how endpoints changed that there are at both times, what got worst in front.

    Args:
        before: The one time.
        after: The other.
        level: The false discovery rate, over all endpoints and both questions.
    """
    found = [
        _change(endpoint, before[endpoint], after[endpoint]) for endpoint in sorted_by_name(before, after)
    ]
    p_values = np.array([[one.latency.p_value, one.errors.p_value] for one in found]).reshape(-1, 2)
    rates = benjamini_hochberg(p_values).tolist()
    judged = [
        _judged(replace(one, latency_rate=latency, errors_rate=errors), level)
        for one, (latency, errors) in zip(found, rates, strict=True)
    ]
    return sorted(
        judged, key=lambda one: (not one.is_worse, not one.verdicts, -_size(one), one.endpoint.name)
    )


def sorted_by_name(
    before: Mapping[Endpoint, Traffic], after: Mapping[Endpoint, Traffic]
) -> Sequence[Endpoint]:
    """Return the endpoints of both times that can be laid over each other."""
    both = [
        one for one in before if one in after and np.array_equal(before[one].bounds_s, after[one].bounds_s)
    ]
    return sorted(both, key=lambda one: (one.job, one.name))


def _change(endpoint: Endpoint, before: Traffic, after: Traffic) -> Change:
    return Change(
        endpoint=endpoint,
        latency=slowdown(before.slots, after.slots, before.bounds_s),
        errors=shift(before.failures, after.failures),
        rate_before=before.rate,
        rate_after=after.rate,
    )


def _judged(one: Change, level: float) -> Change:
    verdicts: list[Verdict] = []
    if one.latency_rate <= level and abs(one.latency.ratio) >= LEAST_RATIO:
        verdicts.append("slower" if one.latency.ratio > 0 else "faster")
    if one.errors_rate <= level and one.errors.change:
        verdicts.append("failing more" if one.errors.change > 0 else "failing less")
    return replace(one, verdicts=tuple(verdicts))


def _size(one: Change) -> float:
    ratio = 0.0 if math.isnan(one.latency.ratio) else one.latency.ratio
    grown = 0.0 if math.isnan(one.errors.change) else one.errors.change
    return ratio + 10 * grown
