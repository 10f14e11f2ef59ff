"""When rules run, and what remains from one run to the next (alerting semantics S2)."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from otel_monitoring.alerts.evaluation.restore import EVALUATIONS_BEFORE, taken_up
from otel_monitoring.alerts.evaluation.rule_run import Moment, RuleRun, Services
from otel_monitoring.alerts.evaluation.schedule import Schedule, offset_ms
from otel_monitoring.alerts.evaluation.sending import Sending
from otel_monitoring.alerts.evaluation.status import GroupStatus, following, unevaluated
from otel_monitoring.alerts.rules.rule import AlertingRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from otel_monitoring.alerts.evaluation.restore import Restore
    from otel_monitoring.alerts.evaluation.rule_run import Query
    from otel_monitoring.alerts.evaluation.state import State
    from otel_monitoring.alerts.evaluation.status import Verdict
    from otel_monitoring.alerts.rules.rule import Rule, RuleGroup
    from otel_monitoring.guard import Guard
    from otel_monitoring.model.alert import Alert, SentAlert, Transition
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.sample import Batch

    Known: TypeAlias = Mapping[Labels, tuple[Alert, int]]

_FRESH_ROUNDS = 4

CLOCK_STEP_MS = 30_000
"""A difference between the two clocks from which the wall clock counts as having been set (P14)."""


def _ignore(_changes: object) -> None:
    """Take what nobody asked for."""


class GroupRun:
    """One group that runs.

    Args:
        group: The group.
        interval_ms: Time between two evaluations.
        query_offset_ms: How far queries look into the past.
        services: What all rules share.
    """

    def __init__(
        self, group: RuleGroup, *, interval_ms: int, query_offset_ms: int, services: Services
    ) -> None:
        self.group = group
        self.interval_ms = interval_ms
        self.schedule = Schedule(
            interval_ms=interval_ms,
            offset_ms=offset_ms(source=group.source, name=group.name, interval_ms=interval_ms),
        )
        self._query_offset_ms = query_offset_ms
        self._guard = services.guard
        self._evaluations = 0
        self._missed_elsewhere = 0
        self.rules = [
            RuleRun(rule, source=source, services=services)
            for rule, source in zip(group.rules, _sources(group), strict=True)
        ]

    def evaluate(self, at_ms: int) -> None:
        """Run every rule once, in order: a rule sees what earlier ones recorded (S2.3)."""
        moment = Moment(
            at_ms=at_ms,
            query_at_ms=at_ms - self._query_offset_ms,
            interval_ms=self.interval_ms,
            limit=self.group.limit,
        )
        for rule in self.rules:
            rule.evaluate(moment)
        self._evaluations += 1
        if self._evaluations == EVALUATIONS_BEFORE:
            for rule in self.rules:
                self._guard.call(rule.restore, at_ms)

    def take_over(self, other: GroupRun) -> list[RuleRun]:
        """Take the state of the rules that ``other`` has as well; return those of ``other`` left over.

        Its place in the grid is taken as well, so that a reload leaves no time of the grid out.
        """
        if other.interval_ms == self.interval_ms:
            self.schedule, self._missed_elsewhere = other.schedule, other._missed_elsewhere
        waiting: dict[tuple[object, ...], list[RuleRun]] = defaultdict(list)
        for rule in other.rules:
            waiting[_identity(rule.rule)].append(rule)
        for rule in self.rules:
            if waiting[_identity(rule.rule)]:
                rule.take_over(waiting[_identity(rule.rule)].pop(0))
        return [rule for rules in waiting.values() for rule in rules]

    def status(self) -> GroupStatus:
        """Return how the group stands; may be called from any thread."""
        return GroupStatus(
            name=self.group.name,
            source=self.group.source,
            interval_ms=self.interval_ms,
            rules=tuple(rule.status() for rule in self.rules),
            missed=self.missed,
        )

    @property
    def missed(self) -> int:
        """How many evaluations were left out, here and by whoever evaluated before."""
        return self._missed_elsewhere + self.schedule.missed

    def verdicts(self) -> Iterator[tuple[str, Verdict]]:
        """Yield what came of the last evaluation of each rule, by its name as a source of series."""
        for rule in self.rules:
            verdict = rule.verdict()
            if verdict is not None:
                yield rule.source, replace(verdict, missed=self.missed)

    def take_up(self, known: Mapping[str, State], verdicts: Mapping[str, Verdict]) -> None:
        """Stand where another process stood, from now on."""
        missed = [verdicts[rule.source].missed for rule in self.rules if rule.source in verdicts]
        if missed:
            self._missed_elsewhere = max(missed) - self.schedule.missed
        for rule in self.rules:
            rule.take_up(known.get(rule.source, {}), verdicts.get(rule.source))


class Evaluator:
    """Run groups of rules, each on its own grid of times; one job of the one loop.

    Args:
        groups: The groups to begin with.
        query: Answers expressions.
        send: Takes the alerts that are due to be sent, again and again as long as they hold (S8).
        record: Keeps the series that rules write.
        clock: The time; its monotonic side tells when the wall clock was set.
        guard: Catches what is unexpected in a rule, a send or a callback.
        told: Takes every transition; for history and callbacks into the application.
        interval_s: Time between two evaluations of a group that does not say.
        query_offset_s: How far queries of a group look into the past that does not say.
        resend_delay_s: Time after which an alert that still holds is sent again.
        external_labels: Labels that alerts get on sending where they have none of that name.
        external_url: Where this monitoring is reached.
        generator_url: Where an expression can be looked at.
        restore: Tells what was stored of a rule's alerts; ``None`` where nothing is.
    """

    def __init__(  # noqa: PLR0913 - one place wires it
        self,
        *,
        groups: Sequence[RuleGroup],
        query: Query,
        send: Callable[[Sequence[SentAlert]], None],
        record: Callable[[Batch], object],
        clock: Clock,
        guard: Guard,
        told: Callable[[Sequence[Transition]], None] = _ignore,
        interval_s: float = 60,
        query_offset_s: float = 0,
        resend_delay_s: float = 60,
        external_labels: Mapping[str, str] | None = None,
        external_url: str = "",
        generator_url: Callable[[str], str] = lambda _expr: "",
        restore: Restore | None = None,
    ) -> None:
        self._clock = clock
        self._interval_ms = round(interval_s * 1000)
        self._query_offset_ms = round(query_offset_s * 1000)
        self._services = Services(
            query=query,
            record=record,
            send=send,
            told=told,
            sending=Sending(
                resend_delay_ms=round(resend_delay_s * 1000),
                external_labels=external_labels or {},
                generator_url=generator_url,
            ),
            clock=clock,
            guard=guard,
            external_url=external_url,
            restore=restore,
        )
        self._runs: tuple[GroupRun, ...] = tuple(self._run(group) for group in groups)
        self._next_groups: Sequence[RuleGroup] | None = None
        self._last_tick: tuple[int, float] | None = None
        self._clock_steps = 0

    def tick(self, now_ms: int) -> None:
        """Evaluate every group whose time has come."""
        self._follow_clock(now_ms)
        self._reload(now_ms)
        for run in self._runs:
            due_ms = run.schedule.due(now_ms)
            if due_ms is not None:
                run.evaluate(due_ms)

    def replace(self, groups: Sequence[RuleGroup]) -> None:
        """Run these groups from the next tick on (S2.10); may be called from any thread."""
        self._next_groups = tuple(groups)

    def after_fork(self) -> None:
        """Begin anew in a child process: the alerts that were found so far are the parent's."""
        self._runs = tuple(self._run(run.group) for run in self._runs)
        self._last_tick = None

    def standing(self, now_ms: int) -> list[SentAlert]:
        """Return every alert that fires and that people are told of."""
        return [
            sent
            for run in self._runs
            for rule in run.rules
            for sent in rule.standing(now_ms, interval_ms=run.interval_ms)
        ]

    def standing_labels(self) -> set[Labels]:
        """Return the labels that the alerts of :meth:`standing` have once they are sent."""
        return {labels for run in self._runs for rule in run.rules for labels in rule.standing_labels()}

    def states(self) -> dict[str, State]:
        """Return the alerts of every alerting rule, by a name that outlives the process."""
        return {
            rule.source: rule.state
            for run in self._runs
            for rule in run.rules
            if isinstance(rule.rule, AlertingRule)
        }

    def verdicts(self) -> dict[str, Verdict]:
        """Return what came of the last evaluation of every rule, by the same names."""
        return {source: verdict for run in self._runs for source, verdict in run.verdicts()}

    def take_up(
        self, known: Mapping[str, Known], verdicts: Mapping[str, Verdict], *, since_ms: int, at_ms: int
    ) -> None:
        """Stand where another process stood; called by whoever calls :meth:`tick`.

        Args:
            known: The alerts of each rule, by the names of :meth:`states`, each with when it was last seen.
            verdicts: What came of the last evaluation of each rule.
            since_ms: Evaluations that were due before are not made up for: nobody may have collected anything
                then, and what was not collected would count as gone.
            at_ms: Now, Unix milliseconds.
        """
        self._reload(at_ms)
        self._last_tick = None
        for run in self._runs:
            times = [verdicts[rule.source].evaluated_at_ms for rule in run.rules if rule.source in verdicts]
            run.schedule.anchor(min(max(times, default=at_ms), at_ms))
            run.schedule.skip(since_ms)
            fresh_ms = _FRESH_ROUNDS * run.interval_ms
            states: dict[str, State] = {}
            for rule in run.rules:
                for_ms = rule.rule.for_ms if isinstance(rule.rule, AlertingRule) else 0
                states[rule.source] = taken_up(
                    known.get(rule.source, {}), at_ms, for_ms=for_ms, fresh_ms=fresh_ms
                )
            run.take_up(states, verdicts)

    def follow(self, now_ms: int) -> None:
        """Have the groups of :meth:`replace`, where another process evaluates and nobody ticks."""
        self._reload(now_ms)

    def mirror(self, known: Mapping[str, Known], verdicts: Mapping[str, Verdict], *, at_ms: int) -> None:
        """Show where another process stands, for those who ask."""
        self._reload(at_ms)
        states = {
            source: {labels: alert for labels, (alert, _) in alerts.items()}
            for source, alerts in known.items()
        }
        for run in self._runs:
            run.take_up(states, verdicts)

    def next_ms(self, now_ms: int) -> int | None:
        """Return when the next group is due; ``None`` where there is no group."""
        return min((run.schedule.next_ms(now_ms) for run in self._runs), default=None)

    def groups(self) -> list[GroupStatus]:
        """Return how all groups stand; may be called from any thread.

        Groups of :meth:`replace` that wait for a tick are those, with what is known of their rules by now.
        """
        coming = self._next_groups  # read first: once it is gone, its rules are among the runs
        current = [run.status() for run in self._runs]
        if coming is None:
            return current
        return following(
            current, [unevaluated(group, interval_ms=self._interval_of(group)) for group in coming]
        )

    def stats(self) -> dict[str, float]:
        """Return numbers about the evaluator itself."""
        rules = [rule for group in self.groups() for rule in group.rules]
        alerts = [alert for rule in rules for alert in rule.alerts]
        return {
            "rules": len(rules),
            "rules_failing": sum(rule.health == "err" for rule in rules),
            "alerts_pending": sum(alert.state == "pending" for alert in alerts),
            "alerts_firing": sum(alert.state == "firing" for alert in alerts),
            "evaluations_missed": sum(run.schedule.missed for run in self._runs),
            "evaluation_s": sum(rule.evaluation_s for rule in rules),
            "clock_steps": self._clock_steps,
        }

    def _interval_of(self, group: RuleGroup) -> int:
        return group.interval_ms or self._interval_ms

    def _run(self, group: RuleGroup) -> GroupRun:
        return GroupRun(
            group,
            interval_ms=self._interval_of(group),
            query_offset_ms=self._query_offset_ms if group.query_offset_ms is None else group.query_offset_ms,
            services=self._services,
        )

    def _follow_clock(self, now_ms: int) -> None:
        """Move everything along when the wall clock was set, so that this fires and resolves nothing."""
        monotonic_s = self._clock.monotonic_s()
        last, self._last_tick = self._last_tick, (now_ms, monotonic_s)
        if last is None:
            return
        step_ms = (now_ms - last[0]) - round((monotonic_s - last[1]) * 1000)
        if abs(step_ms) <= CLOCK_STEP_MS:
            return
        self._clock_steps += 1
        for run in self._runs:
            run.schedule.anchor(now_ms)
            for rule in run.rules:
                rule.move(step_ms)

    def _reload(self, now_ms: int) -> None:
        groups = self._next_groups
        if groups is None:
            return
        before = {(run.group.source, run.group.name): run for run in self._runs}
        after: list[GroupRun] = []
        left: list[RuleRun] = []
        for group in groups:
            old = before.pop((group.source, group.name), None)
            if old is not None and old.group == group:
                after.append(old)
                continue
            run = self._run(group)
            for rule in run.rules:
                rule.skip_restoring()
            if old is not None:
                left += run.take_over(old)
            after.append(run)
        left += [rule for run in before.values() for rule in run.rules]
        self._runs = tuple(after)
        if self._next_groups is groups:
            self._next_groups = None
        for rule in left:
            self._services.guard.call(rule.end, now_ms)


def _sources(group: RuleGroup) -> Iterator[str]:
    """Yield a name per rule that is its own, and the same after a reload that moves the rule."""
    seen: Counter[tuple[object, ...]] = Counter()
    for rule in group.rules:
        identity = _identity(rule)
        digest = hashlib.blake2b(repr(identity).encode(), digest_size=4).hexdigest()
        yield f"rule:{group.source};{group.name};{rule.name};{digest};{seen[identity]}"
        seen[identity] += 1


def _identity(rule: Rule) -> tuple[object, ...]:
    return (type(rule).__name__, rule.name, tuple(sorted(rule.labels.items())))
