"""The channel that posts messages to a URL, in the form of Alertmanager's webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from otel_monitoring.notify.transport.address import check_stated
from otel_monitoring.notify.transport.http import HttpOptions, Poster
from otel_monitoring.notify.transport.target import target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.message import Message

SIGNATURE = "X-Signature-256"
"""The header ``t=<Unix seconds>,v1=<HMAC-SHA-256 of "seconds.body" in hexadecimal digits>``."""


class WebhookChannel:
    """Post each message as JSON.

    An answer of 5xx or 429, and no answer at all, may be retried; other answers may not (S9.11). Neither the
    path and query of the URL nor any header is ever shown: they tend to hold secrets.

    Args:
        url: Where to post, ``http://`` or ``https://``.
        clock: The time; a ``Retry-After`` may be a date.
        headers: Further headers, such as ``Authorization``.
        timeout_s: The longest time for connecting, for sending, and for each piece of the answer.
        allow_private: Whether private and loopback addresses may be posted to.
        secret: Signs bodies, so that the receiver knows who sent them; empty for no signature.
        most_alerts: The most alerts in one message; 0 for all.
        http: How requests are made; takes the place of the three options above that it holds.

    Raises:
        NotifyError: The URL is not one of HTTP, or has no host.
    """

    kind = "webhook"
    tells_evidence = False

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 10,
        allow_private: bool = True,
        secret: str = "",
        most_alerts: int = 0,
        http: HttpOptions | None = None,
    ) -> None:
        target = target_of(url)
        self._shown = target.shown()
        self._url = url
        self._clock = clock
        self._secret = secret
        self._most_alerts = most_alerts
        options = http or HttpOptions(
            headers=headers or {}, timeout_s=timeout_s, allow_private=allow_private, follow_redirects=True
        )
        check_stated(target.host, allow_private=options.allow_private)
        self._poster = Poster(clock=clock, options=options)
        self.close = self._poster.close
        self.after_fork = self._poster.after_fork

    def send(self, message: Message, /) -> None:
        """Post ``message``.

        Raises:
            NotifyError: The receiver did not take it.
        """
        body = json.dumps(_cut(message, self._most_alerts).as_json()).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.key}
        if self._secret:
            headers[SIGNATURE] = signature(self._secret, body, time_s=self._clock.now_ms() // 1000)
        self._poster.post(self._url, body, headers=headers, shown=self._shown)

    def __repr__(self) -> str:
        """Write where messages go, without what may be secret."""
        return self._shown


def signature(secret: str, body: bytes, *, time_s: int) -> str:
    """Return the value of the signature's header; a receiver computes it again and refuses old times."""
    digest = hmac.new(secret.encode(), f"{time_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={time_s},v1={digest}"


def _cut(message: Message, most_alerts: int) -> Message:
    left_out = len(message.alerts) - most_alerts
    if not most_alerts or left_out <= 0:
        return message
    return replace(
        message,
        alerts=message.alerts[:most_alerts],
        truncated_alerts=message.truncated_alerts + left_out,
    )
