"""When rules run and what remains between runs (S2, S5, S8, P14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.evaluation.evaluator import Evaluator
from otel_monitoring.alerts.evaluation.schedule import offset_ms
from otel_monitoring.alerts.rules.rule import AlertingRule, RecordingRule, Rule, RuleGroup
from otel_monitoring.errors import QueryError
from otel_monitoring.guard import Guard
from otel_monitoring.model.alert import Breach, SentAlert, Transition
from otel_monitoring.model.labels import Labels
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.sample import Batch

MINUTE_S = 60
UP = Labels.of(__name__="up", job="a")


class QueryFake:
    """Answer each expression from a table; remember what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Breach] | Exception] = {}
        self.asked: list[tuple[str, int]] = []

    def __call__(self, expr: str, at_ms: int) -> Sequence[Breach]:
        self.asked.append((expr, at_ms))
        answer = self.answers.get(expr, [])
        if isinstance(answer, Exception):
            raise answer
        return answer


class House:
    """An evaluator with all that it needs, its clock at the beginning of a minute of group ``g``."""

    def __init__(
        self, *rules: Rule, limit: int = 0, query_offset_ms: int | None = None, **options: object
    ) -> None:
        group = RuleGroup(name="g", source="f", rules=rules, limit=limit, query_offset_ms=query_offset_ms)
        self.start_ms = 28_333_333 * 60_000 + offset_ms(source="f", name="g", interval_ms=60_000)
        self.clock = FakeClock(self.start_ms)
        self.query = QueryFake()
        self.sent: list[SentAlert] = []
        self.batches: list[Batch] = []
        self.changes: list[Transition] = []
        self.guard = Guard("alerts")
        self.evaluator = Evaluator(
            groups=[group],
            query=self.query,
            send=self.sent.extend,
            record=self.batches.append,
            told=self.changes.extend,
            clock=self.clock,
            guard=self.guard,
            **options,  # type: ignore[arg-type]
        )
        self.evaluator.tick(self.clock.now_ms())

    def minutes(self, count: int = 1) -> None:
        for _ in range(count):
            self.clock.advance(MINUTE_S)
            self.evaluator.tick(self.clock.now_ms())

    def up(self, *, holds: bool = True) -> None:
        self.query.answers["up"] = [Breach(UP, 1.0)] if holds else []

    @property
    def said(self) -> list[str]:
        return [change.change for change in self.changes]


ALERT = AlertingRule(name="A", expr="up")


def test_the_rule_sees_the_grid_time_not_the_wall_clock() -> None:
    """S2.1."""
    house = House(ALERT)

    house.clock.advance(75)
    house.evaluator.tick(house.clock.now_ms())

    assert house.query.asked == [("up", house.start_ms + 60_000)]


def test_nothing_runs_before_the_first_grid_time_and_health_is_unknown() -> None:
    """S2.5, S3.11."""
    house = House(ALERT)
    (rule,) = house.evaluator.groups()[0].rules

    assert house.query.asked == []
    assert (rule.health, rule.state, rule.evaluated_at_ms) == ("unknown", None, None)


def test_missed_times_are_counted_and_left_out() -> None:
    """S2.2."""
    house = House(ALERT)

    house.clock.advance(5 * MINUTE_S)
    house.evaluator.tick(house.clock.now_ms())

    assert [at_ms for _, at_ms in house.query.asked] == [house.start_ms + 300_000]
    assert house.evaluator.groups()[0].missed == 4
    assert house.evaluator.stats()["evaluations_missed"] == 4


def test_rules_run_in_file_order_and_earlier_series_are_written_first() -> None:
    """S2.3."""
    house = House(RecordingRule(name="first", expr="a"), RecordingRule(name="second", expr="first"))
    house.query.answers = {"a": [Breach(Labels.of(), 1.0)], "first": [Breach(Labels.of(), 2.0)]}

    house.minutes()

    assert [expr for expr, _ in house.query.asked] == ["a", "first"]
    assert [[labels.get("__name__") for labels in batch.labels] for batch in house.batches] == [
        ["first"],
        ["second"],
    ]
    assert house.batches[0].source != house.batches[1].source


def test_a_query_offset_moves_queries_and_series_but_not_the_state() -> None:
    """S2.4."""
    house = House(ALERT, query_offset_ms=7000)
    house.up()

    house.minutes()

    at_ms = house.start_ms + 60_000
    assert house.query.asked == [("up", at_ms - 7000)]
    assert house.batches[0].time_ms == at_ms - 7000
    assert house.changes[0].alert.active_at_ms == at_ms


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (QueryError("no such function"), "no such function"),
        (ZeroDivisionError(), "an unexpected error, see the log"),
    ],
)
def test_an_error_marks_the_rule_and_the_group_goes_on(error: Exception, shown: str) -> None:
    """S2.5."""
    house = House(AlertingRule(name="Bad", expr="bad"), ALERT)
    house.query.answers["bad"] = error
    house.up()

    house.minutes()

    bad, good = house.evaluator.groups()[0].rules
    assert (bad.health, bad.last_error) == ("err", shown)
    assert (good.health, good.last_error, good.state) == ("ok", "", "firing")
    assert house.evaluator.stats()["rules_failing"] == 1


def test_an_error_leaves_alerts_and_series_as_they_were() -> None:
    """S2.6."""
    house = House(ALERT)
    house.up()
    house.minutes()
    written, sent = len(house.batches), len(house.sent)

    house.query.answers["up"] = QueryError("down")
    house.minutes(5)

    (rule,) = house.evaluator.groups()[0].rules
    assert rule.state == "firing"
    assert house.said == ["firing"]
    assert (len(house.batches), len(house.sent)) == (written, sent)


def test_a_recording_rule_over_its_limit_fails_and_writes_nothing() -> None:
    """S2.8."""
    house = House(RecordingRule(name="r", expr="a"), limit=1)
    house.query.answers["a"] = [Breach(Labels.of(x="1"), 1.0), Breach(Labels.of(x="2"), 1.0)]

    house.minutes()

    (rule,) = house.evaluator.groups()[0].rules
    assert rule.last_error == "the rule gives 2 series, the limit of its group is 1"
    assert house.batches == []


def test_an_alerting_rule_over_its_limit_fails_and_drops_its_alerts() -> None:
    """S2.8."""
    house = House(ALERT, limit=1)
    house.up()
    house.minutes()
    house.query.answers["up"] = [Breach(UP, 1.0), Breach(Labels.of(x="2"), 1.0)]

    house.minutes()

    (rule,) = house.evaluator.groups()[0].rules
    assert rule.last_error == "the rule has 2 active alerts, the limit of its group is 1"
    assert rule.alerts == ()


def test_alerts_have_series_that_end_with_them() -> None:
    """S5.1, S2.9."""
    house = House(AlertingRule(name="A", expr="up", for_ms=60_000))
    house.up()
    house.minutes(2)
    house.up(holds=False)
    house.minutes()

    names = [
        [(labels.get("__name__"), labels.get("alertstate")) for labels in batch.labels]
        for batch in house.batches
    ]
    assert names == [
        [("ALERTS", "pending"), ("ALERTS_FOR_STATE", "")],
        [("ALERTS", "firing"), ("ALERTS_FOR_STATE", ""), ("ALERTS", "pending")],
        [("ALERTS", "firing"), ("ALERTS_FOR_STATE", "")],
    ]


def test_a_firing_alert_is_sent_at_once_and_again_after_the_delay() -> None:
    """S8.1."""
    house = House(ALERT, resend_delay_s=119)
    house.up()

    house.minutes(5)

    assert [(alert.is_resolved, alert.ends_at_ms - house.start_ms) for alert in house.sent] == [
        (False, (60 + 4 * 119) * 1000),
        (False, (180 + 4 * 119) * 1000),
        (False, (300 + 4 * 119) * 1000),
    ]


def test_templates_may_query_at_the_time_of_the_evaluation() -> None:
    """S4.6."""
    house = House(AlertingRule(name="A", expr="up", annotations={"n": '{{ query "other" | len }}'}))
    house.up()

    house.minutes()

    assert house.query.asked[-1] == ("other", house.start_ms + 60_000)
    assert house.changes[0].alert.annotations == {"n": "0"}


def test_queries_of_templates_know_no_query_offset() -> None:
    """S2.4, S4.6."""
    rule = AlertingRule(name="A", expr="up", annotations={"n": '{{ query "other" | len }}'})
    house = House(rule, query_offset_ms=5000)
    house.up()

    house.minutes()

    at_ms = house.start_ms + 60_000
    assert house.query.asked[-2:] == [("up", at_ms - 5000), ("other", at_ms)]


def test_a_failing_send_or_callback_stops_nothing() -> None:
    def fail(_: object) -> None:
        msg = "broken"
        raise OSError(msg)

    house = House(ALERT)
    house.evaluator = Evaluator(
        groups=[RuleGroup(name="g", source="f", rules=(ALERT,))],
        query=house.query,
        send=fail,
        told=fail,
        record=house.batches.append,
        clock=house.clock,
        guard=house.guard,
    )
    house.up()
    house.evaluator.tick(house.clock.now_ms())

    house.minutes()

    assert house.evaluator.groups()[0].rules[0].health == "ok"
    assert house.guard.counts() == {"OSError": 2}
    assert len(house.batches) == 1


@pytest.mark.parametrize("step_s", [3600, -3600])
def test_a_clock_that_is_set_fires_and_resolves_nothing(step_s: int) -> None:
    """P14."""
    house = House(AlertingRule(name="A", expr="up", for_ms=300_000), AlertingRule(name="B", expr="up"))
    house.up()
    house.minutes(2)
    before = house.said.copy()

    house.clock.step_wall_clock(step_s)
    house.minutes(3)
    during = house.said.copy()
    house.minutes()

    assert before == ["pending", "firing"]
    assert during == before
    assert house.said == ["pending", "firing", "firing"]
    assert house.evaluator.stats()["clock_steps"] == 1
    assert house.evaluator.groups()[0].missed == 0


def test_drift_of_some_seconds_is_no_step() -> None:
    house = House(ALERT)

    house.clock.step_wall_clock(29)
    house.minutes()

    assert house.evaluator.stats()["clock_steps"] == 0


def groups(*rules: Rule, name: str = "g") -> list[RuleGroup]:
    return [RuleGroup(name=name, source="f", rules=rules)]


def test_a_reload_keeps_the_state_of_rules_with_the_same_name_and_labels() -> None:
    """S2.10."""
    house = House(ALERT, AlertingRule(name="Gone", expr="up"))
    house.up()
    house.minutes()

    house.evaluator.replace(
        groups(AlertingRule(name="New", expr="none"), AlertingRule(name="A", expr="up", line=9))
    )
    house.minutes(2)

    new, kept = house.evaluator.groups()[0].rules
    assert house.said == ["firing", "firing"]
    assert (new.state, kept.state) == ("inactive", "firing")
    assert kept.alerts[0].active_at_ms == house.start_ms + 60_000


def test_rules_of_a_reload_are_seen_before_they_run() -> None:
    house = House(ALERT, AlertingRule(name="Gone", expr="up"))
    house.up()
    house.minutes()

    house.evaluator.replace(
        [*groups(AlertingRule(name="New", expr="none"), ALERT), *groups(ALERT, name="later")]
    )

    first, later = house.evaluator.groups()
    assert [(one.rule.name, one.state) for one in first.rules] == [("New", None), ("A", "firing")]
    assert (later.name, later.rules[0].health, later.rules[0].alerts) == ("later", "unknown", ())


def test_a_reload_pairs_rules_of_one_name_in_order() -> None:
    """S2.10."""
    house = House(AlertingRule(name="A", expr="up"), AlertingRule(name="A", expr="none"))
    house.up()
    house.minutes()

    house.evaluator.replace(groups(AlertingRule(name="A", expr="bad", line=5)))
    house.query.answers["bad"] = QueryError("x")
    house.minutes()

    (only,) = house.evaluator.groups()[0].rules
    assert only.state == "firing"


def test_a_reload_ends_the_series_of_rules_that_are_gone() -> None:
    """S2.9."""
    house = House(ALERT)
    house.up()
    house.minutes()
    source, labels = house.batches[0].source, house.batches[0].labels

    house.evaluator.replace([])
    house.minutes()

    assert house.batches[-1].source == source
    assert sorted(map(repr, house.batches[-1].labels)) == sorted(map(repr, labels))
    assert all(value != value for value in house.batches[-1].values)  # noqa: PLR0124 - a marker is a NaN
    assert house.evaluator.next_ms(0) is None


def test_a_reload_leaves_an_unchanged_group_alone() -> None:
    """S2.10."""
    house = House(ALERT)
    house.up()
    house.minutes()

    house.evaluator.replace([*groups(ALERT), *groups(ALERT, name="more")])
    house.minutes()

    assert [group.name for group in house.evaluator.groups()] == ["g", "more"]
    assert house.evaluator.groups()[0].rules[0].alerts[0].active_at_ms == house.start_ms + 60_000
    assert len(house.evaluator.groups()) == 2


def test_a_child_process_begins_anew() -> None:
    house = House(ALERT)
    house.up()
    house.minutes()
    house.up(holds=False)

    house.evaluator.after_fork()
    house.minutes(3)

    assert house.said == ["firing"]
    assert house.evaluator.groups()[0].rules[0].alerts == ()


def test_tells_when_it_is_due_next() -> None:
    house = House(ALERT)

    assert house.evaluator.next_ms(house.start_ms) == house.start_ms + 60_000


def test_counts_what_it_holds() -> None:
    house = House(ALERT, AlertingRule(name="B", expr="up", for_ms=10**9))
    house.up()
    house.minutes()

    stats = house.evaluator.stats()

    assert (stats["rules"], stats["alerts_firing"], stats["alerts_pending"]) == (2, 1, 1)


def test_of_a_rule_that_is_observed_nobody_is_told() -> None:
    """It is evaluated, shown and in the history all the same."""
    house = House(AlertingRule(name="A", expr="up", labels={"observe": "true"}))
    house.up()

    house.minutes(2)

    assert house.sent == []
    assert house.said == ["firing"]
    (rule,) = house.evaluator.groups()[0].rules
    assert [alert.state for alert in rule.alerts] == ["firing"]
    assert house.batches != []
