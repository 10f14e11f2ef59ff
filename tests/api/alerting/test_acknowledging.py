"""Taking care of an alert, and calling it resolved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.desk import fingerprint_of
from tests.api.alerting.instance import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.alerting.instance import Instance


def test_an_alert_is_acknowledged_until_its_time_is_up(instance: Instance) -> None:
    fingerprint = instance.fingerprint("TooManyOrders")

    answer = instance.ask(
        "POST", f"/alerts/{fingerprint}/acknowledge", json={"by": "kim", "comment": "mine", "for": "2h"}
    )

    assert answer.status_code == 200
    body = answer.json()
    assert body["labels"]["alertname"] == "TooManyOrders"
    assert {name: body[name] for name in ("fingerprint", "kind", "by", "comment")} == {
        "fingerprint": fingerprint,
        "kind": "acknowledged",
        "by": "kim",
        "comment": "mine",
    }
    assert body["at"][:19] < body["until"][:19]
    instance.clock.advance(3600)
    assert instance.get(f"/alerts/{fingerprint}")["acknowledgedBy"] == "kim"
    instance.clock.advance(3601)
    assert instance.get(f"/alerts/{fingerprint}")["acknowledgedBy"] is None


def test_what_was_said_is_taken_back(instance: Instance) -> None:
    fingerprint = instance.fingerprint("TooManyOrders")
    path = f"/alerts/{fingerprint}/acknowledge"
    instance.ask("POST", path, json={"by": "kim"})

    answer = instance.ask("DELETE", path, params={"by": "ada"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert instance.get(f"/alerts/{fingerprint}")["acknowledged"] is None
    assert instance.actions() == [
        ("alert.acknowledged.withdrawn", "ada (token)"),
        ("alert.acknowledged", "kim (token)"),
    ]
    fields, detail = refused(instance.ask("DELETE", path), 404)
    assert fields == ["path.fingerprint"]
    assert "neither acknowledged nor resolved by hand" in detail


def test_an_alert_is_called_resolved_and_people_hear_of_it(instance: Instance) -> None:
    fingerprint = instance.fingerprint("TooManyOrders")

    answer = instance.ask("POST", f"/alerts/{fingerprint}/resolve", json={"by": "kim", "comment": "gone"})
    instance.rig.pass_time(60)

    assert (answer.status_code, answer.json()["kind"]) == (200, "resolved")
    assert instance.analysis.telling.deliver.flush(10)
    told = [one for one in instance.get("/deliveries")["deliveries"] if one["alerts"] == ["TooManyOrders"]]
    assert {one["status"] for one in told} == {"firing", "resolved"}
    assert instance.get(f"/alerts/{fingerprint}")["resolved"]["by"] == "kim"


@pytest.mark.parametrize("verb", ["acknowledge", "resolve"])
@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "body.by", "Field required"),
        ({"by": ""}, "body.by", "at least 1 character"),
        ({"by": " "}, "body.by", "String should match pattern"),
        ({"by": "kim", "for": "soon"}, "body.for", "'soon' is not a valid duration"),
        ({"by": "kim", "for": "0s"}, "body.for", "body.for is '0s': expected more than 0"),
        ({"by": "kim", "until": "1h"}, "body.until", "Extra inputs"),
    ],
)
def test_a_bad_field_is_named(
    instance: Instance, verb: str, body: dict[str, Any], field: str, message: str
) -> None:
    path = f"/alerts/{instance.fingerprint('TooManyOrders')}/{verb}"

    fields, detail = refused(instance.ask("POST", path, json=body), 422)

    assert fields == [field]
    assert message in detail
    assert instance.actions() == []


def test_only_what_fires_and_is_told_can_be_acknowledged(instance: Instance) -> None:
    def attempt(fingerprint: str, status: int) -> str:
        answer = instance.ask("POST", f"/alerts/{fingerprint}/acknowledge", json={"by": "kim"})
        return refused(answer, status)[1]

    assert "does not fire" in attempt(instance.fingerprint("Patient"), 409)
    assert "does not exist" in attempt("0" * 16, 404)


def test_an_alert_that_is_observed_only_needs_no_word(instance: Instance) -> None:
    instance.analysis.rules.set_mode("TooManyOrders", "observe", actor="kim")
    instance.rig.pass_time(900)
    fingerprint = instance.fingerprint("TooManyOrders")

    answer = instance.ask("POST", f"/alerts/{fingerprint}/acknowledge", json={"by": "kim"})

    assert "observed only" in refused(answer, 409)[1]


def test_nothing_is_said_here_where_an_alertmanager_tells_people(make: Callable[..., Instance]) -> None:
    instance = make(notify={"alertmanagers": ["http://127.0.0.1:1"], "allow_private": True})
    instance.fire()
    fingerprint = instance.fingerprint("TooManyOrders")

    answer = instance.ask("POST", f"/alerts/{fingerprint}/acknowledge", json={"by": "kim"})

    assert "alerts go to an Alertmanager (notify.alertmanagers)" in refused(answer, 409)[1]


def test_an_alert_that_has_just_ended_cannot_be_acknowledged(instance: Instance) -> None:
    fingerprint = instance.fingerprint("TooManyOrders")
    dispatcher = instance.analysis.telling.dispatcher
    (alert,) = [one for one in dispatcher.alerts() if fingerprint_of(one.labels) == fingerprint]
    dispatcher.put([replace(alert, is_resolved=True, ends_at_ms=instance.clock.now_ms())])

    answer = instance.ask("POST", f"/alerts/{fingerprint}/acknowledge", json={"by": "kim"})

    assert "does not fire: expected one that does" in refused(answer, 409)[1]


def test_nobody_takes_nothing_back(instance: Instance) -> None:
    fingerprint = instance.fingerprint("TooManyOrders")
    instance.ask("POST", f"/alerts/{fingerprint}/acknowledge", json={"by": "kim"})

    answer = instance.ask("DELETE", f"/alerts/{fingerprint}/acknowledge", params={"by": " "})

    assert refused(answer, 422)[0] == ["query.by"]
    assert instance.get(f"/alerts/{fingerprint}")["acknowledgedBy"] == "kim"
