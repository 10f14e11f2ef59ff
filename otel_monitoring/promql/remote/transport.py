"""One request to a server with the HTTP API of Prometheus, and what may go wrong with it."""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from otel_monitoring.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from otel_monitoring.model.clock import Clock

_NOT_ALLOWED = 405
_SHOWN_CHARS = 200
_NOT_A_URL = "a server to query needs a URL such as http://prometheus:9090, got {}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; ``retry_after_s`` is how long it asks to be left alone, if it does."""

    status: int
    body: bytes
    retry_after_s: float | None


class UnreachableError(Exception):
    """There was no answer, though there may be one the next time.

    Args:
        cause: What happened.
    """

    def __init__(self, cause: Exception) -> None:
        super().__init__(f"cannot be reached: {str(cause) or type(cause).__name__}")


class LateError(Exception):
    """There is no time left to wait for an answer."""


class Transport:
    """Send forms to a server; thread-safe.

    Args:
        url: Its base URL, with a user and a password or without.
        headers: Sent along with everything.
        max_bytes: The longest answer that is read.
        ca_file: Certificates of the authorities that the server's is checked against; empty for the usual.
        verify: Whether it is checked at all.
        clock: Tells how much time is left, and what time it is.

    Raises:
        QueryError: It is no URL of HTTP.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        max_bytes: int,
        ca_file: str,
        verify: bool,
        clock: Clock,
    ) -> None:
        self.server, self._login = _without_login(url)
        self._headers = headers
        self._max_bytes = max_bytes
        self._ca_file = ca_file
        self._verify = verify
        self._clock = clock
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def ask(self, path: str, form: Mapping[str, str], *, deadline_s: float) -> Answer:
        """Post a form, or send it by GET to a server that takes no other.

        Args:
            path: Below the base URL.
            form: The fields.
            deadline_s: When there is no time left, on the monotonic clock.

        Raises:
            UnreachableError: There was no answer.
            LateError: There was none in time.
            QueryError: It was too long, or the request cannot be sent.
        """
        import httpx

        try:
            answer = self._send("POST", path, form, deadline_s)
            if answer.status == _NOT_ALLOWED:
                answer = self._send("GET", path, form, deadline_s)
        except httpx.TimeoutException:
            raise LateError from None
        except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError):
            # Their messages show headers, the token among them.
            msg = f"{self.server} cannot be asked: its URL, or a header that is set for it, is not valid"
            raise QueryError(msg) from None
        except httpx.RequestError as error:
            raise UnreachableError(error) from None
        return answer

    def after_fork(self) -> None:
        """Forget the parent's connections in a child process."""
        self._lock = threading.Lock()
        self._client = None

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _send(self, method: str, path: str, form: Mapping[str, str], deadline_s: float) -> Answer:
        left_s = deadline_s - self._clock.monotonic_s()
        if left_s <= 0:
            raise LateError
        where: dict[str, Any] = {"data": form} if method == "POST" else {"params": form}
        client = self._connected()
        request = client.build_request(
            method, f"{self.server}/{path}", headers=dict(self._headers), timeout=left_s, **where
        )
        response = client.send(request, stream=True, auth=self._login)
        try:
            body = self._body(response, deadline_s)
        finally:
            response.close()
        return Answer(response.status_code, body, self._retry_after_s(response.headers.get("retry-after")))

    def _body(self, response: httpx.Response, deadline_s: float) -> bytes:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > self._max_bytes:
                msg = f"{self.server} answered more than {self._max_bytes} bytes"
                raise QueryError(msg)
            if self._clock.monotonic_s() > deadline_s:
                raise LateError
        return bytes(body)

    def _connected(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                import httpx

                self._client = httpx.Client(follow_redirects=False, verify=self._trust())
            return self._client

    def _trust(self) -> ssl.SSLContext | bool:
        if not self._ca_file or not self._verify:
            return self._verify
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except OSError as error:
            is_read = isinstance(error, ssl.SSLError)
            reason = "it holds no certificate in PEM" if is_read else error.strerror
            msg = f"{self.server} cannot be asked: {self._ca_file}: {reason}"
            raise QueryError(msg) from None

    def _retry_after_s(self, text: str | None) -> float | None:
        """Return the seconds that a header ``Retry-After`` names, as a number or as a date."""
        if text is None:
            return None
        if text.isdecimal():
            return float(text)
        try:
            time = parsedate_to_datetime(text)
        except ValueError:
            return None
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        return max(0.0, time.timestamp() - self._clock.now_ms() / 1000)


def shown(text: str) -> str:
    """Return what a server said as it may stand in a message: on one line, short, and all of it visible."""
    plain = "".join(one if one.isprintable() else "\ufffd" for one in " ".join(text.split()))
    return plain[:_SHOWN_CHARS] + ("…" if len(plain) > _SHOWN_CHARS else "")


def _without_login(url: str) -> tuple[str, tuple[str, str] | None]:
    """Return a URL without user, password, query and a last slash, and the user and password."""
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise QueryError(_NOT_A_URL.format("a host or a port that is none")) from None
    if not is_url:
        raise QueryError(_NOT_A_URL.format("another scheme or no host"))
    login = None
    if parts.username is not None:
        login = (unquote(parts.username), unquote(parts.password or ""))
    netloc = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", "")), login
