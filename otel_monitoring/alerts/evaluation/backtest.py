"""A rule over recorded history: when it would have been pending, fired and resolved (P9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from otel_monitoring.alerts.evaluation.identity import Labeller
from otel_monitoring.alerts.evaluation.state import advance
from otel_monitoring.model.alert import Breach
from otel_monitoring.templates import Context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from otel_monitoring.alerts.evaluation.state import State
    from otel_monitoring.alerts.rules.rule import AlertingRule
    from otel_monitoring.model.alert import Transition
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.query import Query
    from otel_monitoring.promql.result import Result

_STEPS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that an alert would have been there; times in Unix milliseconds.

    Attributes:
        labels: The final labels.
        pending_ms: Since when the condition held.
        fired_ms: When it would have fired; ``None`` where ``for`` did not pass.
        ended_ms: When it would have resolved, or have gone without firing; ``None`` where it still holds.
        summary: The annotation ``summary`` when it fired, or else first.
        peak: The value that was farthest from zero.
    """

    labels: Labels
    pending_ms: int
    fired_ms: int | None = None
    ended_ms: int | None = None
    summary: str = ""
    peak: float = 0.0


def backtest(
    rule: AlertingRule, query: Query, *, start_ms: int, end_ms: int, interval_ms: int
) -> list[Episode]:
    """Return what the rule would have found, in the order in which it began.

    Args:
        rule: The rule. Templates that ask queries of their own see nothing.
        query: Answers ranges over the history.
        start_ms: The first evaluation, Unix milliseconds.
        end_ms: No evaluation is later.
        interval_ms: Time between two evaluations.

    Raises:
        QueryError: The history cannot be asked.
    """
    labeller = Labeller(rule, external_labels={})
    state: State = {}
    open_: dict[Labels, Episode] = {}
    done: list[Episode] = []
    for at_ms, breaches in _evaluations(rule.expr, query, start_ms, end_ms, interval_ms):
        context = Context(query=lambda _expr: [], at_ms=at_ms)
        step = advance(
            state,
            [labeller.finding(breach, context) for breach in breaches],
            at_ms,
            for_ms=rule.for_ms,
            keep_firing_for_ms=rule.keep_firing_for_ms,
        )
        state = step.state
        for transition in step.transitions:
            _note(transition, open_, done)
        for labels, alert in state.items():
            if labels in open_ and abs(alert.value) > abs(open_[labels].peak):
                open_[labels] = replace(open_[labels], peak=alert.value)
    return sorted([*done, *open_.values()], key=lambda one: (one.pending_ms, one.labels.pairs))


def _note(transition: Transition, open_: dict[Labels, Episode], done: list[Episode]) -> None:
    alert, at_ms = transition.alert, transition.at_ms
    episode = open_.get(alert.labels) or Episode(alert.labels, alert.active_at_ms, peak=alert.value)
    summary = alert.annotations.get("summary", "")
    if transition.change == "firing":
        open_[alert.labels] = replace(episode, fired_ms=at_ms, summary=summary)
    elif transition.change == "pending":
        open_[alert.labels] = replace(episode, summary=summary)
    else:
        open_.pop(alert.labels, None)
        done.append(replace(episode, ended_ms=at_ms))


def _evaluations(
    expr: str, query: Query, start_ms: int, end_ms: int, interval_ms: int
) -> Iterator[tuple[int, Sequence[Breach]]]:
    """Yield what the expression gives at each evaluation, asking for many at once."""
    begin_ms = start_ms
    while begin_ms <= end_ms:
        last_ms = min(begin_ms + (_STEPS_AT_ONCE - 1) * interval_ms, end_ms)
        found = _by_time(query(expr, begin_ms, last_ms, interval_ms))
        for at_ms in range(begin_ms, last_ms + 1, interval_ms):
            yield at_ms, found.get(at_ms, ())
        begin_ms = last_ms - (last_ms - begin_ms) % interval_ms + interval_ms


def _by_time(result: Result) -> Mapping[int, list[Breach]]:
    found: dict[int, list[Breach]] = {}
    for series in result.series:
        for at_ms, value in zip(series.times_ms.tolist(), series.values.tolist(), strict=True):
            found.setdefault(at_ms, []).append(Breach(series.labels, value))
    return found
