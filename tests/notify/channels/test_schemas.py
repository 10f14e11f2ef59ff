"""Bodies as they arrive at a server, against what services say about them: small, large and hostile."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otel_monitoring.model.evidence import Evidence
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.channels.pagerduty import _fitting
from otel_monitoring.notify.message import Backing, Links, message_of
from tests.notify.channels.making import make
from tests.notify.channels.schemas import ALERTMANAGER, PAGERDUTY, SLACK
from tests.notify.receiver import make_notice

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice
    from otel_monitoring.notify.message import Message
    from tests.notify.receiver import Receiver

SCHEMAS = {"slack": SLACK, "bot": SLACK, "pagerduty": PAGERDUTY, "webhook": ALERTMANAGER}
HOSTILE = [
    "<!channel> <@U1> <http://x|y> &amp; & <",
    "*bold* _it_ ~no~ `code` ``` > quote",
    "\r\nBcc: evil@x.org\r\n\r\n<script>alert(1)</script>",
    "\x00\x07\x1b[31m\u202e\u2028\ufeff",
    "\ud800 half",
    "{{ .Status }} {{ template `x` }} ${jndi:ldap://x} %s %(a)s",
    '"}],"ok":true',
    "漢字 🔥" * 500,
    "x" * 100_000,
    "",
    " ",
]


def channel_of(kind: str, url: str) -> Any:
    if kind == "slack":
        return make("slack", api_url=url)
    if kind == "bot":
        return make("slack", app_token="xoxb-1", app_url=url, channel="#ops")
    if kind == "pagerduty":
        return make("pagerduty", routing_key="r" * 32, url=url)
    return make("webhook", url=url)


def group(count: int, text: str = "CPU is at 97%") -> Notice:
    """Return a notice of so many alerts in which everything that may be said is ``text``."""
    one = make_notice().alerts[0]
    alerts = tuple(
        replace(
            one,
            labels=Labels.of(alertname=text or "A", series=f"{number}", note=text),
            annotations={"summary": text, "description": text * 2, "runbook_url": f"https://x/{text}"},
            generator_url=f"http://m/graph?{text}",
            is_resolved=number % 2 == 1,
        )
        for number in range(count)
    )
    return replace(make_notice(), group_labels=Labels.of(alertname=text or "A"), alerts=alerts)


def message(count: int, text: str = "CPU is at 97%") -> Message:
    backing = Backing(
        evidence=lambda _: Evidence(
            value_text=text, threshold_text=text, related=(text,), traces=("ab" * 16,)
        ),
        links=lambda *_: Links(acknowledge=f"https://m/ack?{text}", silence="https://m/silence"),
    )
    return message_of(group(count, text), external_url="http://m", backing=backing).completed()


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("count", [1, 2, 500])
def test_groups_of_any_size_arrive_as_the_service_takes_them(
    receiver: Receiver, kind: str, count: int
) -> None:
    receiver.answer = {"ok": True, "ts": "17.5"}
    channel = channel_of(kind, receiver.url)

    channel.send(message(count))
    channel.close()

    (body,) = receiver.bodies
    jsonschema.validate(body, SCHEMAS[kind])
    assert kind != "webhook" or len(body["alerts"]) == count


@pytest.mark.parametrize("kind", SCHEMAS)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_texts_of_any_kind_arrive_as_the_service_takes_them(receiver: Receiver, kind: str, text: str) -> None:
    receiver.answer = {"ok": True, "ts": "17.5"}
    channel = channel_of(kind, receiver.url)

    channel.send(message(12, text))
    channel.close()

    (body,) = receiver.bodies
    jsonschema.validate(body, SCHEMAS[kind])


@given(text=st.text(max_size=400), count=st.integers(1, 12))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_said_the_bodies_are_taken(text: str, count: int) -> None:
    told = message(count, text)

    for kind in ("slack", "pagerduty"):
        jsonschema.validate(channel_of(kind, "http://h/").body(told), SCHEMAS[kind])


def test_an_event_is_never_larger_than_pagerduty_takes() -> None:
    details = {f"d{number}": "{{ .CommonLabels.note }}" for number in range(40)}
    channel = make("pagerduty", routing_key="r" * 32, url="http://h/", details=details)

    written = _fitting(channel.body(message(20, "🔥" * 20_000)))

    assert len(written) <= 512_000
    jsonschema.validate(json.loads(written), PAGERDUTY)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_a_mail_holds_any_text_and_no_header_that_nobody_wrote(text: str) -> None:
    options = {"from": "m@x.org", "to": "a@x.org", "smarthost": "mail:25"}
    mail = make("email", **options, headers={"X-Note": "{{ .CommonLabels.note }}"}).mail(message(3, text))

    written = mail.as_bytes()

    head = written.partition(b"\n\n")[0]
    assert b"\nBcc:" not in head
    assert b"\x00" not in written
    assert max(map(len, head.split(b"\n"))) <= 998
    assert mail["To"] == "a@x.org"


@given(text=st.text(max_size=400))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_said_a_mail_can_be_written(text: str) -> None:
    options = {"from": "m@x.org", "to": "a@x.org", "smarthost": "mail:25"}
    mail = make("email", **options, headers={"X-Note": "{{ .CommonLabels.note }}"}).mail(message(1, text))

    assert mail.as_bytes().count(b"\nSubject:") == 1
