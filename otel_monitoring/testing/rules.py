"""Rules over made-up series, on a clock that is stepped: for tests of rules.

bench = RuleBench.from_files("rules.yml")
bench.load('up{job="shop"}', "1x4 0x20")
bench.advance("10m")
bench.expect_firing("ShopDown")
"""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING, TypedDict, Unpack

from otel_monitoring.alerts.evaluation.asking import Asking
from otel_monitoring.alerts.evaluation.evaluator import GroupRun
from otel_monitoring.alerts.evaluation.rule_run import Services
from otel_monitoring.alerts.evaluation.sending import Sending
from otel_monitoring.errors import RuleError
from otel_monitoring.guard import Guard
from otel_monitoring.model.durations import LONGEST_MS, parse_duration
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore
from otel_monitoring.testing.clock import FakeClock
from otel_monitoring.testing.notation import labels_of, values_of
from otel_monitoring.testing.sources import groups_of_files, groups_of_rules, groups_of_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from otel_monitoring.alerts.evaluation.status import RuleStatus
    from otel_monitoring.alerts.rules.rule import RuleGroup
    from otel_monitoring.alerts.rules.simple import AlertRule
    from otel_monitoring.model.alert import Alert
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.result import Result, Series

_LONGEST_S = LONGEST_MS / 1000


class BenchOptions(TypedDict, total=False):
    """What a bench takes besides its rules."""

    interval: str | int
    start_ms: int
    external_labels: Mapping[str, str] | None
    external_url: str


class RuleBench:
    """Evaluate rules at every interval, as ``promtool test rules`` does (S10.1).

    The first evaluation is at the start itself. Nothing waits and nothing runs beside: time passes in
    :meth:`advance` alone.

    Args:
        groups: The rules; every group is evaluated at every interval, in this order.
        interval: Time between two evaluations, and between two values of a series: ``1m`` or milliseconds.
        start_ms: The time of the first evaluation, Unix milliseconds.
        external_labels: Labels that alerts get on sending; templates see them.
        external_url: Where the monitoring is reached; templates see it.
    """

    def __init__(
        self,
        groups: Iterable[RuleGroup] = (),
        *,
        interval: str | int = "1m",
        start_ms: int = 0,
        external_labels: Mapping[str, str] | None = None,
        external_url: str = "",
    ) -> None:
        self.interval_ms = _duration_ms(interval, name="interval")
        if self.interval_ms <= 0:
            msg = f"interval is {interval!r}: expected more than 0"
            raise RuleError(msg)
        self.start_ms = start_ms
        self.now_ms = start_ms
        self._next_ms = start_ms
        self._clock = FakeClock(start_ms)
        self._store = SeriesStore(retention_s=_LONGEST_S, interval_s=self.interval_ms / 1000)
        self._engine = Engine(self._store, default_step_ms=self.interval_ms)
        self._ahead: list[tuple[int, int, str, Labels, float]] = []
        self._numbers = count()
        self._held: dict[Labels, float] = {}
        services = Services(
            query=Asking(self._engine),
            record=self._store.append,
            send=lambda _alerts: None,
            told=lambda _changes: None,
            sending=Sending(external_labels=external_labels or {}),
            clock=self._clock,
            guard=Guard("rule bench"),
            external_url=external_url,
        )
        self._groups = [
            GroupRun(
                group,
                interval_ms=self.interval_ms,
                query_offset_ms=group.query_offset_ms or 0,
                services=services,
            )
            for group in groups
        ]

    @classmethod
    def from_text(cls, text: str, **options: Unpack[BenchOptions]) -> RuleBench:
        """Return a bench for the rules of a rule file's text; ``options`` are those of the class.

        Raises:
            RuleFileError: The text is no valid rule file.
        """
        return cls(groups_of_text(text), **options)

    @classmethod
    def from_files(cls, *paths: str | Path, **options: Unpack[BenchOptions]) -> RuleBench:
        """Return a bench for rule files, or patterns of them; ``options`` are those of the class.

        Raises:
            RuleFileError: Files cannot be read or are not valid; the error holds all problems.
        """
        return cls(groups_of_files(paths), **options)

    @classmethod
    def from_rules(cls, *rules: AlertRule, **options: Unpack[BenchOptions]) -> RuleBench:
        """Return a bench for rules in words; ``options`` are those of the class."""
        return cls(groups_of_rules(rules), **options)

    @property
    def evaluated_ms(self) -> int:
        """When the rules were last evaluated; an interval before the start where they were not."""
        return self._next_ms - self.interval_ms

    # ---- series

    def load(self, series: str, values: str, *, interval: str | int | None = None) -> None:
        """Let a series have these values from now on, one an interval, in promtool's notation.

        Args:
            series: Such as ``up{job="shop"}``.
            values: Such as ``1x4 0 _ stale`` or ``0+10x60``.
            interval: Time between two values; by default that of the bench.

        Raises:
            RuleError: One of them is not understood.
        """
        step_ms = self.interval_ms if interval is None else _duration_ms(interval, name="interval")
        labels = labels_of(series)
        source = f"input {next(self._numbers)}"  # one each: a gap in one series is no end of another
        for turn, value in enumerate(values_of(values)):
            if value is not None:
                heapq.heappush(
                    self._ahead, (self._next_ms + turn * step_ms, next(self._numbers), source, labels, value)
                )

    def set(self, series: str, value: float) -> None:
        """Let a series have this value at every interval from now on, until it is set again or ended."""
        self._held[labels_of(series)] = value

    def end(self, series: str) -> None:
        """Let a series that was set be gone from now on, as if its owner had left."""
        if self._held.pop(labels_of(series), None) is None:
            msg = (
                f"series {series!r} is not set: expected one of {', '.join(map(repr, self._held)) or 'none'}"
            )
            raise RuleError(msg)

    # ---- time

    def advance(self, duration: str | int) -> None:
        """Let time pass, and evaluate at every interval on the way; the first call also at the start."""
        length_ms = _duration_ms(duration, name="duration")
        if length_ms < 0:
            msg = f"duration is {duration!r}: expected 0 or more, since time goes one way"
            raise RuleError(msg)
        self.advance_to(self.now_ms + length_ms)

    def advance_to(self, at_ms: int) -> None:
        """Let time pass until ``at_ms``, Unix milliseconds, and evaluate at every interval on the way."""
        while self._next_ms <= at_ms:
            self._evaluate(self._next_ms)
            self._next_ms += self.interval_ms
        self._show(at_ms)
        self._clock.advance((at_ms - self.now_ms) / 1000)
        self.now_ms = at_ms

    def _evaluate(self, at_ms: int) -> None:
        self._show(at_ms)
        if self._held or "held" in self._store.sources():
            self._store.append(Batch("held", at_ms, list(self._held), list(self._held.values())))
        for group in self._groups:
            group.evaluate(at_ms)

    def _show(self, until_ms: int) -> None:
        """Give the store the samples up to a time: nobody sees what is to come."""
        while self._ahead and self._ahead[0][0] <= until_ms:
            time_ms, _, source, labels, value = heapq.heappop(self._ahead)
            self._store.append(Batch(source, time_ms, [labels], [value]))

    # ---- what came of it

    def alerts(self, name: str | None = None) -> list[Alert]:
        """Return the alerts that are pending or firing, of one rule name or of all."""
        return [
            alert
            for rule in self.rules()
            for alert in rule.alerts
            if alert.state != "inactive" and (name is None or alert.name == name)
        ]

    def firing(self, name: str | None = None) -> list[Alert]:
        """Return the alerts that fire, of one rule name or of all."""
        return [alert for alert in self.alerts(name) if alert.is_firing]

    def pending(self, name: str | None = None) -> list[Alert]:
        """Return the alerts that wait for their ``for`` to pass, of one rule name or of all."""
        return [alert for alert in self.alerts(name) if not alert.is_firing]

    def rules(self) -> Sequence[RuleStatus]:
        """Return how all rules stand."""
        return [rule for group in self._groups for rule in group.status().rules]

    def errors(self) -> list[str]:
        """Return what went wrong in the last evaluation, with the rule's name."""
        return [f"{rule.rule.name}: {rule.last_error}" for rule in self.rules() if rule.last_error]

    def expect_firing(self, *names: str) -> None:
        """Fail with a report unless exactly the rules of these names have alerts that fire.

        Raises:
            AssertionError: Others fire, or not all of them do.
        """
        found = {alert.name for alert in self.firing()}
        if found != set(names):
            wanted, got = (", ".join(sorted(one)) or "nothing" for one in (set(names), found))
            msg = f"expected firing: {wanted}; found: {got}\n{self.report()}"
            raise AssertionError(msg)

    def report(self) -> str:
        """Return in words what every rule finds, and the newest values of the series."""
        from otel_monitoring.testing.report import report_of

        return report_of(self)

    def series(self) -> list[Series]:
        """Return all series so far, those that the rules recorded included and their alerts left out."""
        past_ms = self.now_ms - self.start_ms + self.interval_ms
        return self.query(f'{{__name__=~".+", __name__!~"ALERTS|ALERTS_FOR_STATE"}}[{past_ms}ms]').series

    def query(self, expr: str, at_ms: int | None = None) -> Result:
        """Answer an expression over the series so far, by default at the present time."""
        return self._engine(expr, self.now_ms if at_ms is None else at_ms)


def _duration_ms(duration: str | int, *, name: str) -> int:
    if isinstance(duration, int):
        return duration
    try:
        return parse_duration(duration)
    except RuleError as error:
        msg = f"{name}: {error}"
        raise RuleError(msg) from error
