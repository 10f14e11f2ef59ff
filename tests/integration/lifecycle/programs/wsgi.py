"""A WSGI application with telemetry by hand, as one sets it up today without an instrumentation of WSGI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry import metrics, trace

from otel_monitoring import setup_telemetry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

monitoring = setup_telemetry(service_name="wsgi")
_tracer = trace.get_tracer("wsgi")
_requests = metrics.get_meter("wsgi").create_counter("wsgi.requests")
_requests.add(1000)


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer every request."""
    with _tracer.start_as_current_span(environ["PATH_INFO"]) as span:
        _requests.add(1)
        trace_id = f"{span.get_span_context().trace_id:032x}"
        headers = [("Content-Length", "2"), ("traceresponse", f"00-{trace_id}-{'0' * 16}-01")]
        start_response("200 OK", headers)
        return [b"ok"]
