"""Events for PagerDuty, against the schema that its documentation states."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema
import pytest

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.message import message_of
from tests.notify.channels.making import make
from tests.notify.channels.schemas import PAGERDUTY

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice
    from tests.notify.receiver import Receiver

KEY = "r" * 32


def resolved(notice: Notice) -> Notice:
    return replace(notice, alerts=notice.alerts[1:])


def test_triggers_and_resolves_the_incident_of_the_group(receiver: Receiver, notice: Notice) -> None:
    channel = make("pagerduty", routing_key=KEY, url=receiver.url)

    channel.send(message_of(notice, external_url="http://m"))
    channel.acknowledge(message_of(notice))
    channel.send(message_of(resolved(notice)))
    channel.close()

    for body in receiver.bodies:
        jsonschema.validate(body, PAGERDUTY)
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
        images=[{"src": "https://m/{{ .Status }}.png", "alt": "x"}],
        links=[{"href": "http://m/", "text": "us"}],
    )

    channel.send(message_of(notice))
    channel.close()

    (body,) = receiver.bodies
    jsonschema.validate(body, PAGERDUTY)
    assert (body["payload"]["summary"], body["payload"]["severity"]) == ("HighCpu", "critical")
    assert body["payload"]["component"] == "web"
    assert body["payload"]["custom_details"]["team"] == "web"
    assert body["images"] == [{"src": "https://m/firing.png", "alt": "x"}]
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


def test_an_image_that_pagerduty_would_not_fetch_is_left_out(notice: Notice) -> None:
    """Its documentation asks for HTTPS."""
    body = make("pagerduty", routing_key=KEY, images=[{"src": "http://m/x.png"}]).body(message_of(notice))

    assert body["images"] == []


def test_a_refusal_says_why_without_the_key(receiver: Receiver, notice: Notice) -> None:
    receiver.statuses = [400]
    receiver.answer = {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": [f"routing_key {KEY} is unknown"],
    }

    channel = make("pagerduty", routing_key=KEY, url=receiver.url)
    with pytest.raises(NotifyError, match="Event object is invalid; routing_key") as caught:
        channel.send(message_of(notice))
    channel.close()

    assert caught.value.retry_after_s is None
    assert KEY not in str(caught.value)
