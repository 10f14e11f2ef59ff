"""Receivers, what became of messages, and routes read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.alerting.instance import ROUTES, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.alerting.instance import Instance


def test_receivers_are_listed_with_their_channels(instance: Instance) -> None:
    (receiver,) = instance.get("/receivers")["receivers"]

    assert receiver["name"] == "default"
    (channel,) = receiver["channels"]
    assert (channel["kind"], channel["name"]) == ("log", "log-0")
    assert channel["counts"]["delivered"] >= 0


def test_a_receiver_is_tested(instance: Instance) -> None:
    answer = instance.ask("POST", "/receivers/default/test", json={"by": "kim", "channel": "log-0"})

    assert answer.status_code == 200
    body = answer.json()
    assert body["delivered"] is True
    assert [(one["channel"], one["outcome"], one["alerts"]) for one in body["deliveries"]] == [
        ("log-0", "delivered", ["MonitoringTest"])
    ]
    (action,) = instance.get("/audit")["actions"]
    assert (action["name"], action["target"], action["actor"]) == ("receiver.tested", "default", "kim")
    assert action["after"] == {"log-0": "delivered"}


def test_a_test_that_fails_says_why(make: Callable[..., Instance]) -> None:
    """A name with a slash in it is found; the body may be left out."""
    instance = make(routes=ROUTES)

    body = instance.ask("POST", "/receivers/team/web/test").json()

    assert body["delivered"] is False
    (delivery,) = body["deliveries"]
    assert (delivery["outcome"], delivery["attempts"]) == ("failed", 1)
    assert delivery["error"]


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("nope", {}, 404, "receiver 'nope': expected one of nobody, team/web"),
        ("team/web", {"channel": "x"}, 404, "channel of receiver 'team/web' 'x': expected one of webhook[0]"),
        ("nobody", {}, 409, "receiver 'nobody' has no channels: expected one that is told something"),
        ("team/web", {"who": "x"}, 422, "Extra inputs"),
    ],
)
def test_a_receiver_that_cannot_be_told_is_named(
    make: Callable[..., Instance], path: str, body: dict[str, str], status: int, message: str
) -> None:
    instance = make(routes=ROUTES)

    _, detail = refused(instance.ask("POST", f"/receivers/{path}/test", json=body), status)

    assert message in detail
    assert instance.actions() == []


def test_deliveries_are_listed_the_newest_first(instance: Instance) -> None:
    assert instance.analysis.telling.deliver.flush(10)
    instance.ask("POST", "/receivers/default/test")

    body = instance.get("/deliveries", receiver="default", outcome="delivered", limit=2)

    assert (len(body["deliveries"]), body["total"]) == (2, 3)
    assert body["deliveries"][0]["alerts"] == ["MonitoringTest"]
    assert instance.get("/deliveries", outcome="failed")["total"] == 0


def test_deliveries_of_nobody_are_refused(instance: Instance) -> None:
    fields, detail = refused(instance.ask("GET", "/deliveries?receiver=nope"), 422)
    assert (fields, detail) == (["query.receiver"], "query.receiver is 'nope': expected one of default")

    fields, _ = refused(instance.ask("GET", "/deliveries?outcome=lost"), 422)
    assert fields == ["query.outcome"]


def test_routes_are_read_anew(make: Callable[..., Instance]) -> None:
    instance = make(routes=ROUTES)
    instance.routes.write_text(ROUTES.replace("team/web", "team"))

    answer = instance.ask("POST", "/notifications/reload", params={"by": "kim"})

    assert answer.status_code == 200
    assert answer.json() == {"receivers": ["nobody", "team"], "routes": 2, "warnings": []}
    assert [one["name"] for one in instance.get("/receivers")["receivers"]] == ["nobody", "team"]
    assert instance.actions() == [("routing.reloaded", "kim")]


def test_routes_that_are_not_valid_are_told_whole_and_change_nothing(make: Callable[..., Instance]) -> None:
    instance = make(routes=ROUTES)
    instance.routes.write_text("route: {receiver: dev, group_wait: '5'}\nreceivers: [{name: ops}]")

    answer = instance.ask("POST", "/notifications/reload")

    fields, _ = refused(answer, 422)
    assert fields == ["configuration", "configuration"]
    messages = [one["message"] for one in answer.json()["errors"]]
    assert "alertmanager.yml:1:" in messages[0]
    assert any("undefined receiver 'dev'" in one for one in messages)
    assert [one["name"] for one in instance.get("/receivers")["receivers"]] == ["nobody", "team/web"]


def test_channels_that_cannot_be_made_are_told_one_by_one(make: Callable[..., Instance]) -> None:
    instance = make(routes=ROUTES)
    instance.routes.write_text(
        "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: "
        "[{url_file: /nowhere/1}, {url_file: /nowhere/2}]}]"
    )

    answer = instance.ask("POST", "/notifications/reload")

    refused(answer, 422)
    assert ["/nowhere/1" in answer.json()["errors"][0]["message"], len(answer.json()["errors"])] == [True, 2]


def test_the_audit_trail_is_limited(instance: Instance) -> None:
    for number in range(3):
        body = {"matchers": [f"a={number}"], "for": "1h", "createdBy": "kim", "comment": str(number)}
        instance.ask("POST", "/silences", json=body)

    actions = instance.get("/audit", limit=2)["actions"]

    assert [one["after"]["comment"] for one in actions] == ["2", "1"]
    assert actions[0]["at"] == "2023-11-14T22:15:20Z"
