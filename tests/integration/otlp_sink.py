"""A receiver for tests: OTLP over HTTP in a thread, which keeps what it is sent and judges nothing.

It speaks binary protobuf alone. What comes to any other path is answered with 200 and counted, so that it
can stand for a vendor's server as well.
"""

from __future__ import annotations

import gzip
import threading
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

_REQUESTS: dict[str, Any] = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
}
_SERVER, _DELTA = 2, 1


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """One span as it arrived.

    Attributes:
        name: Its name.
        scope: Who recorded it.
        is_server: Whether it is of the kind ``SERVER``.
        trace_id: 32 hexadecimal digits.
        span_id: 16 hexadecimal digits.
        attributes: Its attributes, lists as they are in protobuf.
    """

    name: str
    scope: str
    is_server: bool
    trace_id: str
    span_id: str
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReceivedLog:
    """One log record as it arrived; ``body`` is its text."""

    body: str
    scope: str
    event_name: str
    trace_id: str
    attributes: dict[str, Any]


class OtlpSink:
    """Receive OTLP on a free port of the loopback: ``with OtlpSink() as sink:``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._received: list[tuple[str, str, Any]] = []
        self._others: Counter[str] = Counter()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                sink._keep(self.path, self.headers.get("User-Agent", ""), body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="otlp-sink", daemon=True)

    @property
    def url(self) -> str:
        """What ``OTEL_EXPORTER_OTLP_ENDPOINT`` has to be."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def port(self) -> int:
        """The port of the loopback."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        """Begin to receive."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Receive no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def senders(self, signal: str) -> set[str]:
        """Return the user agents that sent ``traces``, ``metrics`` or ``logs``."""
        with self._lock:
            return {agent for path, agent, _ in self._received if path == f"/v1/{signal}"}

    def others(self) -> dict[str, int]:
        """Return how many requests came to each path that is not OTLP."""
        with self._lock:
            return dict(self._others)

    def spans(self) -> list[ReceivedSpan]:
        """Return every span that arrived, as often as it arrived."""
        return [
            ReceivedSpan(
                name=span.name,
                scope=scope.scope.name,
                is_server=span.kind == _SERVER,
                trace_id=span.trace_id.hex(),
                span_id=span.span_id.hex(),
                attributes=_attributes(span.attributes),
            )
            for request in self._requests("/v1/traces")
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def logs(self) -> list[ReceivedLog]:
        """Return every log record that arrived, as often as it arrived."""
        return [
            ReceivedLog(
                body=record.body.string_value,
                scope=scope.scope.name,
                event_name=record.event_name,
                trace_id=record.trace_id.hex(),
                attributes=_attributes(record.attributes),
            )
            for request in self._requests("/v1/logs")
            for resource in request.resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]

    def histograms(self, name: str) -> dict[str, int]:
        """Return how many measurements the histograms called ``name`` count in all, by scope."""
        seen: dict[tuple[str, str], tuple[int, int]] = {}
        for scope, metric in self._metrics():
            if metric.name != name:
                continue
            data = getattr(metric, metric.WhichOneof("data"))
            for point in data.data_points:
                key = scope, str(sorted(_attributes(point.attributes).items()))
                at_ns, count = seen.get(key, (0, 0))
                if data.aggregation_temporality == _DELTA:
                    seen[key] = point.time_unix_nano, count + point.count
                else:
                    seen[key] = max((at_ns, count), (point.time_unix_nano, point.count))
        counts: Counter[str] = Counter()
        for (scope, _), (_, count) in seen.items():
            counts[scope] += count
        return dict(counts)

    def metric_names(self) -> set[str]:
        """Return the names of all metrics that arrived."""
        return {metric.name for _, metric in self._metrics()}

    def _metrics(self) -> Iterator[tuple[str, Any]]:
        for request in self._requests("/v1/metrics"):
            for resource in request.resource_metrics:
                for scope in resource.scope_metrics:
                    yield from ((scope.scope.name, metric) for metric in scope.metrics)

    def _requests(self, path: str) -> list[Any]:
        with self._lock:
            return [request for at, _, request in self._received if at == path]

    def _keep(self, path: str, agent: str, body: bytes) -> None:
        kind = _REQUESTS.get(path)
        with self._lock:
            if kind is None:
                self._others[path] += 1
            else:
                self._received.append((path, agent, kind.FromString(body)))


def _attributes(pairs: Iterable[Any]) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in pairs}
