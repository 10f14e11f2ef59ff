"""Posting over HTTP, as every channel of the web does it: checked addresses, no secrets in errors."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from otel_monitoring.errors import NotifyError
from otel_monitoring.notify.channels.address import allowed_addresses

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import httpx

    from otel_monitoring.model.clock import Clock

_PORTS = {"http": 80, "https": 443}
_TOO_MANY = 429
_SERVER_ERRORS = range(500, 600)
_SUCCESSES = range(200, 300)
_REDIRECTS = frozenset({307, 308})
"""Those that repeat the request; the others would turn it into a question without a body."""
_MOST_REDIRECTS = 5
_LONGEST_WAIT_S = 3600.0
_LONGEST_BODY = 65_536


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How requests are made.

    Attributes:
        timeout_s: The longest time for connecting, for sending, and for each piece of the answer.
        headers: Headers of every request.
        proxy_url: A proxy; empty for that of the environment.
        tls: How servers are verified; ``None`` for the usual way.
        server_name: The name that the certificate must have, where that is not the host's.
        follow_redirects: Whether 307 and 308 are followed; every hop is checked like the first address.
        allow_private: Whether private and loopback addresses may be posted to.
    """

    timeout_s: float = 10
    headers: Mapping[str, str] = field(default_factory=dict)
    proxy_url: str = ""
    tls: ssl.SSLContext | None = None
    server_name: str = ""
    follow_redirects: bool = False
    allow_private: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: the status, and the beginning of the body."""

    status: int
    retry_after: str
    location: str
    body: bytes


class Poster:
    """Post bodies to one kind of service; connections are kept.

    Args:
        clock: The time; a ``Retry-After`` may be a date.
        options: How requests are made.
    """

    def __init__(self, *, clock: Clock, options: HttpOptions | None = None) -> None:
        self._clock = clock
        self._options = options or HttpOptions()
        self._transport: httpx.HTTPTransport | None = None

    def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str], shown: str = "", wants_body: bool = False
    ) -> Answer:
        """Post ``body`` and return a successful answer.

        Args:
            url: Where to.
            body: What.
            headers: Headers besides those of the options.
            shown: What errors call the place; by default the address without path and query.
            wants_body: Whether the body of the answer is read.

        Raises:
            NotifyError: The answer was no success, or there was none. Answers of 5xx and 429, and no answer
                at all, may be retried (S9.11).
        """
        target = target_of(url)
        answer = self._ask(url, target, body=body, headers=headers, wants_body=wants_body)
        for _ in range(_MOST_REDIRECTS):
            if answer.status not in _REDIRECTS or not (self._options.follow_redirects and answer.location):
                break
            url = urljoin(url, answer.location)
            there = target_of(url)
            if (there.scheme, there.host, there.port) != (target.scheme, target.host, target.port):
                headers = {name: text for name, text in headers.items() if name.lower() not in _SECRETS}
            target = there
            answer = self._ask(
                url, target, body=body, headers=headers, wants_body=wants_body, is_redirected=True
            )
        self._check(answer, shown or target.shown())
        return answer

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def after_fork(self) -> None:
        """Leave the connections to the parent process."""
        self._transport = None

    def _ask(
        self,
        url: str,
        target: Target,
        *,
        body: bytes,
        headers: Mapping[str, str],
        wants_body: bool,
        is_redirected: bool = False,
    ) -> Answer:
        import httpx

        own = {} if is_redirected else self._options.headers
        merged = {"User-Agent": "otel-monitoring", **target.authorization(), **own, **headers}
        try:
            proxy = self._proxy(target)
            request = httpx.Request("POST", url, content=body, headers=merged)
            request.extensions["timeout"] = httpx.Timeout(self._options.timeout_s).as_dict()
            if proxy is None:
                return self._pinned(request, target, wants_body=wants_body)
            return self._sent(request, proxy, wants_body=wants_body)
        except httpx.InvalidURL:
            msg = f"{target.shown()} cannot be posted to: its path is not one of a URL"
            raise NotifyError(msg) from None
        except httpx.HTTPError as error:
            msg = f"{target.shown()} gave no answer: {type(error).__name__}"
            raise NotifyError(msg, retry_after_s=0) from None

    def _pinned(self, request: httpx.Request, target: Target, *, wants_body: bool) -> Answer:
        """Send to the very addresses that were checked, so that a name cannot lead elsewhere meanwhile."""
        import httpx

        addresses = allowed_addresses(target.host, target.port, allow_private=self._options.allow_private)
        request.extensions["sni_hostname"] = self._options.server_name or target.host
        url = request.url
        for number, address in enumerate(addresses, start=1):
            request.url = url.copy_with(host=address)
            try:
                return self._sent(request, None, wants_body=wants_body)
            except httpx.ConnectError:
                if number == len(addresses):
                    raise
        msg = f"{target.shown()} has no address"
        raise NotifyError(msg, retry_after_s=0)

    def _sent(self, request: httpx.Request, proxy: str | None, *, wants_body: bool) -> Answer:
        """Send through the transport, without the client around it: that one logs whole URLs."""
        answer = self._connected(proxy).handle_request(request)
        try:
            return Answer(
                status=answer.status_code,
                retry_after=answer.headers.get("retry-after", ""),
                location=answer.headers.get("location", ""),
                body=_beginning(answer) if wants_body else b"",
            )
        finally:
            answer.close()

    def _connected(self, proxy: str | None) -> httpx.HTTPTransport:
        import httpx

        if self._transport is None:
            verify = True if self._options.tls is None else self._options.tls
            self._transport = httpx.HTTPTransport(proxy=proxy, verify=verify)
        return self._transport

    def _proxy(self, target: Target) -> str | None:
        from urllib.request import getproxies, proxy_bypass

        if self._options.proxy_url:
            return self._options.proxy_url
        return None if proxy_bypass(target.host) else getproxies().get(target.scheme)

    def _check(self, answer: Answer, shown: str) -> None:
        if answer.status in _SUCCESSES:
            return
        may_retry = answer.status == _TOO_MANY or answer.status in _SERVER_ERRORS
        msg = f"{shown} answered {answer.status}"
        raise NotifyError(msg, retry_after_s=self.wait_s(answer.retry_after) if may_retry else None)

    def wait_s(self, retry_after: str) -> float:
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


_SECRETS = frozenset({"authorization", "cookie", "x-signature-256", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Target:
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
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def authorization(self) -> dict[str, str]:
        """Return the header that user and password make."""
        return basic(unquote(self.user), unquote(self.password)) if self.user else {}

    def shown(self) -> str:
        """Write what of the URL is no secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}/…"


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of basic authentication."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}


def target_of(url: str, what: str = "webhook URL") -> Target:
    """Return where ``url`` leads.

    Raises:
        NotifyError: It is not one of HTTP, or has no host; it is not shown.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme in _PORTS and parts.hostname:
            return Target(
                scheme=parts.scheme,
                host=parts.hostname,
                port=parts.port or _PORTS[parts.scheme],
                user=parts.username or "",
                password=parts.password or "",
            )
    except ValueError:
        pass
    msg = f"{what}: expected http:// or https:// with a host"
    raise NotifyError(msg)


def _beginning(answer: httpx.Response) -> bytes:
    body = b""
    for part in answer.iter_bytes():
        body += part
        if len(body) >= _LONGEST_BODY:
            break
    return body[:_LONGEST_BODY]
