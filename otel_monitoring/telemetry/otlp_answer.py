"""What the other side of OTLP answers: rejected items, and the pause it asks for.

Source: OpenTelemetry specification, "OpenTelemetry Protocol": partial success and throttling; RFC 9110,
section 10.2.3; ``google/rpc/error_details.proto``.
"""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

from otel_monitoring.telemetry.wire import fields

_SIGN_BIT = 1 << 63


def partial_success(answer: bytes) -> tuple[int, str]:
    """Return how many items an export response names as rejected, and why.

    The responses of all signals have the same shape: field 1 holds the count in field 1 and the reason in
    field 2. An answer that is no such message (a proxy's page, JSON) says nothing about rejected items.
    """
    try:
        inner = fields(_bytes(fields(answer).get(1)))
        count, reason = inner.get(1), _bytes(inner.get(2)).decode()
    except ValueError:
        return 0, ""
    if not isinstance(count, int):
        return 0, reason
    return (count if count < _SIGN_BIT else count - 2 * _SIGN_BIT), reason


def _bytes(value: int | bytes | None) -> bytes:
    return value if isinstance(value, bytes) else b""


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
