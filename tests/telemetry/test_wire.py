"""Reading the wire format; what is written in it is tested with the encoders."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_monitoring.telemetry.otlp_answer import partial_success
from otel_monitoring.telemetry.wire import fields

RESPONSES = [
    (ExportTraceServiceResponse, "rejected_spans"),
    (ExportMetricsServiceResponse, "rejected_data_points"),
    (ExportLogsServiceResponse, "rejected_log_records"),
]


@given(st.sampled_from(RESPONSES), st.integers(-(2**63), 2**63 - 1), st.text(max_size=300))
def test_a_partial_success_of_any_signal_is_read_as_it_was_written(
    kind: tuple[Any, str], count: int, reason: str
) -> None:
    response = kind[0]()
    setattr(response.partial_success, kind[1], count)
    response.partial_success.error_message = reason

    found = partial_success(response.SerializeToString())

    assert found == (count, reason) or (count == 0 and found == (0, reason))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(message: bytes) -> None:
    try:
        found = fields(message)
    except ValueError:
        found = {}

    assert all(number > 0 for number in found)
    assert isinstance(partial_success(message)[0], int)


@pytest.mark.parametrize("message", [b"\x0a\x05ab", b"\xff" * 11, b"\x0b\x00", b"\x00\x01", b"\x09\x01"])
def test_what_does_not_fit_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"field|number"):
        fields(message)
