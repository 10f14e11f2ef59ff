"""Alerts as events of Sentry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import MissingExtraError, NotifyError
from otel_monitoring.notify.message import message_of
from tests.notify.channels.making import make
from tests.notify.talker import request_of, talking

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from otel_monitoring.model.alert import Notice

sentry_sdk = pytest.importorskip("sentry_sdk")

REFUSED = b'HTTP/1.1 403 X\r\nContent-Length: 23\r\n\r\n{"detail": "no s3cret"}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def taking(envelopes: list[bytes], answer: bytes = OK) -> Callable[[socket.socket], None]:
    """Return what takes one envelope and answers."""

    def behave(connection: socket.socket) -> None:
        envelopes.append(request_of(connection))
        connection.sendall(answer)

    return behave


def events_of(envelopes: list[bytes]) -> list[Any]:
    return [json.loads(one.partition(b"\r\n\r\n")[2].split(b"\n")[2]) for one in envelopes]


def test_sends_the_alerts_that_fire_and_again_under_the_same_id(notice: Notice) -> None:
    envelopes: list[bytes] = []
    with talking(taking(envelopes), taking(envelopes)) as port:
        for _ in range(2):
            channel = make("sentry", dsn=f"http://key@127.0.0.1:{port}/1")
            channel.send(message_of(notice))
            channel.close()

    event, again = events_of(envelopes)
    assert envelopes[0].startswith(b"POST /api/1/envelope/ HTTP/1.1")
    assert b"sentry_key=key" in envelopes[0]
    assert (event["message"], event["level"]) == ("CPU is at 97%", "fatal")
    assert event["tags"]["job"] == "a"
    assert event["fingerprint"][0] == "otel-monitoring"
    assert event["event_id"] == again["event_id"]


@pytest.mark.parametrize(
    ("answer", "expected", "retry_after_s"),
    [
        (b"HTTP/1.1 429 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", "answered 429", 7),
        (b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", "answered 500", 0),
        (
            b'HTTP/1.1 403 X\r\nContent-Length: 23\r\n\r\n{"detail": "no s3cret"}',
            r"answered 403: no \*\*\*",
            None,
        ),
    ],
)
def test_an_event_that_sentry_refuses_is_no_delivery(
    notice: Notice, answer: bytes, expected: str, retry_after_s: float | None
) -> None:
    with talking(taking([], answer)) as port:
        channel = make("sentry", dsn=f"http://s3cret@127.0.0.1:{port}/1")
        with pytest.raises(NotifyError, match=expected) as caught:
            channel.send(message_of(notice))
        channel.close()

    assert caught.value.retry_after_s == retry_after_s
    assert "s3cret" not in f"{caught.value} {channel!r}"


def test_the_client_of_the_application_is_used_where_no_project_is_stated(notice: Notice) -> None:
    events: list[Any] = []

    class TransportFake(sentry_sdk.Transport):  # type: ignore[misc,name-defined]
        """Keep envelopes."""

        def capture_envelope(self, envelope: Any) -> None:
            events.append(envelope.get_event())

    client = sentry_sdk.Client(
        dsn="http://key@127.0.0.1:9/1", transport=TransportFake, default_integrations=False
    )
    with sentry_sdk.isolation_scope() as scope:
        scope.set_client(client)
        make("sentry").send(message_of(notice))
    client.close()

    assert [event["message"] for event in events] == ["CPU is at 97%"]


def test_without_a_client_there_is_nothing_to_send_to(notice: Notice) -> None:
    with sentry_sdk.isolation_scope(), pytest.raises(NotifyError, match="expected a DSN"):
        make("sentry").send(message_of(notice))


def test_a_dsn_that_is_none_is_refused_and_not_shown() -> None:
    with pytest.raises(NotifyError, match="sentry: dsn: expected one as Sentry shows it") as caught:
        make("sentry", dsn="s3cret")
    assert "s3cret" not in str(caught.value)


def test_without_the_sdk_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentry_sdk", None)

    with pytest.raises(MissingExtraError, match=r"otel-monitoring\[sentry\]"):
        make("sentry")
