"""OTLP over HTTP and gRPC: bytes out, an answer or an :class:`ExportError` back, within a time limit.

Neither sender retries: that is the pipeline's business. Sockets are opened at the first request, so that
nothing is shared across a fork.

Source: OpenTelemetry specification, "OpenTelemetry Protocol": retryable codes, partial success,
``Retry-After`` and ``RetryInfo``.
"""

from __future__ import annotations

import gzip
import logging
import zlib
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from otel_monitoring.telemetry.http_pool import http_pool
from otel_monitoring.telemetry.otlp_answer import partial_success, retry_after_s, retry_info_s
from otel_monitoring.telemetry.pipeline import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from otel_monitoring.telemetry.endpoint import Endpoint, Signal

_log = logging.getLogger(__name__)

_MAX_ANSWER_BYTES = 65_536
_MAX_REASON_CHARS = 300
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
    }
)
_RETRYABLE_IF_SAID = "RESOURCE_EXHAUSTED"


class Sender(Protocol):
    """One connection to one endpoint."""

    def send(self, body: bytes, timeout_s: float) -> bytes:
        """Send an export request; return the export response; raise :class:`ExportError`."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class HttpSender:
    """OTLP/HTTP with binary protobuf, over one ``urllib3`` pool; proxies are those of the environment."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._headers = {"Content-Type": "application/x-protobuf", "User-Agent": _agent(), **endpoint.headers}
        if endpoint.compression:
            self._headers["Content-Encoding"] = endpoint.compression
        self._pool = http_pool(
            endpoint.url,
            certificate=_present(endpoint.certificate),
            client_key=_present(endpoint.client_key),
            client_certificate=_present(endpoint.client_certificate),
        )

    def send(self, body: bytes, timeout_s: float) -> bytes:
        """Send an export request; return the export response; raise :class:`ExportError`."""
        from urllib3.exceptions import HTTPError, NewConnectionError
        from urllib3.exceptions import TimeoutError as LateError

        try:
            response = self._pool.request(
                "POST",
                self._endpoint.url,
                body=_compressed(body, self._endpoint.compression),
                headers=self._headers,
                timeout=timeout_s,
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except (HTTPError, OSError, ValueError) as error:
            # The chain is cut: messages of the libraries hold the whole URL, or a header.
            if isinstance(error, LateError) and not isinstance(error, NewConnectionError):
                reason, detail = "timeout", f"did not answer within {timeout_s:.1f} s"
            else:
                reason, detail = "connect", f"cannot be reached ({_cause(error)})"
            may_succeed = not isinstance(error, ValueError)
            raise ExportError(reason, f"{self._endpoint.address} {detail}", retry=may_succeed) from None
        return self._answer(response, _body(response))

    def _answer(self, response: Any, body: bytes) -> bytes:
        status = response.status
        if status in _OK:
            return body
        reason = f"http_{status}"
        phrase = HTTPStatus(status).phrase if status in {one.value for one in HTTPStatus} else ""
        raise ExportError(
            reason,
            f"{self._endpoint.address} answered {status} {phrase}".rstrip(),
            retry=status in _RETRYABLE_HTTP,
            retry_after_s=retry_after_s(response.headers.get("Retry-After")),
        )

    def close(self) -> None:
        """Close the connection."""
        self._pool.clear()


class GrpcSender:
    """OTLP/gRPC; the request bytes go through as they are."""

    def __init__(self, endpoint: Endpoint) -> None:
        import grpc

        self._endpoint = endpoint
        parts = urlsplit(endpoint.url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = parts.port or (4317 if endpoint.insecure else 443)
        options = [("grpc.primary_user_agent", _agent())]
        compression = {"gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}.get(
            endpoint.compression
        )
        target = f"{host}:{port}"
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
            pause_s = retry_info_s(error)
            raise ExportError(
                reason,
                f"{self._endpoint.address} answered {code}",
                retry=code in _RETRYABLE_GRPC or (code == _RETRYABLE_IF_SAID and pause_s is not None),
                retry_after_s=pause_s,
            ) from None

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()


def sender(endpoint: Endpoint) -> Sender:
    """Return a sender for the protocol of ``endpoint``."""
    return GrpcSender(endpoint) if endpoint.protocol == "grpc" else HttpSender(endpoint)


class OtlpExporter:
    """Encode batches of one signal and send them to one endpoint.

    A batch may make several requests. Where one of them fails and the same batch is given again, what had
    arrived is not sent a second time.

    Args:
        endpoint: Where to.
        requests: Turns a batch into (request bytes, number of spans, records or points) pairs.
        redact_text: Applied to what the other side says about rejected items, before it is logged; without
            it the reason is not logged.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        requests: Callable[[Sequence[Any]], Iterable[tuple[bytes, int]]],
        redact_text: Callable[[str], str] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._requests = requests
        self._redact_text = redact_text
        self._sender: Sender | None = None
        self._unsent: _Unsent | None = None
        self._last_reason = ""

    def prepare(self) -> None:
        """Import what an export needs; contacts nobody."""
        if self._endpoint.protocol == "grpc":
            import grpc  # noqa: F401
        else:
            import urllib3  # noqa: F401

    def export(self, batch: Sequence[Any], timeout_s: float) -> int:
        """Send ``batch``; return how many items the other side rejected; raise :class:`ExportError`."""
        if self._sender is None:
            self._sender = sender(self._endpoint)
        unsent = self._unsent
        if unsent is None or unsent.batch is not batch:
            unsent = _Unsent(batch, iter(self._requests(batch)))
        self._unsent = None
        while (request := unsent.next()) is not None:
            body, count = request
            try:
                answer = self._sender.send(body, min(timeout_s, self._endpoint.timeout_s))
            except ExportError as error:
                unsent.held = request
                self._unsent = unsent if error.retry else None
                raise
            unsent.rejected += self._rejected(answer, count) if answer else 0
        return unsent.rejected

    def close(self) -> None:
        """Close the connection; the next export opens another."""
        self._unsent = None
        if self._sender is not None:
            self._sender.close()
            self._sender = None

    def _rejected(self, answer: bytes, count: int) -> int:
        """Return how many of ``count`` items were not taken; a collection of metrics counts as one."""
        rejected, reason = partial_success(answer)
        rejected = max(0, min(rejected, count))
        if rejected:
            self._log_rejected(rejected, count, reason)
        return int(rejected == count > 0) if self._endpoint.signal == "metrics" else rejected

    def _log_rejected(self, rejected: int, count: int, reason: str) -> None:
        reason = self._redact_text(reason[:_MAX_REASON_CHARS]) if self._redact_text else ""
        if self._last_reason == (reason or "-"):
            return
        self._last_reason = reason or "-"
        _log.warning(
            "%s: %s rejected %d of %d%s; the like is only counted from now on",
            self._endpoint.signal,
            self._endpoint.address,
            rejected,
            count,
            f": {reason!r}" if reason else "",
        )


class _Unsent:
    """The requests of a batch that have not arrived yet."""

    def __init__(self, batch: Sequence[Any], requests: Iterator[tuple[bytes, int]]) -> None:
        self.batch = batch
        self.held: tuple[bytes, int] | None = None
        self.rejected = 0
        self._requests = requests

    def next(self) -> tuple[bytes, int] | None:
        held, self.held = self.held, None
        return held if held is not None else next(self._requests, None)


def _compressed(body: bytes, compression: str) -> bytes:
    if compression == "gzip":
        return gzip.compress(body, compresslevel=1)
    if compression == "deflate":
        return zlib.compress(body, 1)
    return body


def _body(response: Any) -> bytes:
    """Return what an answer says, as far as it is of use; read to its end, it leaves the connection open."""
    from urllib3.exceptions import HTTPError

    try:
        body = bytes(response.read(_MAX_ANSWER_BYTES, decode_content=True))
    except (HTTPError, OSError):
        response.close()
        return b""  # the request was taken or refused all the same
    if len(body) < _MAX_ANSWER_BYTES:
        response.release_conn()
    else:
        response.close()
    return body


def _agent() -> str:
    from otel_monitoring._version import __version__

    return f"otel-monitoring/{__version__}"


def _present(path: str | None) -> str | None:
    """Return ``path`` where it can be read; certificates that are mounted later are found by a later try."""
    _read(path)
    return path


def _read(path: str | None) -> bytes | None:
    if path is None:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        reason, detail = "certificate", f"{path} cannot be read ({type(error).__name__})"
        raise ExportError(reason, detail, retry=True) from None


def _cause(error: BaseException) -> str:
    """Return the type at the bottom of a chain of causes: ``ConnectionRefusedError`` says enough."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return type(error).__name__
