"""What fired, and all about one alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.alerting.instance import ROUTES, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.alerting.instance import Instance


def test_what_fired_is_listed_with_its_end(instance: Instance) -> None:
    instance.analysis.rules.set_mode("Informed", "disabled", actor="kim")
    instance.rig.pass_time(60)
    instance.analysis.trim(instance.clock.now_ms())

    body = instance.get("/alerts/history")

    found = {one["rule"]: one for one in body["episodes"]}
    assert body["total"] == 3  # the patient one is pending only
    assert set(found) == {"TooManyOrders", "Informed", "Watched"}
    assert (found["Informed"]["state"], found["TooManyOrders"]["state"]) == ("resolved", "firing")
    assert found["Informed"]["endedAt"] is not None
    assert found["TooManyOrders"] | {"durationSeconds": 0, "startedAt": ""} == {
        "rule": "TooManyOrders",
        "fingerprint": instance.fingerprint("TooManyOrders"),
        "state": "firing",
        "labels": found["TooManyOrders"]["labels"],
        "annotations": {"summary": "many"},
        "value": 3.0,
        "startedAt": "",
        "endedAt": None,
        "durationSeconds": 0,
        "marks": [],
    }


def test_the_past_is_searched_by_rule_alert_time_and_number(instance: Instance) -> None:
    fingerprint = instance.fingerprint("Informed")
    instance.clock.advance(3600)

    assert instance.get("/alerts/history", rule="Informed")["total"] == 1
    assert instance.get("/alerts/history", fingerprint=fingerprint)["episodes"][0]["rule"] == "Informed"
    assert instance.get("/alerts/history", until="1d")["total"] == 0
    assert instance.get("/alerts/history", since="6h", until="2023-11-15T22:13:20Z")["total"] == 3
    limited = instance.get("/alerts/history", limit=1)
    assert (len(limited["episodes"]), limited["total"]) == (1, 3)


def test_pages_of_the_past_hold_each_episode_once(instance: Instance) -> None:
    whole = [one["fingerprint"] for one in instance.get("/alerts/history")["episodes"]]
    first = instance.get("/alerts/history", limit=2)
    rest = instance.get("/alerts/history", limit=2, cursor=first["next"])

    assert [one["fingerprint"] for one in (*first["episodes"], *rest["episodes"])] == whole
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("params", "field", "message"),
    [
        ({"since": "yesterday"}, "query.since", "query.since is 'yesterday': expected RFC 3339"),
        ({"until": "-5"}, "query.until", "query.until is '-5'"),
        ({"since": "1h", "until": "2h"}, "query.until", "query.until is '2h', before query.since"),
        ({"limit": "0"}, "query.limit", "greater than or equal to 1"),
    ],
)
def test_times_that_make_no_sense_are_named(
    instance: Instance, params: dict[str, str], field: str, message: str
) -> None:
    fields, detail = refused(instance.ask("GET", "/alerts/history", params=params), 422)

    assert fields == [field]
    assert message in detail


def test_one_alert_is_shown_with_everything_about_it(make: Callable[..., Instance]) -> None:
    instance = make(routes=ROUTES, alerts={"external_labels": {"cluster": "eu"}})
    instance.fire()
    fingerprint = instance.fingerprint("TooManyOrders")
    instance.ask("POST", f"/alerts/{fingerprint}/acknowledge", json={"by": "kim", "comment": "mine"})
    matchers = {"matchers": ["cluster=eu"], "for": "1h", "createdBy": "ada", "comment": "move"}
    silence = instance.ask("POST", "/silences", json=matchers).json()

    body = instance.get(f"/alerts/{fingerprint}")

    assert (body["rule"], body["state"], body["receivers"]) == ("TooManyOrders", "firing", ["team/web"])
    assert (body["acknowledged"]["by"], body["acknowledged"]["comment"]) == ("kim", "mine")
    assert body["resolved"] is None
    assert body["silences"] == [silence]
    assert (body["silencedBy"], body["acknowledgedBy"]) == ([silence["id"]], "kim")
    assert [one["marks"] for one in body["history"]] == [["acknowledged"]]


def test_an_alert_that_another_inhibits_says_which(make: Callable[..., Instance]) -> None:
    instance = make(routes=ROUTES)
    instance.fire()

    alerts = {one["rule"]: one for one in instance.get("/alerts")["alerts"]}

    assert alerts["Informed"]["inhibitedBy"] == alerts["TooManyOrders"]["fingerprint"]
    assert alerts["TooManyOrders"]["inhibitedBy"] is None


def test_an_unknown_alert_is_named(instance: Instance) -> None:
    fields, detail = refused(instance.ask("GET", "/alerts/0123456789abcdef"), 404)

    assert fields == ["path.fingerprint"]
    assert detail.startswith("alert '0123456789abcdef' does not exist: expected")


def test_alerts_are_picked_by_matchers_on_what_people_know_them_by(make: Callable[..., Instance]) -> None:
    instance = make(alerts={"external_labels": {"cluster": "eu"}})
    instance.fire()

    def found(*filters: str) -> set[str]:
        return {one["rule"] for one in instance.get("/alerts", filter=list(filters))["alerts"]}

    assert found("severity=critical") == {"TooManyOrders"}
    assert found("cluster=eu", "severity=~info|critical") == {"TooManyOrders", "Informed"}
    assert found('{severity="info", cluster!="eu"}') == set()
    fields, detail = refused(instance.ask("GET", "/alerts?filter=x"), 422)
    assert fields == ["query.filter"]
    assert "bad matcher 'x': expected" in detail
