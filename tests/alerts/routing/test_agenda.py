"""When groups are looked at."""

from __future__ import annotations

import math

from otel_monitoring.alerts.routing.agenda import Agenda, AwakeTime
from otel_monitoring.alerts.routing.config import Route
from otel_monitoring.alerts.routing.groups import Group
from otel_monitoring.model.labels import Labels


def group(name: str) -> Group:
    return Group(route=Route(receiver="ops"), labels=Labels.of(job=name), key=name, next_s=0)


def test_groups_are_due_in_the_order_of_their_times() -> None:
    agenda = Agenda()
    late, soon, later = group("late"), group("soon"), group("later")
    for one, due_s in ((late, 20), (soon, 10), (later, 30)):
        agenda.schedule(one, due_s)

    assert agenda.due(20) == [soon, late]
    assert agenda.next_s() == 30


def test_a_new_time_takes_the_place_of_the_old_one() -> None:
    agenda = Agenda()
    one = group("one")
    agenda.schedule(one, 10)
    agenda.schedule(one, 30)

    assert agenda.next_s() == 30
    assert agenda.due(20) == []
    assert agenda.due(30) == [one]
    assert agenda.due(40) == []


def test_nothing_is_due_where_nothing_is_planned() -> None:
    agenda = Agenda()

    assert agenda.due(math.inf) == []
    assert agenda.next_s() == math.inf


def test_time_in_which_the_process_stood_still_does_not_count() -> None:
    awake = AwakeTime()
    awake.promise(100, now_s=90)

    awake.notice(130)
    assert awake.at(130) == 130
    awake.notice(1000)
    awake.notice(1010)

    assert awake.at(1010) == 110


def test_a_minute_without_a_sign_of_life_is_standing_still_although_nothing_was_due() -> None:
    awake = AwakeTime()
    awake.promise(300, now_s=0)

    awake.notice(240)

    assert awake.at(240) == 60
