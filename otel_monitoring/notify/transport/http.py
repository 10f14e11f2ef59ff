"""Posting over HTTP, as every channel of the web does it: checked addresses, no secrets in errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from otel_monitoring.errors import NotifyError
from otel_monitoring.model.deadline import Deadline
from otel_monitoring.notify.transport.target import Target, target_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    import httpcore
    import httpx

    from otel_monitoring.model.clock import Clock

_TOO_MANY = 429
_SERVER_ERRORS = range(500, 600)
_SUCCESSES = range(200, 300)
_REDIRECTS = frozenset({307, 308})
"""Those that repeat the request; the others would turn it into a question without a body."""
_MOST_REDIRECTS = 5
_LONGEST_WAIT_S = 3600.0
_LONGEST_BODY = 65_536
_KEPT_S = 30.0
_SECRETS = frozenset({"authorization", "cookie", "x-signature-256", "proxy-authorization"})
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How requests are made.

    Attributes:
        timeout_s: The longest time of one request, from connecting to the end of the answer.
        headers: Headers of every request.
        proxy_url: A proxy; empty for that of the environment.
        tls: How servers are verified; ``None`` for the usual way.
        server_name: The name that the certificate must have, where that is not the host's.
        follow_redirects: Whether 307 and 308 are followed; every hop is checked like the first address.
        allow_private: Whether private and loopback addresses may be posted to.
    """

    timeout_s: float = 10
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy_url: str = field(default="", repr=False)
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
    """Post bodies to one kind of service, one at a time; connections are kept.

    Args:
        clock: The time; a ``Retry-After`` may be a date.
        options: How requests are made.
    """

    def __init__(self, *, clock: Clock, options: HttpOptions | None = None) -> None:
        self._clock = clock
        self._options = options or HttpOptions()
        self._pools: dict[str, httpcore.ConnectionPool] = {}
        self._deadline = self._limit()

    def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Mapping[str, str],
        shown: str = "",
        explain: Callable[[bytes], str] | None = None,
    ) -> Answer:
        """Post ``body`` and return a successful answer.

        Args:
            url: Where to.
            body: What.
            headers: Headers besides those of the options.
            shown: What errors call the place; by default the address without path and query.
            explain: Returns what the body of a refusal says, without secrets.

        Raises:
            NotifyError: The answer was no success, or there was none. Answers of 5xx and 429, and no answer
                at all, may be retried (S9.11).
        """
        self._deadline = self._limit()
        target = target_of(url)
        merged = _merged(self._options.headers, headers)
        answer = self._ask(url, target, body=body, headers=merged)
        for _ in range(_MOST_REDIRECTS):
            if answer.status not in _REDIRECTS or not (self._options.follow_redirects and answer.location):
                break
            url = urljoin(url, answer.location)
            there = target_of(url, f"redirect of {target.shown()}")
            if there.origin() != target.origin():
                _check_downgrade(target, there)
                merged = _without_own(headers)
            target = there
            answer = self._ask(url, target, body=body, headers=merged)
        self._check(answer, shown or target.shown(), explain)
        return answer

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()

    def after_fork(self) -> None:
        """Leave the connections to the parent process."""
        self._pools = {}

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

    def _limit(self) -> Deadline:
        return Deadline(self._options.timeout_s)

    def _ask(self, url: str, target: Target, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Ask without a client around it: that one logs whole URLs."""
        import httpcore
        import httpx

        from otel_monitoring.notify.transport.connect import why

        try:
            request = _request(httpx.URL(url), target, body=body, headers=headers)
            request.extensions["sni_hostname"] = self._options.server_name or target.host
            return _read(self._pool(target).handle_request(request))
        except (httpx.InvalidURL, httpcore.LocalProtocolError):
            msg = f"{target.shown()} cannot be posted to: its path or a header is not one of HTTP"
            raise NotifyError(msg) from None
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            msg = f"{target.shown()} gave no answer: {why(error)}"
            raise NotifyError(msg, retry_after_s=0) from None
        except httpcore.ProxyError:
            msg = f"{target.shown()} gave no answer: the proxy refused"
            raise NotifyError(msg, retry_after_s=0) from None

    def _pool(self, target: Target) -> httpcore.ConnectionPool:
        """Return the connections to a target, or to the proxy before it."""
        proxy_url = self._proxy(target)
        if proxy_url not in self._pools:
            self._pools[proxy_url] = self._made(proxy_url)
        if proxy_url:
            _check_literal(target, allow_private=self._options.allow_private)
        return self._pools[proxy_url]

    def _made(self, proxy_url: str) -> httpcore.ConnectionPool:
        import httpcore

        from otel_monitoring.notify.transport.wire import Backend, usual_tls

        tls = self._options.tls or usual_tls()
        backend = Backend(
            lambda: self._deadline, allow_private=self._options.allow_private, is_checked=not proxy_url
        )
        if not proxy_url:
            return httpcore.ConnectionPool(tls, keepalive_expiry=_KEPT_S, network_backend=backend)
        proxy = target_of(proxy_url, "proxy_url")
        host = f"[{proxy.host}]" if ":" in proxy.host else proxy.host
        return httpcore.HTTPProxy(
            f"{proxy.scheme}://{host}:{proxy.port}",
            proxy_auth=(unquote(proxy.user), unquote(proxy.password)) if proxy.user else None,
            ssl_context=tls,
            keepalive_expiry=_KEPT_S,
            network_backend=backend,
        )

    def _proxy(self, target: Target) -> str:
        from urllib.request import getproxies, proxy_bypass

        if self._options.proxy_url:
            return self._options.proxy_url
        return "" if proxy_bypass(target.host) else getproxies().get(target.scheme, "")

    def _check(self, answer: Answer, shown: str, explain: Callable[[bytes], str] | None) -> None:
        if answer.status in _SUCCESSES:
            return
        may_retry = answer.status == _TOO_MANY or answer.status in _SERVER_ERRORS
        reason = " ".join(explain(answer.body).split())[:_LONGEST_REASON] if explain else ""
        msg = f"{shown} answered {answer.status}{f': {reason}' if reason else ''}"
        raise NotifyError(msg, retry_after_s=self.wait_s(answer.retry_after) if may_retry else None)


def _merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """Return headers by name in lower case, later ones over earlier ones."""
    return {name.lower(): text for layer in layers for name, text in layer.items()}


def _without_own(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what another server than the one we were told about may see."""
    return {name: text for name, text in _merged(headers).items() if name not in _SECRETS}


def _check_downgrade(target: Target, there: Target) -> None:
    if target.scheme == "https" and there.scheme == "http":
        msg = f"{target.shown()} redirects to {there.shown()}, where all could be read on the way"
        raise NotifyError(msg)


def _check_literal(target: Target, *, allow_private: bool) -> None:
    """Refuse an address that is stated as one; names behind a proxy are the proxy's to resolve."""
    from otel_monitoring.notify.transport.address import allowed_addresses, is_address

    if is_address(target.host):
        allowed_addresses(target.host, target.port, allow_private=allow_private)


def _request(url: httpx.URL, target: Target, *, body: bytes, headers: Mapping[str, str]) -> httpcore.Request:
    import httpcore

    told = _merged(
        {"host": url.netloc.decode("ascii"), "user-agent": "otel-monitoring", "accept": "*/*"},
        {"accept-encoding": "identity"},
        target.authorization(),
        headers,
        {"content-length": str(len(body))},
    )
    told.pop("transfer-encoding", None)
    return httpcore.Request(
        "POST",
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=[(name.encode(), text.encode()) for name, text in told.items()],
        content=body,
        extensions={},
    )


def _read(answer: httpcore.Response) -> Answer:
    """Read the status and the beginning of the body; an end that never comes changes neither."""
    headers = {name.lower(): text.decode("latin-1") for name, text in answer.headers}
    try:
        return Answer(
            status=answer.status,
            retry_after=headers.get(b"retry-after", ""),
            location=headers.get(b"location", ""),
            body=_beginning(answer),
        )
    finally:
        answer.close()


def _beginning(answer: httpcore.Response) -> bytes:
    import httpcore

    body = bytearray()
    try:
        for part in answer.iter_stream():
            body += part
            if len(body) >= _LONGEST_BODY:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        pass
    return bytes(body[:_LONGEST_BODY])
