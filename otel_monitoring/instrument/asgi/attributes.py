"""The attributes of HTTP server spans and metrics, and the parent of a span, read from an ASGI scope.

What repeats from request to request (method and scheme, host, user agent) is decoded once and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry.context import Context
from opentelemetry.propagate import extract
from opentelemetry.trace import NonRecordingSpan, set_span_in_context

from otel_monitoring.context.headers import parse_traceparent
from otel_monitoring.context.proxies import TrustedProxies

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"))
"""Methods that are named; any other one is ``_OTHER``."""

CLIENT_DISCONNECTED = "client_disconnected"
"""The ``error.type`` of a request whose client went away."""

_EMPTY = Context()
_KEPT = 256
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_CONTEXT_HEADERS = frozenset((b"tracestate", b"baggage", b"b3", b"x-b3-traceid", b"uber-trace-id"))


@dataclass(slots=True)
class Found:
    """What a scope says of a request.

    Attributes:
        method: The method, or ``_OTHER``.
        scheme: ``http`` or ``https``.
        attributes: Attributes of the span at its start.
        request_id: The raw value of the first header that may carry a request id.
        other_ids: Whether another header that may carry one is there.
        traceparent: The raw ``traceparent`` header.
        has_more_context: Whether headers are there that only the propagators understand.
    """

    method: str
    scheme: str
    attributes: dict[str, Any]
    request_id: bytes | None = None
    other_ids: bool = False
    traceparent: bytes | None = None
    has_more_context: bool = False


class RequestAttributes:
    """Read the attributes of requests.

    Args:
        id_headers: Lower-case names of the headers that may carry a request id, the first one first.
        request_headers: Names of request headers to put on spans.
        trusted_proxies: Networks whose ``X-Forwarded-For`` is believed.
        w3c_only: Whether ``traceparent`` alone carries the parent of a trace; otherwise every request
            with a header goes through the propagators.
    """

    def __init__(
        self,
        *,
        id_headers: tuple[bytes, ...] = (b"x-request-id",),
        request_headers: Iterable[str] = (),
        trusted_proxies: Iterable[str] = (),
        w3c_only: bool = True,
    ) -> None:
        self._id_header = id_headers[0]
        self._other_ids = frozenset(id_headers[1:])
        self._captured = {name.lower().encode("latin-1"): name.lower() for name in request_headers}
        self._proxies = TrustedProxies(trusted_proxies)
        self._w3c_only = w3c_only
        self._hosts: dict[tuple[bytes, str], tuple[str, int | None]] = {}
        self._agents: dict[bytes, str] = {}

    def of(self, scope: MutableMapping[str, Any]) -> Found:
        """Return what ``scope`` says of the request."""
        method, scheme = scope["method"], scope.get("scheme", "http")
        attributes: dict[str, Any] = {
            "http.request.method": method,
            "url.scheme": scheme,
            "url.path": scope["path"],
            "network.protocol.version": scope.get("http_version", "1.1"),
        }
        found = Found(method, scheme, attributes)
        if method not in METHODS:
            attributes["http.request.method_original"] = method[:64]
            attributes["http.request.method"] = found.method = "_OTHER"
        query = scope.get("query_string")
        if query:
            attributes["url.query"] = query.decode("latin-1")
        forwarded = self._headers(scope, found)
        client = scope.get("client")
        if client:
            attributes["network.peer.address"] = client[0]
            attributes["client.address"] = (
                self._proxies.client(client[0], forwarded) if forwarded else client[0]
            )
        return found

    def end(
        self, scope: MutableMapping[str, Any], *, route: str | None, status: int, error_type: str
    ) -> tuple[dict[str, Any], dict[str, Any], str]:
        """Return the metric attributes, the attributes that the span still lacks, and the span's name."""
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        late: dict[str, Any] = {}
        if route:
            late["http.route"] = route
        if status:
            late["http.response.status_code"] = status
        if error_type:
            late["error.type"] = error_type
        measured = {
            "http.request.method": method,
            "url.scheme": scope.get("scheme", "http"),
            "network.protocol.version": scope.get("http_version", "1.1"),
            **late,
        }
        name = "HTTP" if method == "_OTHER" else method
        return measured, late, f"{name} {route}" if route else name

    def _headers(  # noqa: C901 - one pass over the headers of every request
        self, scope: MutableMapping[str, Any], found: Found
    ) -> bytes | None:
        attributes, forwarded = found.attributes, None
        for name, value in scope["headers"]:
            if name == b"host":
                host = self._hosts.get((value, found.scheme)) or self._host(value, found.scheme)
                attributes["server.address"] = host[0]
                if host[1] is not None:
                    attributes["server.port"] = host[1]
            elif name == b"user-agent":
                attributes["user_agent.original"] = self._agents.get(value) or self._agent(value)
            elif name == self._id_header:
                found.request_id = value
            elif name == b"traceparent":
                found.traceparent = value
                found.has_more_context |= not self._w3c_only
            elif name in _CONTEXT_HEADERS:
                found.has_more_context = True
            elif name == b"x-forwarded-for":
                forwarded = value if forwarded is None else forwarded + b"," + value
            elif name in self._other_ids:
                found.other_ids = True
            if name in self._captured:
                attributes[f"http.request.header.{self._captured[name]}"] = [value.decode("latin-1")]
        return forwarded

    def _host(self, raw: bytes, scheme: str) -> tuple[str, int | None]:
        text = raw.decode("latin-1")[:255]
        name, _, port = text.rpartition(":")
        if not name or not port.isdigit() or len(port) > len("65535"):
            name, port = text, ""
        host = (name.strip("[]"), int(port) if port else _PORTS.get(scheme))
        if len(self._hosts) >= _KEPT:  # clients choose this value
            self._hosts.clear()
        self._hosts[(raw, scheme)] = host
        return host

    def _agent(self, raw: bytes) -> str:
        if len(self._agents) >= _KEPT:  # clients choose this value
            self._agents.clear()
        text = self._agents[raw] = raw.decode("latin-1")[:1024]
        return text


def parent_context(found: Found, headers: Iterable[tuple[bytes, bytes]]) -> Context:
    """Return the context that the client sent: the usual header by itself, the rest by the propagators."""
    if found.has_more_context:
        return extract({name.decode("latin-1"): value.decode("latin-1") for name, value in headers}, _EMPTY)
    if found.traceparent is None:
        return _EMPTY
    remote = parse_traceparent(found.traceparent)
    if remote is None:
        return _EMPTY
    return set_span_in_context(NonRecordingSpan(remote), _EMPTY)
