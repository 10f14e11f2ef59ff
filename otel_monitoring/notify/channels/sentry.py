"""The channel that reports alerts to Sentry, through the SDK that the application has set up."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import MissingExtraError, NotifyError
from otel_monitoring.notify.channels.bounded import Bounded
from otel_monitoring.notify.messages import wording

if TYPE_CHECKING:
    from otel_monitoring.notify.channel import Channel
    from otel_monitoring.notify.channels.making import ChannelOptions
    from otel_monitoring.notify.channels.options import Options
    from otel_monitoring.notify.message import Message, MessageAlert

_LEVELS = {"critical": "fatal", "error": "error", "warning": "warning", "info": "info"}
_FLUSH_S = 5.0


class SentryChannel:
    """Send one event per firing alert; alerts of the same labels are one issue.

    Resolved alerts are left out: Sentry has no event that resolves an issue.

    Args:
        dsn: The project; empty for the client that the application has set up.
        timeout_s: The longest time of one message.

    Raises:
        MissingExtraError: The SDK of Sentry is not installed.
    """

    kind = "sentry"

    def __init__(self, dsn: str = "", *, timeout_s: float = 10) -> None:
        self._sdk = _sdk()
        self._client: Any = None
        if dsn:
            try:
                self._client = self._sdk.Client(dsn=dsn, default_integrations=False)
            except self._sdk.utils.BadDsn:
                msg = "sentry: dsn: expected one as Sentry shows it, https://key@host/project"
                raise NotifyError(msg) from None
        self._bounded = Bounded("sentry", timeout_s=timeout_s)
        self.after_fork = self._bounded.after_fork

    def send(self, message: Message, /) -> None:
        """Send the firing alerts of ``message``.

        Raises:
            NotifyError: There is no client, or it takes too long.
        """
        client = self._client or self._sdk.get_client()
        if not client.is_active():
            msg = "sentry: expected a DSN, or an application that has called sentry_sdk.init"
            raise NotifyError(msg)
        self._bounded.call(lambda: _capture(client, message))

    def close(self) -> None:
        """Send what the client still holds; only one that is ours is closed."""
        if self._client is not None:
            self._client.close(timeout=_FLUSH_S)

    def __repr__(self) -> str:
        """Write that it is Sentry."""
        return "sentry://…"


def from_options(options: Options, made: ChannelOptions) -> Channel:
    """Return the channel of ``{dsn: …}``, or of nothing for the application's own client."""
    return SentryChannel(options.secret("dsn"), timeout_s=made.timeout_s)


def from_url(url: str, made: ChannelOptions) -> Channel:
    """Return the channel of ``sentry://`` or ``sentry://key@host/project``."""
    place = url.partition("://")[2]
    return SentryChannel(f"https://{place}" if place else "", timeout_s=made.timeout_s)


def _capture(client: Any, message: Message) -> None:
    for alert in message.alerts:
        if alert.status == "firing":
            client.capture_event(_event(alert))
    client.flush(timeout=_FLUSH_S)


def _event(alert: MessageAlert) -> dict[str, Any]:
    from datetime import UTC

    severity = alert.labels.get("severity", "")
    return {
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
