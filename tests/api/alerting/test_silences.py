"""Silences over HTTP."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.alerting.instance import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.alerting.instance import Instance

GIVEN = {"matchers": ["severity=info"], "for": "2h", "createdBy": "kim", "comment": "upgrade"}


def test_a_silence_is_made_and_quietens_from_then_on(instance: Instance) -> None:
    """S9.10."""
    answer = instance.ask("POST", "/silences", json=GIVEN)

    assert answer.status_code == 201
    body = answer.json()
    assert {name: body[name] for name in ("state", "matchers", "createdBy", "comment")} == {
        "state": "active",
        "matchers": [{"name": "severity", "value": "info", "isRegex": False, "isEqual": True}],
        "createdBy": "kim",
        "comment": "upgrade",
    }
    assert (body["startsAt"], body["endsAt"]) == ("2023-11-14T22:15:20Z", "2023-11-15T00:15:20Z")
    alerts = {one["rule"]: one["silencedBy"] for one in instance.get("/alerts")["alerts"]}
    assert (alerts["Informed"], alerts["TooManyOrders"]) == ([body["id"]], [])
    assert instance.actions() == [("silence.created", "kim (token)")]


def test_a_silence_that_begins_now_has_begun_however_long_the_making_takes(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock goes on between its readings."""
    started_ms = instance.clock.now_ms()
    readings = itertools.count(started_ms)
    monkeypatch.setattr(instance.clock, "now_ms", lambda: next(readings))

    made = instance.ask("POST", "/silences", json=GIVEN).json()
    changed = instance.ask("PUT", f"/silences/{made['id']}", json={"matchers": ["severity=warning"]}).json()

    assert next(readings) > started_ms + 2
    assert (made["state"], changed["state"]) == ("active", "active")
    assert changed["id"] != made["id"]


def test_matchers_may_be_objects_and_texts_with_several(instance: Instance) -> None:
    matchers = [
        {"name": "severity", "value": "info|x", "isRegex": True, "isEqual": False},
        '{job="shop", env!="dev"}',
    ]

    body = instance.ask("POST", "/silences", json={**GIVEN, "matchers": matchers}).json()

    assert [(one["name"], one["isRegex"], one["isEqual"]) for one in body["matchers"]] == [
        ("severity", True, False),
        ("job", False, True),
        ("env", False, False),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"for": None}, "body.endsAt", "silence without an end: expected when it ends"),
        ({"endsAt": "2030-01-01T00:00:00Z"}, "body.endsAt", "both endsAt and for ('2h') are stated"),
        ({"for": None, "endsAt": "2020-01-01T00:00:00Z"}, "body.endsAt", "ends at 2020-01-01T00:00:00+00:00"),
        (
            {"for": None, "startsAt": "2030-01-02T00:00:00Z", "endsAt": "2030-01-01T00:00:00Z"},
            "body.endsAt",
            "not after its start: expected more than 2030-01-02",
        ),
        ({"for": None, "endsAt": "2030-01-01T00:00:00"}, "body.endsAt", "timezone"),
        ({"for": "-1h"}, "body.for", "'-1h' is not a valid duration: expected"),
        ({"matchers": []}, "body.matchers", "has no matcher: expected at least one"),
        ({"matchers": ['a=~".*"']}, "body.matchers", 'matches everything with {a=~".*"}: expected'),
        ({"matchers": ["a=b", "a=~("]}, "body.matchers.1", "is not a regular expression of RE2"),
        ({"matchers": ["nonsense"]}, "body.matchers.0", "bad matcher 'nonsense': expected"),
        (
            {"matchers": [{"name": "a", "value": "(", "isRegex": True}]},
            "body.matchers.0",
            "not a regular expression",
        ),
        ({"createdBy": " "}, "body.createdBy", "has no author: expected who makes it"),
        ({"comment": ""}, "body.comment", "has no comment: expected why it is made"),
        ({"nope": 1}, "body.nope", "Extra inputs are not permitted"),
    ],
)
def test_a_silence_that_hides_too_much_or_says_too_little_is_refused(
    instance: Instance, changes: dict[str, Any], field: str, message: str
) -> None:
    given = {name: value for name, value in {**GIVEN, **changes}.items() if value is not None}

    fields, detail = refused(instance.ask("POST", "/silences", json=given), 422)

    assert fields == [field]
    assert message in detail
    assert instance.get("/silences") == {"silences": []}
    assert instance.actions() == []


def test_silences_are_listed_by_state(instance: Instance) -> None:
    made = instance.ask("POST", "/silences", json=GIVEN).json()
    instance.ask("POST", "/silences", json={**GIVEN, "startsAt": "2023-11-14T23:00:00Z"})
    instance.ask("DELETE", f"/silences/{made['id']}")

    states = [one["state"] for one in instance.get("/silences")["silences"]]

    assert states == ["pending", "expired"]
    assert [one["id"] for one in instance.get("/silences", state="expired")["silences"]] == [made["id"]]
    assert instance.get(f"/silences/{made['id']}")["state"] == "expired"


def test_a_silence_is_made_longer_and_keeps_its_name(instance: Instance) -> None:
    made = instance.ask("POST", "/silences", json=GIVEN).json()
    instance.clock.advance(3600)

    answer = instance.ask("PUT", f"/silences/{made['id']}", json={"for": "2h"}, params={"by": "ada"})

    assert answer.status_code == 200
    assert answer.json() | {"updatedAt": ""} == made | {"endsAt": "2023-11-15T01:15:20Z", "updatedAt": ""}
    (changed, _) = instance.get("/audit")["actions"]
    assert (changed["name"], changed["actor"], changed["target"]) == (
        "silence.changed",
        "ada (token)",
        made["id"],
    )
    assert changed["before"]["ends_at_ms"] < changed["after"]["ends_at_ms"]


def test_other_matchers_make_a_new_silence(instance: Instance) -> None:
    made = instance.ask("POST", "/silences", json=GIVEN).json()

    other = instance.ask("PUT", f"/silences/{made['id']}", json={"matchers": ["a=b"], "comment": "c"}).json()

    assert other["id"] != made["id"]
    assert [one["state"] for one in instance.get("/silences")["silences"]] == ["active", "expired"]


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({}, "body", "body is empty: expected any of"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, "body.endsAt", "ends at 2020-01-01"),
        ({"matchers": []}, "body.matchers", "has no matcher"),
        ({"comment": " "}, "body.comment", "has no comment"),
    ],
)
def test_a_change_that_is_not_valid_changes_nothing(
    instance: Instance, change: dict[str, Any], field: str, message: str
) -> None:
    made = instance.ask("POST", "/silences", json=GIVEN).json()

    fields, detail = refused(instance.ask("PUT", f"/silences/{made['id']}", json=change), 422)

    assert fields == [field]
    assert message in detail
    assert instance.get("/silences")["silences"] == [made]


def test_a_silence_is_ended_once(instance: Instance) -> None:
    made = instance.ask("POST", "/silences", json=GIVEN).json()
    path = f"/silences/{made['id']}"

    ended = instance.ask("DELETE", path, params={"by": "ada"})

    assert (ended.status_code, ended.json()["state"]) == (200, "expired")
    assert "is over already: expected" in refused(instance.ask("DELETE", path), 409)[1]
    assert instance.actions()[0] == ("silence.expired", "ada (token)")


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", {"for": "1h"}), ("DELETE", None)])
def test_an_unknown_silence_is_named(instance: Instance, method: str, body: Any) -> None:
    fields, detail = refused(instance.ask(method, "/silences/nope", json=body), 404)

    assert fields == ["path.id"]
    assert detail == "silence 'nope' does not exist: expected the id of one that is listed"


def test_a_silence_is_tried_out_on_what_fires(instance: Instance) -> None:
    body = instance.ask("POST", "/silences/preview", json={"matchers": ["severity=~info|page"]}).json()

    assert [one["labels"]["alertname"] for one in body["alerts"]] == ["Informed"]
    assert body["total"] == 1
    assert body["alerts"][0]["fingerprint"] == instance.fingerprint("Informed")
    assert instance.get("/silences") == {"silences": []}
    assert instance.ask("POST", "/silences/preview", json={"matchers": []}).json()["total"] == 0
    fields, _ = refused(instance.ask("POST", "/silences/preview", json={"matchers": ["x"]}), 422)
    assert fields == ["body.matchers.0"]


def test_a_bad_regular_expression_is_named_in_a_preview(instance: Instance) -> None:
    matchers = [{"name": "a", "value": "(", "isRegex": True}]

    fields, detail = refused(instance.ask("POST", "/silences/preview", json={"matchers": matchers}), 422)

    assert fields == ["body.matchers.0"]
    assert "not a regular expression of RE2" in detail


def test_no_silence_is_made_here_where_an_alertmanager_tells_people(make: Callable[..., Instance]) -> None:
    instance = make(notify={"alertmanagers": ["http://127.0.0.1:1"], "allow_private": True})

    answer = instance.ask("POST", "/silences", json=GIVEN)

    assert "which tells people: expected this there" in refused(answer, 409)[1]
