"""The channel that reports alerts to Sentry: to a project of its own, or through the application's client.

Source: Sentry, envelopes and their authentication.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import MissingExtraError, NotifyError
from otel_monitoring.notify.messages import wording
from otel_monitoring.notify.transport.bounded import Bounded
from otel_monitoring.notify.transport.http import HttpOptions, Poster
from otel_monitoring.notify.transport.refusal import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.message import Message, MessageAlert

_LEVELS = {"critical": "fatal", "error": "error", "warning": "warning", "info": "info"}
_FLUSH_S = 5.0


class SentryChannel:
    """Send one event per firing alert; alerts of the same labels are one issue.

    Resolved alerts are left out: Sentry has no event that resolves an issue. An event that is sent again has
    the same id, by which Sentry knows it. With a DSN of its own the channel knows whether Sentry took an
    event; the client of an application does not say.

    Args:
        dsn: The project; empty for the client that the application has set up.
        clock: The time; a ``Retry-After`` may be a date.
        timeout_s: The longest time of one message through the application's client.
        http: How requests are made.

    Raises:
        MissingExtraError: The SDK of Sentry is not installed.
        NotifyError: The DSN is none.
    """

    kind = "sentry"

    def __init__(
        self, dsn: str = "", *, clock: Clock, timeout_s: float = 10, http: HttpOptions | None = None
    ) -> None:
        self._sdk = _sdk()
        self._project = _Project(self._sdk, dsn, Poster(clock=clock, options=http)) if dsn else None
        self._bounded = Bounded("sentry", timeout_s=timeout_s)

    def send(self, message: Message, /) -> None:
        """Send the firing alerts of ``message``.

        Raises:
            NotifyError: There is no client, Sentry did not take an event, or it takes too long.
        """
        events = [_event(message, alert) for alert in message.alerts if alert.status == "firing"]
        if self._project is not None:
            self._project.send(events)
            return
        client = self._sdk.get_client()
        if not client.is_active():
            msg = "sentry: expected a DSN, or an application that has called sentry_sdk.init"
            raise NotifyError(msg)
        self._bounded.call(lambda: _capture(client, events))

    def close(self) -> None:
        """Close our own client and its connections."""
        if self._project is not None:
            self._project.close()

    def after_fork(self) -> None:
        """Leave threads and connections to the parent process."""
        self._bounded.after_fork()
        if self._project is not None:
            self._project.poster.after_fork()

    def __repr__(self) -> str:
        """Write which project it is, without its key."""
        return "sentry://…" if self._project is None else self._project.shown


class _Project:
    """A project of Sentry's, to which events are posted as the SDK writes them."""

    def __init__(self, sdk: Any, dsn: str, poster: Poster) -> None:
        try:
            known = sdk.utils.Dsn(dsn)
        except sdk.utils.BadDsn:
            msg = "sentry: dsn: expected one as Sentry shows it, https://key@host/project"
            raise NotifyError(msg) from None
        self.poster = poster
        self.shown = f"sentry {known.scheme}://{known.host}/{known.project_id}"
        auth = known.to_auth("otel-monitoring")
        self._url = auth.get_api_url()
        self._secrets = [one for one in (known.public_key, known.secret_key) if one]
        self._headers = {
            "Content-Type": "application/x-sentry-envelope",
            "X-Sentry-Auth": auth.to_header(),
        }
        self._envelopes: list[bytes] = []
        self._client = sdk.Client(
            dsn=dsn,
            transport=_keeping(sdk, self._envelopes),
            default_integrations=False,
            enable_backpressure_handling=False,
        )

    def send(self, events: Iterable[dict[str, Any]]) -> None:
        for event in events:
            self._envelopes.clear()
            self._client.capture_event(event)
            for body in self._envelopes:
                self.poster.post(
                    self._url, body, headers=self._headers, shown=self.shown, explain=self._explain
                )

    def close(self) -> None:
        self._client.close(timeout=0)
        self.poster.close()

    def _explain(self, body: bytes) -> str:
        """Return what Sentry says about a refusal."""
        return said(body, "detail", secrets=self._secrets)


def from_options(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of ``{dsn: …, timeout: …}``; without a DSN that of the application's own client."""
    timeout_s = options.seconds("timeout", made.timeout_s)
    http = replace(made.http(), timeout_s=timeout_s)
    return SentryChannel(options.secret("dsn"), clock=made.clock, timeout_s=timeout_s, http=http)


def from_url(url: str, made: ChannelOptions) -> Channel:
    """Return the channel of ``sentry://`` or ``sentry://key@host/project``."""
    place = url.partition("://")[2]
    dsn = f"https://{place}" if place else ""
    return SentryChannel(dsn, clock=made.clock, timeout_s=made.timeout_s, http=made.http())


def _capture(client: Any, events: Iterable[dict[str, Any]]) -> None:
    for event in events:
        client.capture_event(event)
    client.flush(timeout=_FLUSH_S)


def _keeping(sdk: Any, envelopes: list[bytes]) -> Any:
    """Return a transport that keeps what is to be sent: ours posts it and tells how that went."""

    class Keeping(sdk.Transport):  # type: ignore[misc]
        """Keep envelopes."""

        def capture_envelope(self, envelope: Any) -> None:
            """Keep one."""
            envelopes.append(envelope.serialize())

    return Keeping()


def _event(message: Message, alert: MessageAlert) -> dict[str, Any]:
    from datetime import UTC

    identity = f"{message.key}\x00{alert.fingerprint}".encode()
    severity = alert.labels.get("severity", "")
    return {
        "event_id": hashlib.blake2b(identity, digest_size=16).hexdigest(),
        "message": wording.summary(alert),
        "level": _LEVELS.get(severity, "error"),
        "logger": "otel_monitoring.alerts",
        "fingerprint": ["otel-monitoring", alert.fingerprint],
        "tags": {name[:32]: text[:200] for name, text in alert.labels.items()},
        "extra": dict(wording.facts(alert, UTC)),
    }


def _sdk() -> Any:
    package = "sentry_sdk"
    try:
        import_module(f"{package}.utils")
        return import_module(package)
    except ImportError:
        raise MissingExtraError(package, extra="sentry", needed_for="the channel sentry") from None
