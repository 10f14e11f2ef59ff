from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.model.alert import Alert, Transition
from otel_monitoring.model.labels import Labels
from otel_monitoring.storage.repositories.alert_states import load_alerts, load_all_alerts, save_alerts
from otel_monitoring.storage.repositories.transitions import append_transitions, load_transitions

if TYPE_CHECKING:
    from otel_monitoring.storage.database import Database

ALERT = Alert(
    labels=Labels.of(alertname="HighCpu", host="a\0b", text="ü\ud800" * 2000),
    annotations={"summary": "it is\nhot \0"},
    state="firing",
    value=0.1,
    active_at_ms=1000,
    fired_at_ms=2000,
    last_sent_at_ms=2500,
    keep_firing_since_ms=3000,
)


def test_an_alert_comes_back_as_it_was(database: Database) -> None:
    with database.write() as connection:
        save_alerts(connection, "group/HighCpu", [ALERT], service="shop", at_ms=5000)

    with database.read() as connection:
        assert load_alerts(connection, "group/HighCpu", service="shop") == {ALERT.labels: (ALERT, 5000)}


def test_values_that_json_does_not_know_come_back(database: Database) -> None:
    values = [math.nan, math.inf, -0.0]
    alerts = [
        replace(ALERT, labels=Labels.of(alertname="A", n=str(number)), value=value)
        for number, value in enumerate(values)
    ]
    with database.write() as connection:
        save_alerts(connection, "A", alerts, service="shop", at_ms=5000)

    with database.read() as connection:
        found = load_alerts(connection, "A", service="shop")
    assert [repr(found[alert.labels][0].value) for alert in alerts] == ["nan", "inf", "-0.0"]


def test_an_evaluation_replaces_what_the_rule_had_and_leaves_others(database: Database) -> None:
    other = replace(ALERT, labels=Labels.of(alertname="HighCpu", host="c"))
    with database.write() as connection:
        save_alerts(connection, "one", [ALERT, other], service="shop", at_ms=5000)
        save_alerts(connection, "two", [ALERT], service="shop", at_ms=5000)
        save_alerts(connection, "one", [replace(other, state="inactive")], service="shop", at_ms=6000)

    with database.read() as connection:
        assert load_alerts(connection, "one", service="shop") == {
            other.labels: (replace(other, state="inactive"), 6000)
        }
        assert list(load_alerts(connection, "two", service="shop")) == [ALERT.labels]


def test_what_happened_is_told_newest_first(database: Database) -> None:
    fired = Transition("firing", ALERT, 2000)
    resolved = Transition("resolved", replace(ALERT, state="inactive", resolved_at_ms=9000), 9000)
    with database.write() as connection:
        append_transitions(connection, [fired, resolved], service="shop")

    with database.read() as connection:
        assert load_transitions(connection, service="shop") == [resolved, fired]
        assert load_transitions(connection, service="shop", since_ms=2001) == [resolved]
        assert load_transitions(connection, service="shop", until_ms=9000) == [fired]
        assert load_transitions(connection, service="shop", most=1) == [resolved]


def test_the_history_of_one_alert_can_be_asked_for(database: Database) -> None:
    other = Transition("firing", replace(ALERT, labels=Labels.of(alertname="Other")), 2000)
    with database.write() as connection:
        append_transitions(connection, [Transition("firing", ALERT, 2000), other], service="shop")

    with database.read() as connection:
        assert load_transitions(connection, service="shop", labels=other.alert.labels) == [other]


def test_a_change_that_is_written_twice_is_kept_once(database: Database) -> None:
    fired = Transition("firing", ALERT, 2000)
    for _ in range(2):
        with database.write() as connection:
            append_transitions(connection, [fired], service="shop")

    with database.read() as connection:
        assert load_transitions(connection, service="shop") == [fired]


def test_the_alerts_of_all_rules_are_read_at_once(database: Database) -> None:
    one = Alert(labels=Labels.of(job="a"), annotations={}, state="firing", value=1.5, active_at_ms=3)
    with database.write() as connection:
        save_alerts(connection, "r1", [one], service="shop", at_ms=10)
        save_alerts(connection, "r2", [one], service="shop", at_ms=20)

        assert load_all_alerts(connection, service="shop") == {
            "r1": {one.labels: (one, 10)},
            "r2": {one.labels: (one, 20)},
        }
