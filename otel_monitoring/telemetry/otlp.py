"""OTLP over HTTP and gRPC: bytes out, an answer or an :class:`ExportError` back, within a time limit.

Neither sender retries: that is the pipeline's business. Sockets are opened at the first request, so that
nothing is shared across a fork.

Source: OpenTelemetry specification, "OpenTelemetry Protocol": retryable codes, partial success,
``Retry-After``.
"""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from otel_monitoring.telemetry.pipeline import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from otel_monitoring.telemetry.endpoint import Endpoint, Signal

_RETRYABLE_HTTP = frozenset({429, 502, 503, 504})
_OK = range(200, 300)
_METHODS: dict[Signal, str] = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "metrics": "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}
_RETRYABLE_GRPC = frozenset(
    {
        "CANCELLED",
        "DEADLINE_EXCEEDED",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNAVAILABLE",
        "DATA_LOSS",
        "RESOURCE_EXHAUSTED",
    }
)


class Sender(Protocol):
    """One connection to one endpoint."""

    def send(self, body: bytes, timeout_s: float) -> bytes:
        """Send an export request; return the export response; raise :class:`ExportError`."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class HttpSender:
    """OTLP/HTTP with binary protobuf, over one ``requests`` session (proxies and certificates as usual)."""

    def __init__(self, endpoint: Endpoint) -> None:
        import requests

        self._endpoint = endpoint
        self._session = requests.Session()
        self._session.headers.update({"Content-Type": "application/x-protobuf", "User-Agent": _agent()})
        self._session.headers.update(endpoint.headers)
        if endpoint.compression:
            self._session.headers["Content-Encoding"] = endpoint.compression
        self._verify: bool | str = endpoint.certificate or True
        self._cert: Any = endpoint.client_certificate
        if endpoint.client_certificate and endpoint.client_key:
            self._cert = (endpoint.client_certificate, endpoint.client_key)

    def send(self, body: bytes, timeout_s: float) -> bytes:
        """Send an export request; return the export response; raise :class:`ExportError`."""
        import requests

        try:
            response = self._session.post(
                self._endpoint.url,
                data=_compressed(body, self._endpoint.compression),
                timeout=timeout_s,
                verify=self._verify,
                cert=self._cert,
                allow_redirects=False,
            )
        except requests.Timeout as error:
            detail = f"{self._endpoint.address} did not answer within {timeout_s:.1f} s"
            reason = "timeout"
            raise ExportError(reason, detail, retry=True) from error
        except (requests.RequestException, OSError) as error:
            detail = f"{self._endpoint.address} cannot be reached ({_cause(error)})"
            reason = "connect"
            raise ExportError(reason, detail, retry=True) from error
        status = response.status_code
        if status in _OK:
            return bytes(response.content)
        reason = f"http_{status}"
        raise ExportError(
            reason,
            f"{self._endpoint.address} answered {status} {response.reason}",
            retry=status in _RETRYABLE_HTTP,
            retry_after_s=_seconds(response.headers.get("Retry-After")),
        )

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


class GrpcSender:
    """OTLP/gRPC; the request bytes go through as they are."""

    def __init__(self, endpoint: Endpoint) -> None:
        import grpc

        self._endpoint = endpoint
        parts = urlsplit(endpoint.url)
        port = parts.port or (4317 if endpoint.insecure else 443)
        options = [("grpc.primary_user_agent", _agent())]
        compression = grpc.Compression.Gzip if endpoint.compression == "gzip" else None
        target = f"{parts.hostname}:{port}"
        if endpoint.insecure:
            self._channel = grpc.insecure_channel(target, options, compression)
        else:
            credentials = grpc.ssl_channel_credentials(
                _read(endpoint.certificate), _read(endpoint.client_key), _read(endpoint.client_certificate)
            )
            self._channel = grpc.secure_channel(target, credentials, options, compression)
        self._metadata = tuple((key.lower(), value) for key, value in endpoint.headers.items())
        self._call = self._channel.unary_unary(
            _METHODS[endpoint.signal], request_serializer=None, response_deserializer=None
        )

    def send(self, body: bytes, timeout_s: float) -> bytes:
        """Send an export request; return the export response; raise :class:`ExportError`."""
        import grpc

        try:
            return bytes(self._call(body, timeout=timeout_s, metadata=self._metadata))
        except grpc.RpcError as error:
            code = error.code().name
            reason = f"grpc_{code.lower()}"
            raise ExportError(
                reason,
                f"{self._endpoint.address} answered {code}",
                retry=code in _RETRYABLE_GRPC,
            ) from error

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()


def sender(endpoint: Endpoint) -> Sender:
    """Return a sender for the protocol of ``endpoint``."""
    return GrpcSender(endpoint) if endpoint.protocol == "grpc" else HttpSender(endpoint)


class OtlpExporter:
    """Encode batches of one signal and send them to one endpoint.

    Args:
        endpoint: Where to.
        requests: Turns a batch into (request bytes, number of items) pairs.
    """

    def __init__(
        self, endpoint: Endpoint, *, requests: Callable[[Sequence[Any]], Iterable[tuple[bytes, int]]]
    ) -> None:
        self._endpoint = endpoint
        self._requests = requests
        self._sender: Sender | None = None

    def prepare(self) -> None:
        """Import what an export needs; contacts nobody."""
        if self._endpoint.protocol == "grpc":
            import grpc  # noqa: F401
        else:
            import requests  # noqa: F401
        _rejected(self._endpoint.signal, b"")

    def export(self, batch: Sequence[Any], timeout_s: float) -> int:
        """Send ``batch``; return how many items the other side rejected; raise :class:`ExportError`."""
        if self._sender is None:
            self._sender = sender(self._endpoint)
        rejected = 0
        for body, _count in self._requests(batch):
            answer = self._sender.send(body, min(timeout_s, self._endpoint.timeout_s))
            if answer:
                rejected += _rejected(self._endpoint.signal, answer)
        return rejected

    def close(self) -> None:
        """Close the connection; the next export opens another."""
        if self._sender is not None:
            self._sender.close()
            self._sender = None


def _rejected(signal: Signal, answer: bytes) -> int:
    """Return how many items a partial success names as rejected."""
    if signal == "traces":
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

        return int(ExportTraceServiceResponse.FromString(answer).partial_success.rejected_spans)
    if signal == "metrics":
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse

        return int(ExportMetricsServiceResponse.FromString(answer).partial_success.rejected_data_points)
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

    return int(ExportLogsServiceResponse.FromString(answer).partial_success.rejected_log_records)


def _compressed(body: bytes, compression: str) -> bytes:
    if compression == "gzip":
        return gzip.compress(body, compresslevel=1)
    if compression == "deflate":
        return zlib.compress(body, 1)
    return body


def _agent() -> str:
    from otel_monitoring._version import __version__

    return f"otel-monitoring/{__version__}"


def _read(path: str | None) -> bytes | None:
    if path is None:
        return None
    with open(path, "rb") as file:  # noqa: PTH123 - one line
        return file.read()


def _cause(error: BaseException) -> str:
    """Return the type at the bottom of a chain of causes: ``ConnectionRefusedError`` says enough."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return type(error).__name__


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text)) if text else None
    except ValueError:
        return None
