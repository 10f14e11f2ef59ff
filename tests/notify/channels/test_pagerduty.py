"""Events for PagerDuty, against the schema that its documentation states."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.message import message_of
from tests.notify.channels.making import make

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice
    from tests.notify.receiver import Receiver

KEY = "r" * 32
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["routing_key", "event_action"],
    "additionalProperties": False,
    "properties": {
        "routing_key": {"type": "string", "minLength": 32, "maxLength": 32},
        "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        "dedup_key": {"type": "string", "maxLength": 255},
        "client": {"type": "string"},
        "client_url": {"type": "string"},
        "payload": {
            "type": "object",
            "required": ["summary", "source", "severity"],
            "additionalProperties": False,
            "properties": {
                "summary": {"type": "string", "minLength": 1, "maxLength": 1024},
                "source": {"type": "string", "minLength": 1},
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "timestamp": {"type": "string"},
                "component": {"type": "string"},
                "group": {"type": "string"},
                "class": {"type": "string"},
                "custom_details": {"type": "object"},
            },
        },
        "images": {
            "type": "array",
            "items": {"type": "object", "required": ["src"], "properties": {"src": {"type": "string"}}},
        },
        "links": {
            "type": "array",
            "items": {"type": "object", "required": ["href"], "properties": {"href": {"type": "string"}}},
        },
    },
    "if": {"properties": {"event_action": {"const": "trigger"}}},
    "then": {"required": ["payload"]},
    "else": {"required": ["dedup_key"]},
}


def resolved(notice: Notice) -> Notice:
    return replace(notice, alerts=notice.alerts[1:])


def test_triggers_and_resolves_the_incident_of_the_group(receiver: Receiver, notice: Notice) -> None:
    channel = make("pagerduty", routing_key=KEY, url=receiver.url)

    channel.send(message_of(notice, external_url="http://m"))
    channel.acknowledge(message_of(notice))
    channel.send(message_of(resolved(notice)))
    channel.close()

    for body in receiver.bodies:
        jsonschema.validate(body, SCHEMA)
    assert [body["event_action"] for body in receiver.bodies] == ["trigger", "acknowledge", "resolve"]
    assert len({body["dedup_key"] for body in receiver.bodies}) == 1
    payload = receiver.bodies[0]["payload"]
    assert (payload["summary"], payload["severity"]) == ("[FIRING:1] HighCpu (critical)", "critical")
    assert payload["custom_details"]["num_firing"] == "1"
    assert receiver.bodies[0]["links"] == [{"href": "http://m/graph", "text": "Graph"}]


def test_says_what_the_configuration_says(receiver: Receiver, notice: Notice) -> None:
    channel = make(
        "pagerduty",
        routing_key=KEY,
        url=receiver.url,
        description="{{ .CommonLabels.alertname }}",
        severity="{{ if true }}page{{ end }}".replace("if true", "if .Alerts"),
        component="web",
        details={"team": "{{ .CommonAnnotations.team }}"},
        images=[{"src": "http://m/{{ .Status }}.png", "alt": "x"}],
        links=[{"href": "http://m/", "text": "us"}],
    )

    channel.send(message_of(notice))
    channel.close()

    (body,) = receiver.bodies
    jsonschema.validate(body, SCHEMA)
    assert (body["payload"]["summary"], body["payload"]["severity"]) == ("HighCpu", "critical")
    assert body["payload"]["component"] == "web"
    assert body["payload"]["custom_details"]["team"] == "web"
    assert body["images"] == [{"src": "http://m/firing.png", "alt": "x"}]
    assert body["links"][0] == {"href": "http://m/", "text": "us"}


def test_an_unknown_severity_is_an_error(notice: Notice) -> None:
    body = make("pagerduty", routing_key=KEY, severity="odd").body(message_of(notice))

    assert body["payload"]["severity"] == "error"


def test_a_refusal_does_not_show_the_key(receiver: Receiver, notice: Notice) -> None:
    receiver.statuses.append(400)

    with pytest.raises(NotifyError, match=r"answered 400$") as caught:
        make("pagerduty", routing_key=KEY, url=receiver.url).send(message_of(notice))

    assert KEY not in str(caught.value)
    assert caught.value.retry_after_s is None


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "routing_key: missing"),
        ({"routing_key": KEY, "service_key": "x"}, "service_key: not supported: make an integration"),
        ({"routing_key": KEY, "details": 3}, "details: 3: expected templates by name"),
        ({"routing_key": KEY, "details": {"a": "{{"}}, "details.a: template"),
        ({"routing_key": KEY, "links": [{"hrf": "x"}]}, "links[0].hrf: unknown option"),
        ({"routing_key": KEY, "url": "pager"}, "url: expected http:// or https:// with a host"),
        ({"routing_key": KEY, "http_config": {"oauth2": {"a": 1}}}, "http_config.oauth2: not supported"),
        ({"routing_key": KEY, "http_config": {"nope": 1}}, "http_config.nope: unknown option"),
    ],
)
def test_wrong_options_are_named(options: dict[str, object], expected: str) -> None:
    with pytest.raises(NotifyError) as caught:
        make("pagerduty", **options)

    assert str(caught.value).startswith("am.yml:3:5: pagerduty[0]: " + expected)
