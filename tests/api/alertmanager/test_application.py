"""Alertmanager's API over a real instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from otel_monitoring.alerts.routing.alertmanager.load import parse_routing
from tests.api.alerting.instance import ROUTES, Instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BASE = "/alertmanager/api/v2"
NOW = "2023-11-14T22:15:20.000Z"
GIVEN: dict[str, Any] = {
    "matchers": [{"name": "severity", "value": "info", "isRegex": False, "isEqual": True}],
    "startsAt": NOW,
    "endsAt": "2023-11-15T00:15:20.000Z",
    "createdBy": "kim",
    "comment": "upgrade",
}


@pytest.fixture
def make(fresh_process: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Instance]]:
    made: list[Instance] = []

    def make(**settings: object) -> Instance:
        made.append(Instance(tmp_path, **settings))  # type: ignore[arg-type]
        made[-1].fire()
        return made[-1]

    yield make
    for one in made:
        one.analysis.stop(5)


@pytest.fixture
def instance(make: Callable[..., Instance]) -> Instance:
    return make(routes=ROUTES)


def names(alerts: list[dict[str, Any]]) -> set[str]:
    return {one["labels"]["alertname"] for one in alerts}


def silenced(instance: Instance) -> str:
    answer = instance.ask("POST", f"{BASE}/silences", json=GIVEN)
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["silenceID"]
    return found


def test_alerts_come_in_the_form_of_alertmanager(instance: Instance) -> None:
    alerts = {one["labels"]["alertname"]: one for one in instance.get(f"{BASE}/alerts")}

    assert set(alerts) == {"TooManyOrders", "Informed"}  # neither the pending nor the observed one
    loud = alerts["TooManyOrders"]
    assert loud["fingerprint"] == instance.fingerprint("TooManyOrders")
    assert loud["annotations"] == {"summary": "many"}
    assert loud["receivers"] == [{"labels": {"name": "team/web"}, "name": "team/web"}]
    assert loud["status"] == {"inhibitedBy": [], "mutedBy": [], "silencedBy": [], "state": "active"}
    assert loud["startsAt"].startswith("2023-11-14T22:1")
    assert loud["startsAt"] <= loud["updatedAt"] < loud["endsAt"]
    quiet = alerts["Informed"]["status"]
    assert (quiet["state"], quiet["inhibitedBy"]) == ("suppressed", [loud["fingerprint"]])


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, {"TooManyOrders", "Informed"}),
        ({"active": "false"}, {"Informed"}),
        ({"inhibited": "false"}, {"TooManyOrders"}),
        ({"silenced": "false"}, {"TooManyOrders"}),
        ({"receiver": "team.*"}, {"TooManyOrders"}),
        ({"receiver": "team"}, set()),
        ({"filter": ['severity=~"crit.*"']}, {"TooManyOrders"}),
        ({"filter": ["severity!=info", "job=shop"]}, {"TooManyOrders"}),
        ({"filter": ['nope=""']}, {"TooManyOrders", "Informed"}),
        ({"filter": ['job=""']}, set()),
        ({"filter": ['job!=""']}, {"TooManyOrders", "Informed"}),
        ({"filter": ["nope=x"]}, set()),
    ],
)
def test_alerts_are_filtered(instance: Instance, params: dict[str, Any], found: set[str]) -> None:
    silenced(instance)

    assert names(instance.get(f"{BASE}/alerts", **params)) == found


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"filter": "nonsense"}, "bad matcher 'nonsense': expected"),
        ({"filter": 'a=~"("'}, "is not a regular expression"),
        ({"receiver": "("}, "failed to parse receiver param: "),
    ],
)
@pytest.mark.parametrize("path", ["alerts", "alerts/groups"])
def test_a_filter_that_is_not_valid_is_refused(
    instance: Instance, path: str, params: dict[str, str], message: str
) -> None:
    answer = instance.ask("GET", f"{BASE}/{path}", params=params)

    assert answer.status_code == 400
    assert message in answer.json()


def test_what_was_called_resolved_by_hand_is_not_listed(instance: Instance) -> None:
    path = f"/alerts/{instance.fingerprint('TooManyOrders')}/resolve"
    instance.ask("POST", path, json={"by": "kim"})

    assert names(instance.get(f"{BASE}/alerts")) == {"Informed"}


def test_groups_hold_what_is_told_together(instance: Instance) -> None:
    """S9.4."""
    groups = instance.get(f"{BASE}/alerts/groups")

    assert [(one["labels"], one["receiver"]["name"], names(one["alerts"])) for one in groups] == [
        ({}, "nobody", {"Informed"}),
        ({"alertname": "TooManyOrders"}, "team/web", {"TooManyOrders"}),
    ]
    only = instance.get(f"{BASE}/alerts/groups", receiver="nobody")
    assert [one["receiver"]["name"] for one in only] == ["nobody"]


def test_a_group_says_which_time_interval_mutes_it(make: Callable[..., Instance]) -> None:
    muted = ROUTES.replace(
        "group_wait: 0s,", "mute_time_intervals: [late], active_time_intervals: [early],"
    ) + (
        "time_intervals:\n"
        "  - {name: late, time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]}\n"
        "  - {name: early, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]}\n"
    )
    instance = make(routes=muted)

    (group,) = instance.get(f"{BASE}/alerts/groups", receiver="team/web")

    assert group["alerts"][0]["status"]["mutedBy"] == ["late", "early"]
    assert group["alerts"][0]["status"]["state"] == "suppressed"


def test_receivers_are_listed(instance: Instance) -> None:
    assert [one["name"] for one in instance.get(f"{BASE}/receivers")] == ["nobody", "team/web"]


def test_a_silence_is_made_found_and_ended(instance: Instance) -> None:
    silence_id = silenced(instance)

    found = instance.get(f"{BASE}/silence/{silence_id}")
    assert found == {**GIVEN, "id": silence_id, "status": {"state": "active"}, "updatedAt": NOW}
    assert instance.get(f"{BASE}/silences") == [found]
    assert instance.get("/alerts")["alerts"][0]["silencedBy"] in ([], [silence_id])
    ended = instance.ask("DELETE", f"{BASE}/silence/{silence_id}")
    assert (ended.status_code, ended.content) == (200, b"")
    assert instance.get(f"{BASE}/silences")[0]["status"] == {"state": "expired"}
    assert instance.actions() == [("silence.expired", "token"), ("silence.created", "kim (token)")]


def test_silences_are_filtered_by_their_matchers_and_ordered_by_state(instance: Instance) -> None:
    first = silenced(instance)
    pending = {
        **GIVEN,
        "startsAt": "2023-11-14T23:00:00Z",
        "matchers": [{**GIVEN["matchers"][0], "name": "x"}],
    }
    instance.ask("POST", f"{BASE}/silences", json=pending)
    silenced(instance)
    instance.ask("DELETE", f"{BASE}/silence/{first}")

    states = [one["status"]["state"] for one in instance.get(f"{BASE}/silences")]
    by_matcher = instance.get(f"{BASE}/silences", filter="severity=info")

    assert states == ["active", "pending", "expired"]
    assert [one["status"]["state"] for one in by_matcher] == ["active", "expired"]


def test_a_silence_is_changed_by_its_id(instance: Instance) -> None:
    silence_id = silenced(instance)
    longer = {**GIVEN, "id": silence_id, "endsAt": "2023-11-15T03:00:00.000Z"}

    answer = instance.ask("POST", f"{BASE}/silences", json=longer)

    assert answer.json() == {"silenceID": silence_id}
    assert instance.get(f"{BASE}/silence/{silence_id}")["endsAt"] == "2023-11-15T03:00:00.000Z"


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"comment": None}, 422, "comment in body is required"),
        ({"matchers": "x"}, 400, "matchers is 'x': expected list"),
        ({"matchers": ["a=b"]}, 400, "matchers.0 is 'a=b': expected an object"),
        ({"matchers": [{"name": "a", "value": "b"}]}, 422, "matchers.0.isRegex in body is required"),
        ({"endsAt": "soon"}, 400, "endsAt is 'soon': expected a time of RFC 3339"),
        ({"endsAt": "2023-11-15T03:00:00"}, 400, "endsAt is '2023-11-15T03:00:00'"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, 400, "Failed to create silence: silence ends at 2020"),
        ({"matchers": []}, 422, "matchers in body should have at least 1 items"),
        ({"matchers": [{"name": "a", "value": ".*", "isRegex": True}]}, 400, "matches everything"),
        ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, 400, "not a regular expression"),
        ({"comment": ""}, 400, "has no comment: expected why it is made"),
        ({"id": "nope"}, 404, "silence 'nope' does not exist"),
    ],
)
def test_a_silence_that_is_not_valid_is_refused_in_the_form_of_alertmanager(
    instance: Instance, changes: dict[str, Any], status: int, message: str
) -> None:
    given = {name: value for name, value in {**GIVEN, **changes}.items() if value is not None}

    answer = instance.ask("POST", f"{BASE}/silences", json=given)

    assert answer.status_code == status
    body = answer.json()
    assert message in (body if isinstance(body, str) else body["message"])
    assert instance.get(f"{BASE}/silences") == []


def test_a_body_that_is_no_json_is_refused(instance: Instance) -> None:
    def post(content: bytes, kind: str = "application/json") -> tuple[int, Any]:
        answer = instance.ask("POST", f"{BASE}/silences", content=content, content_type=kind)
        return answer.status_code, answer.json()

    status, body = post(b"{x")
    assert (status, body["code"]) == (400, 400)
    assert body["message"].startswith('parsing silence body from "" failed')
    assert "expected an object, found list" in post(b"[]")[1]["message"]
    assert post(b"{}", "text/plain") == (
        415,
        {"code": 415, "message": 'unsupported media type "text/plain", only [application/json] are allowed'},
    )
    assert post(b" " * (1 << 20) + b"{}")[0] == 413


def test_what_does_not_exist_is_not_found(instance: Instance) -> None:
    for method in ("GET", "DELETE"):
        answer = instance.ask(method, f"{BASE}/silence/nope")
        assert (answer.status_code, "does not exist" in answer.json()) == (404, True)
    silence_id = silenced(instance)
    instance.ask("DELETE", f"{BASE}/silence/{silence_id}")
    again = instance.ask("DELETE", f"{BASE}/silence/{silence_id}")
    assert (again.status_code, again.content) == (200, b"")
    nothing = instance.ask("GET", f"{BASE}/nope")
    assert (nothing.status_code, nothing.json()["code"]) == (404, 404)
    assert instance.ask("PUT", f"{BASE}/silences").json()["code"] == 405
    many = "&".join(["filter=a=b"] * 300)
    assert instance.ask("GET", f"{BASE}/alerts?{many}").status_code == 400


def test_no_silence_is_made_where_an_alertmanager_tells_people(make: Callable[..., Instance]) -> None:
    instance = make(notify={"alertmanagers": ["http://127.0.0.1:1"], "allow_private": True})

    answer = instance.ask("POST", f"{BASE}/silences", json=GIVEN)

    assert answer.status_code == 400
    assert "alerts go to an Alertmanager" in answer.json()


def test_the_status_shows_the_routes_and_no_secret(make: Callable[..., Instance]) -> None:
    """The configuration is one that Alertmanager reads, and that gives the same routes."""
    stated = ROUTES.replace("127.0.0.1:1/hook", "127.0.0.1:1/s3cret") + (
        "time_intervals: [{name: late, time_intervals: [{years: ['2030']}]}]\n"
    )
    instance = make(routes=stated.replace("group_wait: 0s", "mute_time_intervals: [late], continue: true"))

    body = instance.get(f"{BASE}/status")

    original = body["config"]["original"]
    shown = parse_routing(original, source="shown").route
    routes = instance.analysis.telling.config.route
    assert "s3cret" not in original
    assert (shown.key, shown.timing, shown.group_by) == (routes.key, routes.timing, routes.group_by)
    assert [(one.key, one.receiver, one.goes_on, one.mute_intervals) for one in shown.routes] == [
        (one.key, one.receiver, one.goes_on, one.mute_intervals) for one in routes.routes
    ]
    assert yaml.safe_load(original)["inhibit_rules"][0]["target_matchers"] == ['severity="info"']
    assert body["cluster"] == {"peers": [], "status": "disabled"}
    assert body["uptime"] == "2023-11-14T22:13:20.000Z"
    assert body["versionInfo"]["version"].startswith("0.")


def test_plain_settings_are_shown_as_routes_too(make: Callable[..., Instance]) -> None:
    instance = make()

    original = instance.get(f"{BASE}/status")["config"]["original"]

    assert parse_routing(original, source="shown").route.group_by is None


def test_it_is_well_and_says_which_release_it_is_like(instance: Instance) -> None:
    assert instance.ask("GET", "/alertmanager/-/ready").text == "OK"
    assert instance.ask("GET", "/alertmanager/-/healthy").text == "OK"
    assert 'version="0.34.1"' in instance.ask("GET", "/alertmanager/metrics").text


def test_alerts_are_not_taken(instance: Instance) -> None:
    answer = instance.ask("POST", f"{BASE}/alerts", json=[{"labels": {"alertname": "x"}}])

    assert (answer.status_code, "not taken here" in answer.json()) == (400, True)
