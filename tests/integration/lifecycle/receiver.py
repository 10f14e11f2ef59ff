"""An OTLP receiver over HTTP that remembers what arrived, or misbehaves as told."""

from __future__ import annotations

import contextlib
import gzip
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Behaviour = Literal["answer", "hang", "trickle", "fail"]

_INSTANCE = "service.instance.id"
_TRICKLE_S = 0.2


@dataclass(frozen=True, slots=True)
class Span:
    """A span as it arrived."""

    trace_id: str
    name: str
    instance: str
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Point:
    """The last value of a series: the count of a histogram, else the value."""

    value: float
    start_ns: int
    attributes: dict[str, Any]


@dataclass
class Received:
    """Everything that arrived, decoded.

    Attributes:
        spans: In the order of their arrival.
        points: The newest point by (instance, metric, attributes).
        logs: The bodies of log records.
        resources: The resource attributes by instance.
        requests: How many requests there were.
        largest_bytes: The size of the largest one, decompressed.
    """

    spans: list[Span] = field(default_factory=list)
    points: dict[tuple[str, str, str], Point] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: int = 0
    largest_bytes: int = 0

    def by_instance(self, metric: str) -> dict[str, float]:
        """Return the sum over the series of ``metric`` by instance."""
        totals: defaultdict[str, float] = defaultdict(float)
        for (instance, name, _), point in self.points.items():
            if name == metric:
                totals[instance] += point.value
        return dict(totals)

    def total(self, metric: str) -> float:
        """Return the sum over everything."""
        return sum(self.by_instance(metric).values())

    def of(self, metric: str) -> list[Point]:
        """Return the newest points of ``metric``."""
        return [point for (_, name, _), point in self.points.items() if name == metric]

    def trace_ids(self) -> set[str]:
        """Return the traces of all spans."""
        return {span.trace_id for span in self.spans}


class Receiver:
    """A running receiver.

    Attributes:
        url: For ``OTEL_EXPORTER_OTLP_ENDPOINT``.
        received: What arrived.
        contacted: Set by the first connection.
        failed: Set by the first request that was answered with an error.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self.received = Received()
        self.contacted = threading.Event()
        self.failed = threading.Event()
        self.released = threading.Event()
        self.behaviour = behaviour
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End, and let every handler go."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, path: str, body: bytes) -> None:
        """Decode one request."""
        with self._lock:
            self.received.requests += 1
            self.received.largest_bytes = max(self.received.largest_bytes, len(body))
            if path.endswith("/traces"):
                self._spans(ExportTraceServiceRequest.FromString(body))
            elif path.endswith("/metrics"):
                self._points(ExportMetricsServiceRequest.FromString(body))
            else:
                self._logs(ExportLogsServiceRequest.FromString(body))

    def _resource(self, resource: Any) -> str:
        attributes = _attributes(resource.attributes)
        instance = str(attributes[_INSTANCE])
        self.received.resources[instance] = attributes
        return instance

    def _spans(self, request: ExportTraceServiceRequest) -> None:
        for of_resource in request.resource_spans:
            instance = self._resource(of_resource.resource)
            for scope in of_resource.scope_spans:
                for span in scope.spans:
                    attributes = _attributes(span.attributes)
                    self.received.spans.append(Span(span.trace_id.hex(), span.name, instance, attributes))

    def _points(self, request: ExportMetricsServiceRequest) -> None:
        for of_resource in request.resource_metrics:
            instance = self._resource(of_resource.resource)
            for scope in of_resource.scope_metrics:
                for metric in scope.metrics:
                    for key, point in _points(metric):
                        self.received.points[(instance, metric.name, key)] = point

    def _logs(self, request: ExportLogsServiceRequest) -> None:
        for of_resource in request.resource_logs:
            self._resource(of_resource.resource)
            for scope in of_resource.scope_logs:
                self.received.logs += [record.body.string_value for record in scope.log_records]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        """Note the connection."""
        self.server.receiver.contacted.set()
        super().setup()

    def handle(self) -> None:
        """Serve one connection; a process that ends may leave it in the middle of anything."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_POST(self) -> None:
        """Behave as told."""
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if receiver.behaviour == "hang":
            receiver.released.wait()
            self.close_connection = True
            return
        if receiver.behaviour == "trickle":
            self._trickle()
            return
        if receiver.behaviour == "fail":
            self._answer(500)
            receiver.failed.set()
            return
        receiver.take(self.path, body)
        self._answer(200)

    def log_message(self, *_args: object) -> None:
        """Keep the test's output clean."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _trickle(self) -> None:
        """Send the head of an answer byte by byte, and never come to its end."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.server.receiver.released.wait(_TRICKLE_S):
                self.wfile.write(b".")
                self.wfile.flush()


def _points(metric: Any) -> Iterator[tuple[str, Point]]:
    kind = metric.WhichOneof("data")
    for point in getattr(metric, kind).data_points if kind else ():
        attributes = _attributes(point.attributes)
        value = point.count if kind == "histogram" else point.as_double or point.as_int
        yield repr(sorted(attributes.items())), Point(value, point.start_time_unix_nano, attributes)


def _attributes(pairs: Iterable[Any]) -> dict[str, Any]:
    return {
        pair.key: getattr(pair.value, kind) if (kind := pair.value.WhichOneof("value")) else None
        for pair in pairs
    }
