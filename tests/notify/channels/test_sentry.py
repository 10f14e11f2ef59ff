"""Alerts as events of Sentry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.errors import MissingExtraError, NotifyError
from otel_monitoring.notify.channels.sentry import SentryChannel
from otel_monitoring.notify.message import message_of
from tests.notify.channels.making import make

if TYPE_CHECKING:
    from otel_monitoring.model.alert import Notice

sentry_sdk = pytest.importorskip("sentry_sdk")


def test_sends_the_alerts_that_fire(notice: Notice) -> None:
    channel = SentryChannel("http://key@127.0.0.1:9/1")
    events: list[Any] = []

    class TransportFake(sentry_sdk.Transport):  # type: ignore[misc,name-defined]
        """Keep envelopes."""

        def capture_envelope(self, envelope: Any) -> None:
            events.append(envelope.get_event())

    channel._client.close()
    channel._client = sentry_sdk.Client(
        dsn="http://key@127.0.0.1:9/1", transport=TransportFake, default_integrations=False
    )

    channel.send(message_of(notice))
    channel.close()

    (event,) = events
    assert (event["message"], event["level"]) == ("CPU is at 97%", "fatal")
    assert event["tags"]["job"] == "a"
    assert event["fingerprint"][0] == "otel-monitoring"


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
