"""How rules stand, as the API and the pages show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.alerts.rules.rule import Rule, RuleGroup
    from otel_monitoring.model.alert import Alert, AlertState

RuleHealth = Literal["unknown", "ok", "err"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of the last evaluation of a rule, besides its alerts.

    Attributes:
        health: Whether it went well.
        last_error: Why it failed; empty where it did not.
        evaluated_at_ms: Its time, Unix milliseconds.
        evaluation_s: How long it took.
        missed: How many evaluations of its group were left out until then.
    """

    health: RuleHealth
    last_error: str
    evaluated_at_ms: int
    evaluation_s: float
    missed: int = 0


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """How one rule stands.

    Attributes:
        rule: The rule.
        health: ``unknown`` before the first evaluation, then whether the last one went well.
        last_error: Why the last evaluation failed; empty where it did not.
        state: The highest state of its alerts; ``None`` before the first evaluation and for recording rules.
        alerts: Its alerts that are pending, firing or lately resolved.
        evaluated_at_ms: The time of the last evaluation.
        evaluation_s: How long the last evaluation took.
    """

    rule: Rule
    health: RuleHealth
    last_error: str
    state: AlertState | None
    alerts: tuple[Alert, ...]
    evaluated_at_ms: int | None
    evaluation_s: float


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """How one group stands.

    Attributes:
        name: The group's name.
        source: Its file.
        interval_ms: Time between two evaluations.
        rules: Its rules in order.
        missed: How many evaluations were left out because others took too long, whichever process evaluated.
    """

    name: str
    source: str
    interval_ms: int
    rules: tuple[RuleStatus, ...]
    missed: int


def unevaluated(group: RuleGroup, *, interval_ms: int) -> GroupStatus:
    """Return how a group stands that has not run yet."""
    rules = tuple(
        RuleStatus(
            rule=rule,
            health="unknown",
            last_error="",
            state=None,
            alerts=(),
            evaluated_at_ms=None,
            evaluation_s=0.0,
        )
        for rule in group.rules
    )
    return GroupStatus(group.name, group.source, interval_ms, rules, missed=0)


def following(current: Sequence[GroupStatus], coming: Sequence[GroupStatus]) -> list[GroupStatus]:
    """Return groups that are to run in place of others, with what is known of the rules that stay."""
    known = {(group.source, group.name, _name(status)): status for group in current for status in group.rules}
    missed = {(group.source, group.name): group.missed for group in current}
    return [
        replace(
            group,
            missed=missed.get((group.source, group.name), 0),
            rules=tuple(
                replace(known.get((group.source, group.name, _name(one)), one), rule=one.rule)
                for one in group.rules
            ),
        )
        for group in coming
    ]


def _name(status: RuleStatus) -> tuple[str, frozenset[tuple[str, str]]]:
    return status.rule.name, frozenset(status.rule.labels.items())
