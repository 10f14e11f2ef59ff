"""Receivers, what became of messages, and routes read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

from tests.api.alerting.instance import ROUTES, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.alerting.instance import Instance

SILENCE = {"matchers": ["a=b"], "for": "1h", "createdBy": "kim", "comment": "upgrade"}


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
    assert (action["name"], action["target"], action["actor"]) == (
        "receiver.tested",
        "default",
        "kim (token)",
    )
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


def test_pages_of_deliveries_hold_each_once(instance: Instance) -> None:
    assert instance.analysis.telling.deliver.flush(10)
    instance.ask("POST", "/receivers/default/test")
    whole = instance.get("/deliveries")
    first = instance.get("/deliveries", limit=2)
    rest = instance.get("/deliveries", cursor=first["next"])

    assert first["deliveries"] + rest["deliveries"] == whole["deliveries"]
    assert (len(first["deliveries"]), rest["next"], whole["next"]) == (2, None, None)


def test_deliveries_of_a_time_are_found(instance: Instance) -> None:
    assert instance.analysis.telling.deliver.flush(10)
    instance.clock.advance(7200)

    assert instance.get("/deliveries", window="1h")["total"] == 0
    assert instance.get("/deliveries", hours=3)["total"] > 0


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
    assert instance.actions() == [("routing.reloaded", "kim (token)")]


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


def test_too_many_tests_at_once_are_refused(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test waits in a thread of the application: they never take all of them."""
    inside: list[int] = []
    details: list[str] = []

    def test_another(*_: object, **__: object) -> dict[str, object]:
        inside.append(1)
        details.append(instance.ask("POST", "/receivers/default/test").json()["detail"])
        return {}

    monkeypatch.setattr(instance.analysis.telling.deliver, "test", test_another)

    instance.ask("POST", "/receivers/default/test")

    assert len(inside) == 3
    assert details[0] == "3 receivers are being tested: expected fewer at a time, try again"


def test_actions_reach_whoever_takes_the_logs_of_the_application(instance: Instance) -> None:
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = instance.rig.builder.providers.logger
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))

    instance.ask("POST", "/silences", json={**SILENCE, "comment": "password=hunter2"})

    (told,) = [one.log_record for one in exporter.get_finished_logs() if one.log_record.event_name]
    attributes = dict(told.attributes or {})
    assert told.event_name == "otel_monitoring.audit"
    assert attributes["otel_monitoring.audit.action"] == "silence.created"
    assert attributes["otel_monitoring.audit.actor"] == "kim (token)"
    assert "hunter2" not in str(attributes)


def test_every_route_says_what_it_does_and_when_it_refuses(instance: Instance) -> None:
    paths = instance.get("/openapi.json")["paths"]

    acting = [
        (path, verb, spoken)
        for path, item in paths.items()
        for verb, spoken in item.items()
        if path.startswith(("/alerts", "/silences", "/receivers", "/deliveries", "/notifications", "/audit"))
    ]
    assert len(acting) == 19
    assert [(path, verb) for path, verb, spoken in acting if not spoken.get("summary")] == []
    named = [(path, spoken) for path, _, spoken in acting if "{" in path]
    assert [path for path, spoken in named if "404" not in spoken["responses"]] == []
    assert instance.get("/openapi.json")["components"]["schemas"]["SilenceIn"]["required"] == [
        "matchers",
        "createdBy",
        "comment",
    ]
