"""One rule that runs: its expression asked, its state kept, its series written, its alerts sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from otel_monitoring.alerts.evaluation.identity import Labeller
from otel_monitoring.alerts.evaluation.restore import restored
from otel_monitoring.alerts.evaluation.series import alert_samples, recorded
from otel_monitoring.alerts.evaluation.state import advance, moved, state_of
from otel_monitoring.alerts.evaluation.status import RuleHealth, RuleStatus, Verdict
from otel_monitoring.alerts.rules.rule import OBSERVE_LABEL, AlertingRule
from otel_monitoring.errors import MonitoringError, RuleError
from otel_monitoring.stores.writer import SeriesWriter
from otel_monitoring.templates import Context

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.alerts.evaluation.restore import Restore
    from otel_monitoring.alerts.evaluation.sending import Sending
    from otel_monitoring.alerts.evaluation.state import State
    from otel_monitoring.alerts.rules.rule import RecordingRule, Rule
    from otel_monitoring.guard import Guard
    from otel_monitoring.model.alert import Alert, Breach, SentAlert, Transition
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Batch


class Query(Protocol):
    """What answers expressions: the engine of this process, or a Prometheus."""

    def __call__(self, expr: str, at_ms: int, /) -> Sequence[Breach]:
        """Return the elements of the result at ``at_ms``; a scalar is one without labels.

        Raises:
            MonitoringError: The expression cannot be answered.
        """
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """What all rules share.

    Attributes:
        query: Answers expressions.
        record: Keeps the series that rules write.
        send: Takes the alerts that are due to be sent.
        told: Takes what changed; for history and callbacks.
        sending: When and how alerts are sent.
        clock: Measures how long evaluations take.
        guard: Catches what is unexpected.
        external_url: Where this monitoring is reached.
        restore: Tells what was stored of a rule's alerts; ``None`` where nothing is.
    """

    query: Query
    record: Callable[[Batch], object]
    send: Callable[[Sequence[SentAlert]], None]
    told: Callable[[Sequence[Transition]], None]
    sending: Sending
    clock: Clock
    guard: Guard
    external_url: str = ""
    restore: Restore | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One evaluation of one group.

    Attributes:
        at_ms: The time of the grid; the state machine uses it.
        query_at_ms: The time that expressions are asked about and series are written at (S2.4).
        interval_ms: Time between two evaluations.
        limit: The most series or active alerts that one rule may yield; 0 for no limit.
    """

    at_ms: int
    query_at_ms: int
    interval_ms: int
    limit: int = 0


class RuleRun:
    """One rule of one group, with what it remembers from evaluation to evaluation.

    Args:
        rule: The rule.
        source: The name of this rule as a source of series, different from that of any other.
        services: What all rules share.
    """

    def __init__(self, rule: Rule, *, source: str, services: Services) -> None:
        self.rule = rule
        self.source = source
        self.state: State = {}
        self._services = services
        self._writer = SeriesWriter(record=services.record, source=source)
        self._use: Callable[[Sequence[Breach], Moment], None]
        if isinstance(rule, AlertingRule):
            labeller = Labeller(rule, external_labels=services.sending.external_labels)
            self._use = partial(self._alert, rule, labeller)
        else:
            self._use = partial(self._keep, rule)
        self._health: RuleHealth = "unknown"
        self._last_error = ""
        self._evaluated_at_ms: int | None = None
        self._evaluation_s = 0.0
        self._is_restored = services.restore is None

    def restore(self, at_ms: int) -> None:
        """Take up what was stored before the process began; from then on its series are written (S6.1)."""
        if self._is_restored or self._services.restore is None:
            return
        self._is_restored = True
        if isinstance(self.rule, AlertingRule):
            stored = self._services.restore(self.rule, at_ms)
            self.state = restored(self.state, stored, at_ms, for_ms=self.rule.for_ms)

    def skip_restoring(self) -> None:
        """Count as restored: a rule that a reload has brought has no past."""
        self._is_restored = True

    def evaluate(self, moment: Moment) -> None:
        """Run the rule once; an error makes it unhealthy and leaves its alerts as they were (S2.5, S2.6)."""
        begun_s = self._services.clock.monotonic_s()
        error = "an unexpected error, see the log"
        with self._services.guard:
            try:
                self._evaluate(moment)
                error = ""
            except MonitoringError as expected:
                error = str(expected)
        self._health = "err" if error else "ok"
        self._last_error = error
        self._evaluated_at_ms = moment.at_ms
        self._evaluation_s = self._services.clock.monotonic_s() - begun_s

    def take_over(self, other: RuleRun) -> None:
        """Go on where ``other``, the same rule before a reload, stood (S2.10)."""
        self.state = other.state
        self._writer = other._writer
        self._is_restored = other._is_restored
        self._health, self._last_error = other._health, other._last_error

    def take_up(self, state: State, verdict: Verdict | None) -> None:
        """Stand where another process stood, from now on."""
        self.state = state
        self._is_restored = True
        if isinstance(self.rule, AlertingRule):
            self._writer.adopt(alert_samples(state.values(), self.rule.labels))
        if verdict is not None:
            self._health, self._last_error = verdict.health, verdict.last_error
            self._evaluated_at_ms, self._evaluation_s = verdict.evaluated_at_ms, verdict.evaluation_s

    def verdict(self) -> Verdict | None:
        """Return what came of the last evaluation; ``None`` before the first."""
        if self._evaluated_at_ms is None:
            return None
        return Verdict(
            health=self._health,
            last_error=self._last_error,
            evaluated_at_ms=self._evaluated_at_ms,
            evaluation_s=self._evaluation_s,
        )

    def standing(self, at_ms: int, *, interval_ms: int) -> list[SentAlert]:
        """Return the alerts that fire and that people are told of, without noting that they were sent."""
        unsent = {alert.labels: replace(alert, last_sent_at_ms=None) for alert in self._audible()}
        return self._services.sending.due(unsent, at_ms, expr=self.rule.expr, interval_ms=interval_ms)[1]

    def standing_labels(self) -> list[Labels]:
        """Return the labels of :meth:`standing`, at little cost."""
        return [self._services.sending.labels(alert) for alert in self._audible()]

    def end(self, at_ms: int) -> None:
        """End the series of a rule that is gone (S2.9)."""
        self._writer.write({}, at_ms)

    def move(self, by_ms: int) -> None:
        """Move all times, after the wall clock was set by ``by_ms``."""
        self.state = moved(self.state, by_ms)

    def status(self) -> RuleStatus:
        """Return how the rule stands; may be called from any thread."""
        alerts = tuple(self.state.values())
        knows_state = isinstance(self.rule, AlertingRule) and self._health != "unknown"
        return RuleStatus(
            rule=self.rule,
            health=self._health,
            last_error=self._last_error,
            state=state_of(alerts) if knows_state else None,
            alerts=alerts,
            evaluated_at_ms=self._evaluated_at_ms,
            evaluation_s=self._evaluation_s,
        )

    def _audible(self) -> list[Alert]:
        """Return the alerts that fire and that people are told of."""
        if self.rule.labels.get(OBSERVE_LABEL) == "true" or not isinstance(self.rule, AlertingRule):
            return []
        return [alert for alert in self.state.values() if alert.is_firing]

    def _evaluate(self, moment: Moment) -> None:
        self._use(self._services.query(self.rule.expr, moment.query_at_ms), moment)

    def _keep(self, rule: RecordingRule, result: Sequence[Breach], moment: Moment) -> None:
        samples = recorded(rule, result)
        if 0 < moment.limit < len(samples):
            msg = f"the rule gives {len(samples)} series, the limit of its group is {moment.limit}"
            raise RuleError(msg)
        self._writer.write(samples, moment.query_at_ms)

    def _alert(
        self, rule: AlertingRule, labeller: Labeller, result: Sequence[Breach], moment: Moment
    ) -> None:
        if not result and not self.state:
            self._writer.write({}, moment.query_at_ms)
            return
        context = self._context(moment)
        step = advance(
            self.state,
            [labeller.finding(breach, context) for breach in result],
            moment.at_ms,
            for_ms=rule.for_ms,
            keep_firing_for_ms=rule.keep_firing_for_ms,
        )
        active = sum(alert.state != "inactive" for alert in step.state.values())
        if 0 < moment.limit < active:
            self.state = {}
            msg = f"the rule has {active} active alerts, the limit of its group is {moment.limit}"
            raise RuleError(msg)
        self.state, sent = self._services.sending.due(
            step.state, moment.at_ms, expr=rule.expr, interval_ms=moment.interval_ms
        )
        if sent and rule.labels.get(OBSERVE_LABEL) != "true":
            self._services.guard.call(self._services.send, sent)
        if step.transitions:
            self._services.guard.call(self._services.told, step.transitions)
        if self._is_restored:  # before, what was stored would be overwritten (S5.2)
            self._writer.write(alert_samples(self.state.values(), rule.labels), moment.query_at_ms)

    def _context(self, moment: Moment) -> Context:
        return Context(
            query=lambda expr: self._services.query(expr, moment.at_ms),  # without the offset (S4.6)
            at_ms=moment.at_ms,
            external_url=self._services.external_url,
        )
