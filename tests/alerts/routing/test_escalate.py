"""Who is told further, and when."""

from __future__ import annotations

import math

import pytest

from otel_monitoring.alerts.routing.errors import RoutingError
from otel_monitoring.alerts.routing.escalate import Escalation, Step
from otel_monitoring.alerts.routing.groups import Held
from tests.alerts.routing.desk import alert

LEAD, BOSS = Step(300, "lead"), Step(900, "boss")


def held(job: str, told_s: float | None) -> Held:
    found = Held(alert(job=job), expires_s=math.inf)
    found.told_s = told_s
    return found


def test_steps_are_in_the_order_of_their_times() -> None:
    assert Escalation([BOSS, LEAD]).steps == (LEAD, BOSS)


def test_an_alert_is_overdue_when_it_was_told_that_long_ago() -> None:
    escalation = Escalation([LEAD, BOSS])
    alerts = [held("a", 0.0), held("b", 1.0), held("never told", None)]

    assert escalation.overdue(LEAD, alerts, 300) == {alert(job="a").labels}
    assert escalation.overdue(BOSS, alerts, 300) == set()


def test_an_acknowledged_alert_is_never_overdue_and_waits_for_no_step() -> None:
    escalation = Escalation([LEAD], is_quiet=lambda labels: labels.get("job") == "a")
    alerts = [held("a", 0.0)]

    assert escalation.overdue(LEAD, alerts, 1e9) == set()
    assert escalation.next_s(alerts, 0) == math.inf


def test_the_next_step_is_the_first_that_has_not_come() -> None:
    escalation = Escalation([LEAD, BOSS])
    alerts = [held("a", 0.0), held("b", 100.0)]

    assert [escalation.next_s(alerts, now_s) for now_s in (0, 300, 400, 900, 1000)] == [
        300,
        400,
        900,
        1000,
        math.inf,
    ]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Step(0, "lead")], "escalation to 'lead' after 0 s: expected more than 0"),
        ([Step(math.nan, "lead")], "expected more than 0"),
        ([LEAD, Step(600, "lead")], "a receiver of its own for each"),
    ],
)
def test_refuses_steps_that_cannot_be(steps: list[Step], message: str) -> None:
    with pytest.raises(RoutingError, match=message):
        Escalation(steps)


def test_refuses_a_receiver_that_does_not_exist() -> None:
    with pytest.raises(
        RoutingError, match="undefined receiver 'lead' in escalation: expected one of boss, ops"
    ):
        Escalation([LEAD]).check(["ops", "boss"])
