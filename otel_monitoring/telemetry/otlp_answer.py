"""What the other side of OTLP answers: rejected items, and the pause it asks for.

Source: OpenTelemetry specification, "OpenTelemetry Protocol": partial success and throttling; RFC 9110,
section 10.2.3; ``google/rpc/error_details.proto``.
"""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otel_monitoring.telemetry.endpoint import Signal


def partial_success(signal: Signal, answer: bytes) -> tuple[int, str]:
    """Return how many items an export response names as rejected, and why.

    An answer that is no such message (a proxy's page, JSON) says nothing about rejected items.
    """
    from google.protobuf.message import DecodeError

    response, field = _response(signal)
    try:
        found = response.FromString(answer).partial_success
    except DecodeError:
        return 0, ""
    return int(getattr(found, field)), str(found.error_message)


def _response(signal: Signal) -> tuple[Any, str]:
    if signal == "traces":
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

        return ExportTraceServiceResponse, "rejected_spans"
    if signal == "metrics":
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse

        return ExportMetricsServiceResponse, "rejected_data_points"
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

    return ExportLogsServiceResponse, "rejected_log_records"


def retry_after_s(text: str | None) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, given as a number or as a date."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def retry_info_s(error: Any) -> float | None:
    """Return the pause that a gRPC answer asks for in its ``RetryInfo``."""
    from google.protobuf.message import DecodeError
    from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]
    from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        try:
            for detail in Status.FromString(value).details:
                info = RetryInfo()
                if detail.Unpack(info):
                    return max(0.0, float(info.retry_delay.seconds + info.retry_delay.nanos / 1e9))
        except DecodeError:
            return None
    return None
