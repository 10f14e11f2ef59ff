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

from otel_monitoring.errors import QueryError, QueryTimeoutError
from otel_monitoring.promql.remote.answer import result_of
from otel_monitoring.promql.remote.transport import LateError, Transport, UnreachableError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.promql.query import Query
    from otel_monitoring.promql.remote.transport import Answer
    from otel_monitoring.promql.result import Result

_RETRIED = frozenset({429, 502, 503, 504})
_OK = 200
_WAIT_FIRST_S, _WAIT_MAX_S = 0.1, 2.0
_SHOWN_BYTES = 2000
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
        ca_file: Certificates of the authorities that the server's is checked against; empty for the usual.
        verify: Whether the server's certificate is checked.
    """

    timeout_s: float = 10
    attempts: int = 3
    max_bytes: int = 64 << 20
    bearer_token: str = ""
    headers: Mapping[str, str] | None = None
    ca_file: str = ""
    verify: bool = True


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
        self._options = options or RemoteOptions()
        self._transport = Transport(
            url,
            headers=_headers(self._options),
            max_bytes=self._options.max_bytes,
            ca_file=self._options.ca_file,
            verify=self._options.verify,
            clock=clock,
        )
        self.server = self._transport.server
        self._clock = clock
        self._shield = shield
        self._wait = wait
        self._lock = threading.Lock()
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
        self._transport.after_fork()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def _ask(self, path: str, form: Mapping[str, str], timeout_s: float) -> Result:
        deadline_s = self._clock.monotonic_s() + timeout_s
        form = {**form, "timeout": f"{timeout_s:.3f}"}
        for attempt in range(1, self._options.attempts + 1):
            retry_after_s = None
            try:
                answer = self._transport.ask(f"api/v1/{path}", form, deadline_s=deadline_s)
                if answer.status not in _RETRIED or _is_about_the_query(answer):
                    return self._read(answer)
                reason = f"answered {answer.status}: {_said(answer.body)}"
                retry_after_s = answer.retry_after_s
            except UnreachableError as error:
                reason = str(error)
            except LateError:
                msg = f"{self.server} did not answer within {timeout_s:g} s"
                raise QueryTimeoutError(msg) from None
            pause_s = _backoff_s(attempt) if retry_after_s is None else retry_after_s
            is_last = attempt == self._options.attempts
            if is_last or self._clock.monotonic_s() + pause_s >= deadline_s:
                break
            self._count("retries")
            self._wait(pause_s)
        msg = f"{self.server} {reason}"
        raise QueryError(msg)

    def _read(self, answer: Answer) -> Result:
        try:
            body = json.loads(answer.body)
        except (ValueError, RecursionError):
            msg = f"{self.server} answered {answer.status}, and no JSON: {_said(answer.body)}"
            raise QueryError(msg) from None
        if answer.status != _OK or not isinstance(body, dict) or body.get("status") != "success":
            raise self._refused(answer, body)
        try:
            return result_of(body)
        except QueryError as error:
            msg = f"{self.server}: {error}"
            raise QueryError(msg) from error

    def _refused(self, answer: Answer, body: Any) -> QueryError:
        if isinstance(body, dict) and "error" in body:
            error = shown(str(body["error"]))
            if body.get("errorType") == "timeout":
                return QueryTimeoutError(f"{self.server}: {error}")
            said = f"{shown(str(body.get('errorType', 'error')))}: {error}"
        else:
            said = _said(answer.body)
        return QueryError(f"{self.server} answered {answer.status}: {said}")


def _headers(options: RemoteOptions) -> dict[str, str]:
    login = {"Authorization": f"Bearer {options.bearer_token}"} if options.bearer_token else {}
    return {"Accept": "application/json", **login, **(options.headers or {})}


def _is_about_the_query(answer: Answer) -> bool:
    """Tell whether an error is about the query rather than the server: asking again would not help."""
    return answer.body.startswith(b"{") and b'"errorType":"timeout"' in answer.body


def _backoff_s(attempt: int) -> float:
    """Return how long to wait before the next attempt: longer each time."""
    longest_s: float = min(_WAIT_MAX_S, _WAIT_FIRST_S * 2 ** (attempt - 1))
    return longest_s * random.uniform(0.5, 1)  # noqa: S311 - spreads retries, guards nothing


def _seconds(time_ms: int) -> str:
    return f"{time_ms / _MS:.3f}"


def _said(body: bytes) -> str:
    return shown(body[:_SHOWN_BYTES].decode(errors="replace"))
