"""What goes wrong around rules, and that no alert is lost or told twice over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.rules.book import RuleBook
from otel_monitoring.alerts.rules.load import load_rules
from otel_monitoring.alerts.rules.rule import AlertingRule, RuleGroup
from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.errors import QueryError
from otel_monitoring.model.alert import Breach
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.language.parse import parse
from tests.alerts.evaluation.test_evaluator import ALERT, MINUTE_S, UP, House

if TYPE_CHECKING:
    from pathlib import Path

SLOW = replace(ALERT, for_ms=5 * 60_000)
FILE = "groups: [{name: g, rules: [{alert: A, expr: up, for: 5m%s}]}]"


def test_a_process_that_slept_an_hour_takes_up_where_it_was() -> None:
    """S2.2: both clocks went on; the hour is missed and not made up for, and the alert is told once."""
    house = House(SLOW)
    house.up()
    house.minutes(2)

    house.clock.advance(3600)
    house.evaluator.tick(house.clock.now_ms())

    assert house.said == ["pending", "firing"]
    assert len(house.sent) == 1
    assert house.evaluator.groups()[0].missed == 59
    assert house.evaluator.stats()["clock_steps"] == 0


@pytest.mark.parametrize("step_s", [3600, -3600])
def test_a_clock_that_is_set_sends_nothing_twice_and_loses_nothing(step_s: int) -> None:
    """S8.1: what is sent again keeps its distance, and its beginning moves along with the clock."""
    house = House(ALERT)
    house.up()
    house.minutes()
    (first,) = house.sent

    house.clock.step_wall_clock(step_s)
    house.minutes(2)

    assert len(house.sent) == 2
    assert house.sent[1].starts_at_ms - first.starts_at_ms == step_s * 1000
    house.up(holds=False)
    house.minutes()
    assert [alert.is_resolved for alert in house.sent] == [False, False, True]


def test_an_evaluation_that_overruns_is_not_run_again_for_what_it_missed() -> None:
    """S2.2: the rule takes three intervals and a half; what lies between is counted."""
    house = House(ALERT)
    answer = house.query

    def slow(expr: str, at_ms: int) -> list[Breach]:
        house.clock.advance(3.5 * MINUTE_S)
        return list(answer(expr, at_ms))

    house.up()
    house.minutes()
    asked = len(answer.asked)
    rule = house.evaluator._runs[0].rules[0]
    rule._services = replace(rule._services, query=slow)
    house.minutes()
    rule._services = replace(rule._services, query=answer)
    house.evaluator.tick(house.clock.now_ms())

    assert len(answer.asked) == asked + 2
    assert house.evaluator.groups()[0].missed == 2
    assert house.said == ["firing"]


def test_a_rule_that_errs_and_recovers_goes_on_with_the_same_alert() -> None:
    """S2.6, S3.4: neither resolved nor begun anew, and not told as new."""
    house = House(SLOW)
    house.up()
    house.minutes(6)
    (fired,) = house.sent

    house.query.answers["up"] = QueryError("no answer")
    house.minutes(3)
    unhealthy = house.evaluator.groups()[0].rules[0]
    house.up()
    house.minutes()

    assert (unhealthy.health, unhealthy.last_error) == ("err", "no answer")
    assert house.evaluator.groups()[0].rules[0].health == "ok"
    assert house.said == ["pending", "firing"]
    assert {alert.starts_at_ms for alert in house.sent} == {fired.starts_at_ms}


def test_an_error_does_not_stop_the_age_of_a_pending_alert() -> None:
    """S2.6, S3.5: it fires at the first evaluation that succeeds once it is old enough."""
    house = House(SLOW)
    house.up()
    house.minutes(2)
    house.query.answers["up"] = QueryError("no answer")
    house.minutes(5)
    assert house.said == ["pending"]

    house.up()
    house.minutes()

    assert house.said == ["pending", "firing"]


def test_two_rules_of_one_name_have_alerts_of_their_own() -> None:
    """S1.7, S2.10: the same name and labels twice is allowed; each keeps its own time."""
    house = House(ALERT, SLOW)
    house.up()

    house.minutes(7)

    rules = house.evaluator.groups()[0].rules
    assert [rule.alerts[0].state for rule in rules] == ["firing", "firing"]
    times_ms = [rule.alerts[0].fired_at_ms for rule in rules]
    assert times_ms == [house.start_ms + 60_000, house.start_ms + 6 * 60_000]
    assert len({batch.source for batch in house.batches}) == 2


def test_a_template_that_fails_stops_no_alert() -> None:
    """S4.4."""
    house = House(replace(ALERT, annotations={"bad": "{{ first 1 }}", "good": "{{ $value }}"}))
    house.up()

    house.minutes()

    (sent,) = house.sent
    assert sent.annotations["bad"].startswith("<error expanding template: ")
    assert sent.annotations["good"] == "1"


def test_a_label_of_a_group_whose_template_does_not_parse_holds_the_error() -> None:
    """S1.5, S4.4: Prometheus takes such a file."""
    house = House(replace(ALERT, labels={"team": "{{ nobody }}"}))
    house.up()

    house.minutes()

    assert house.sent[0].labels.get("team", "").startswith("<error expanding template: ")


def test_ten_thousand_alerts_are_each_told_once_when_they_fire_and_once_when_they_resolve() -> None:
    """S8.1."""
    house = House(ALERT, resend_delay_s=3600)
    house.query.answers["up"] = [Breach(UP.with_({"n": str(at)}), 1.0) for at in range(10_000)]
    house.minutes(3)
    house.up(holds=False)
    house.minutes(2)

    told = [(alert.labels, alert.is_resolved) for alert in house.sent]
    assert len(told) == len(set(told)) == 20_000
    assert len(house.evaluator.groups()[0].rules[0].alerts) == 10_000


def test_after_the_limit_was_exceeded_alerts_begin_anew() -> None:
    """S2.8."""
    house = House(SLOW, limit=1)
    house.up()
    house.minutes(6)
    house.query.answers["up"] = [Breach(UP, 1.0), Breach(Labels.of(job="b"), 1.0)]
    house.minutes()
    assert house.evaluator.groups()[0].rules[0].health == "err"
    assert house.evaluator.groups()[0].rules[0].alerts == ()

    house.up()
    house.minutes()

    (alert,) = house.evaluator.groups()[0].rules[0].alerts
    assert (alert.state, alert.active_at_ms) == ("pending", house.clock.now_ms())


@pytest.mark.parametrize(("for_ms", "state"), [(3 * 60_000, "firing"), (20 * 60_000, "pending")])
def test_a_reload_in_the_middle_of_for_keeps_the_time_that_has_passed(for_ms: int, state: str) -> None:
    """S2.10, S3.5, S3.6."""
    house = House(SLOW)
    house.up()
    house.minutes(4)

    changed = RuleGroup(name="g", source="f", rules=(replace(SLOW, for_ms=for_ms),))
    house.evaluator.replace([changed])
    house.minutes()

    (alert,) = house.evaluator.groups()[0].rules[0].alerts
    assert (alert.state, alert.active_at_ms) == (state, house.start_ms + 60_000)


def test_a_file_that_was_bad_for_a_while_changes_nothing(tmp_path: Path) -> None:
    """S1.1, S2.10: the rules that run stay until the file is good again, and the alert with them."""
    path = tmp_path / "rules.yml"
    path.write_text(FILE % "")
    house = House(AlertingRule(name="none", expr="none"))
    book = RuleBook(
        load=lambda: load_rules(rule_files=[str(path)], check_expr=parse, with_defaults=False),
        apply=house.evaluator.replace,
        clock=house.clock,
        patterns=[str(path)],
    )
    house.evaluator.replace(book.groups())
    house.up()
    house.minutes(3)

    path.write_text(FILE % ", wait: 5m")
    with pytest.raises(RuleFileError, match="unknown field 'wait'"):
        book.reload_if_changed()
    house.minutes(2)
    path.write_text(FILE % ", annotations: {a: b}")
    assert book.reload_if_changed() is not None
    house.minutes(3)

    assert house.said == ["pending", "firing"]
    (alert,) = house.evaluator.groups()[0].rules[0].alerts
    assert alert.annotations == {"a": "b"}


def test_without_a_store_that_lasts_for_begins_anew_after_a_restart() -> None:
    """S6.4."""
    before, after = House(SLOW), House(SLOW)
    before.up()
    before.minutes(5)

    after.up()
    after.minutes(5)

    assert before.said == after.said == ["pending"]
    assert after.evaluator.groups()[0].rules[0].alerts[0].active_at_ms == after.start_ms + 60_000
