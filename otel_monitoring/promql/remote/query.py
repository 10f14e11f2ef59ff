"""``RemoteQuery``: PromQL answered by Prometheus, Mimir, VictoriaMetrics, Thanos or their like."""

from __future__ import annotations

import contextlib
import functools
import json
import random
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from otel_monitoring.errors import QueryError, QueryTimeoutError
from otel_monitoring.promql.remote.answer import result_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    import httpx

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.promql.query import Query
    from otel_monitoring.promql.result import Result

_RETRIED = frozenset({429, 502, 503, 504})
_NOT_ALLOWED = 405
_OK = 200
_WAIT_FIRST_S, _WAIT_MAX_S = 0.1, 2.0
_SHOWN_CHARS = 200
_MS = 1000


@dataclass(frozen=True, slots=True)
class RemoteOptions:
    """How a server is asked.

    Attributes:
        timeout_s: Seconds for one query, all its attempts together.
        attempts: How often a query is tried where trying again makes sense.
        max_bytes: The longest answer that is read.
        bearer_token: Sent as ``Authorization: Bearer``.
        headers: Sent along, such as ``X-Scope-OrgID`` for a tenant.
    """

    timeout_s: float = 10
    attempts: int = 3
    max_bytes: int = 64 << 20
    bearer_token: str = ""
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    retry_after_s: float | None


class RemoteQuery:
    """Ask a server with Prometheus's HTTP API: a :class:`Query`; thread-safe.

    Args:
        url: Its base URL, such as ``https://mimir.example/prometheus``; a user and a password in it are sent
            as basic authentication and never shown.
        options: How it is asked.
        clock: Measures the time that a query takes.
        shield: Entered for each query, so that our own requests are in nobody's telemetry.
        wait: Waits some seconds between two attempts.
    """

    def __init__(
        self,
        url: str,
        *,
        options: RemoteOptions | None = None,
        clock: Clock,
        shield: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.server, self._login = _without_login(url)
        self._options = options or RemoteOptions()
        self._clock = clock
        self._shield = shield
        self._wait = wait
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._counts = {"queries": 0, "queries_failed": 0, "retries": 0}

    def tuned(self, *, timeout_s: float | None = None, lookback_ms: int | None = None) -> Query:
        """Return the same with other limits for one query.

        Args:
            timeout_s: Seconds that a query may take; more than before is not granted.
            lookback_ms: How old the newest sample of a series may be.
        """
        extra = {} if lookback_ms is None else {"lookback_delta": _seconds(lookback_ms)}
        longest_s = self._options.timeout_s
        return functools.partial(
            self._query, extra=extra, timeout_s=min(longest_s if timeout_s is None else timeout_s, longest_s)
        )

    def __call__(
        self, expr: str, start_ms: int, end_ms: int | None = None, step_ms: int | None = None, /
    ) -> Result:
        """Ask at one time, or over a range.

        Raises:
            QueryError: The server did not answer, or said that something is wrong; the message names it.
            QueryTimeoutError: There was no answer in time.
        """
        return self._query(expr, start_ms, end_ms, step_ms, extra={}, timeout_s=self._options.timeout_s)

    def _query(
        self,
        expr: str,
        start_ms: int,
        end_ms: int | None = None,
        step_ms: int | None = None,
        /,
        *,
        extra: Mapping[str, str],
        timeout_s: float,
    ) -> Result:
        if end_ms is None or step_ms is None:
            path, form = "query", {"query": expr, "time": _seconds(start_ms)}
        else:
            path = "query_range"
            form = {
                "query": expr,
                "start": _seconds(start_ms),
                "end": _seconds(end_ms),
                "step": _seconds(step_ms),
            }
        self._count("queries")
        try:
            with self._shield():
                return self._ask(path, {**form, **extra}, timeout_s)
        except QueryError:
            self._count("queries_failed")
            raise

    def stats(self) -> dict[str, float]:
        """Return how many queries were asked, failed and were tried again."""
        with self._lock:
            return dict(self._counts)

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

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def _ask(self, path: str, form: Mapping[str, str], timeout_s: float) -> Result:
        deadline_s = self._clock.monotonic_s() + timeout_s
        form = {**form, "timeout": f"{timeout_s:g}s"}
        for attempt in range(1, self._options.attempts + 1):
            answer, reason = self._attempt(path, form, deadline_s)
            if answer is not None and (answer.status not in _RETRIED or _is_about_the_query(answer)):
                return self._read(answer)
            if answer is not None:
                reason = f"answered {answer.status}: {_shown(answer.body)}"
            pause_s = _pause_s(attempt, answer)
            is_last = attempt == self._options.attempts
            if is_last or self._clock.monotonic_s() + pause_s >= deadline_s:
                break
            self._count("retries")
            self._wait(pause_s)
        msg = f"{self.server} {reason}"
        raise QueryError(msg)

    def _attempt(self, path: str, form: Mapping[str, str], deadline_s: float) -> tuple[_Answer | None, str]:
        """Return the answer, or why there is none though there may be one the next time."""
        import httpx

        try:
            answer = self._send("POST", path, form, deadline_s)
            if answer.status == _NOT_ALLOWED:
                answer = self._send("GET", path, form, deadline_s)
        except httpx.TimeoutException:
            raise self._late() from None
        except httpx.TransportError as error:
            return None, f"cannot be reached: {error or type(error).__name__}"
        return answer, ""

    def _send(self, method: str, path: str, form: Mapping[str, str], deadline_s: float) -> _Answer:
        left_s = deadline_s - self._clock.monotonic_s()
        if left_s <= 0:
            raise self._late()
        where: dict[str, Any] = {"data": form} if method == "POST" else {"params": form}
        request = self._connected().build_request(
            method, f"{self.server}/api/v1/{path}", headers=self._headers(), timeout=left_s, **where
        )
        response = self._connected().send(request, stream=True, auth=self._login)
        body = bytearray()
        try:
            for part in response.iter_bytes():
                body += part
                if len(body) > self._options.max_bytes:
                    msg = f"{self.server} answered more than {self._options.max_bytes} bytes"
                    raise QueryError(msg)
                if self._clock.monotonic_s() > deadline_s:
                    raise self._late()
        finally:
            response.close()
        return _Answer(response.status_code, bytes(body), _retry_after_s(response.headers.get("retry-after")))

    def _connected(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                import httpx

                self._client = httpx.Client(follow_redirects=False)
            return self._client

    def _headers(self) -> dict[str, str]:
        token = self._options.bearer_token
        login = {"Authorization": f"Bearer {token}"} if token else {}
        return {"Accept": "application/json", **login, **(self._options.headers or {})}

    def _late(self) -> QueryTimeoutError:
        return QueryTimeoutError(f"{self.server} did not answer within {self._options.timeout_s:g} s")

    def _read(self, answer: _Answer) -> Result:
        try:
            body = json.loads(answer.body)
        except ValueError:
            msg = f"{self.server} answered {answer.status}, and no JSON: {_shown(answer.body)}"
            raise QueryError(msg) from None
        if answer.status != _OK or not isinstance(body, dict) or body.get("status") != "success":
            raise self._refused(answer, body)
        try:
            return result_of(body)
        except QueryError as error:
            msg = f"{self.server}: {error}"
            raise QueryError(msg) from error

    def _refused(self, answer: _Answer, body: Any) -> QueryError:
        if isinstance(body, dict) and "error" in body:
            if body.get("errorType") == "timeout":
                return QueryTimeoutError(f"{self.server}: {body['error']}")
            said = f"{body.get('errorType', 'error')}: {body['error']}"
        else:
            said = _shown(answer.body)
        return QueryError(f"{self.server} answered {answer.status}: {said}")


def _is_about_the_query(answer: _Answer) -> bool:
    """Tell whether an error is about the query rather than the server: asking again would not help."""
    return answer.body.startswith(b"{") and b'"errorType":"timeout"' in answer.body


def _pause_s(attempt: int, answer: _Answer | None) -> float:
    """Return how long to wait before the next attempt: what the server asks for, or longer each time."""
    if answer is not None and answer.retry_after_s is not None:
        return answer.retry_after_s
    longest_s: float = min(_WAIT_MAX_S, _WAIT_FIRST_S * 2 ** (attempt - 1))
    return longest_s * random.uniform(0.5, 1)  # noqa: S311 - spreads retries, guards nothing


def _retry_after_s(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() else None


def _seconds(time_ms: int) -> str:
    return f"{time_ms / _MS:.3f}"


def _shown(body: bytes) -> str:
    text = " ".join(body.decode(errors="replace").split())
    return text[:_SHOWN_CHARS] + ("…" if len(text) > _SHOWN_CHARS else "")


def _without_login(url: str) -> tuple[str, tuple[str, str] | None]:
    """Return a URL without user, password, query and a last slash, and the user and password.

    Raises:
        QueryError: It is no URL of HTTP.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        msg = "a server to query needs a URL such as http://prometheus:9090, got another scheme or no host"
        raise QueryError(msg)
    login = None
    if parts.username is not None:
        login = (unquote(parts.username), unquote(parts.password or ""))
    netloc = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", "")), login
