"""The channel that posts messages to a URL, in the form of Alertmanager's webhook."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.address import check_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.message import Message

_PORTS = {"http": 80, "https": 443}
_TOO_MANY = 429
_SERVER_ERRORS = range(500, 600)
_SUCCESSES = range(200, 300)
_LONGEST_WAIT_S = 3600.0


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

    Raises:
        NotifyError: The URL is not one of HTTP, or has no host.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 10,
        allow_private: bool = True,
    ) -> None:
        self._target = _target(url)
        self._url = url
        self._clock = clock
        self._headers = {
            "User-Agent": "otel-monitoring",
            "Content-Type": "application/json",
            **self._target.authorization(),
            **(headers or {}),
        }
        self._timeout_s = timeout_s
        self._allow_private = allow_private
        self._transport: httpx.HTTPTransport | None = None

    def send(self, message: Message, /) -> None:
        """Post ``message``.

        Raises:
            NotifyError: The receiver did not take it.
        """
        import httpx

        try:
            request = httpx.Request(
                "POST",
                self._url,
                content=json.dumps(message.as_json()).encode(),
                headers={**self._headers, "Idempotency-Key": message.key},
                extensions={"timeout": httpx.Timeout(self._timeout_s).as_dict()},
            )
            answer = self._connected().handle_request(request)
        except httpx.InvalidURL as error:
            msg = f"{self!r} cannot be posted to: {error}"
            raise NotifyError(msg) from None
        except httpx.HTTPError as error:
            msg = f"{self!r} gave no answer: {type(error).__name__}"
            raise NotifyError(msg, retry_after_s=0) from None
        answer.close()
        self._check(answer.status_code, answer.headers.get("retry-after"))

    def close(self) -> None:
        """Close the connections; the next message opens new ones."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def after_fork(self) -> None:
        """Leave the connections to the parent process."""
        self._transport = None

    def __repr__(self) -> str:
        """Write where messages go, without what may be secret."""
        return self._target.shown()

    def _connected(self) -> httpx.HTTPTransport:
        """Return the transport, without the client around it: that one logs whole URLs."""
        from urllib.request import getproxies, proxy_bypass

        import httpx

        proxy = None if proxy_bypass(self._target.host) else getproxies().get(self._target.scheme)
        if proxy is None:
            check_address(self._target.host, self._target.port, allow_private=self._allow_private)
        if self._transport is None:
            self._transport = httpx.HTTPTransport(proxy=proxy)
        return self._transport

    def _check(self, status: int, retry_after: str | None) -> None:
        if status in _SUCCESSES:
            return
        may_retry = status == _TOO_MANY or status in _SERVER_ERRORS
        msg = f"{self!r} answered {status}"
        raise NotifyError(msg, retry_after_s=self._wait_s(retry_after) if may_retry else None)

    def _wait_s(self, retry_after: str | None) -> float:
        """Return the seconds that a ``Retry-After`` asks for, between 0 and an hour."""
        text = (retry_after or "0").strip()
        try:
            seconds = float(text) if text.isdigit() else self._seconds_until(text)
        except (ValueError, OverflowError):
            return 0.0
        return min(max(seconds, 0.0), _LONGEST_WAIT_S)

    def _seconds_until(self, date: str) -> float:
        from email.utils import parsedate_to_datetime

        return parsedate_to_datetime(date).timestamp() - self._clock.now_ms() / 1000


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a URL leads.

    Attributes:
        scheme: ``http`` or ``https``.
        host: The name or the address.
        port: The port.
        user: The user of basic authentication; empty for none.
        password: That user's password.
    """

    scheme: str
    host: str
    port: int
    user: str
    password: str

    def authorization(self) -> dict[str, str]:
        """Return the header that user and password make."""
        if not self.user:
            return {}
        credentials = f"{unquote(self.user)}:{unquote(self.password)}".encode()
        return {"Authorization": f"Basic {b64encode(credentials).decode()}"}

    def shown(self) -> str:
        """Write what of the URL is no secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}/…"


def _target(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        if parts.scheme in _PORTS and parts.hostname:
            return _Target(
                scheme=parts.scheme,
                host=parts.hostname,
                port=parts.port or _PORTS[parts.scheme],
                user=parts.username or "",
                password=parts.password or "",
            )
    except ValueError:
        pass
    msg = "webhook URL: expected http:// or https:// with a host"
    raise NotifyError(msg)
