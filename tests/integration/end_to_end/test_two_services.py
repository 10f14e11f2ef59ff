"""One request through two services is one trace in Jaeger, and its log record bears the same id."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.integration.end_to_end.serving import serving
from tests.integration.servers import Collector, Jaeger, eventually, jaeger_spans, json_lines

if TYPE_CHECKING:
    from pathlib import Path

REQUEST_ID = "otel_monitoring.request.id"
TRANSPORTS = ["http/protobuf", "grpc"]


def exporting_to(collector: Collector, *, protocol: str, service: str) -> dict[str, str]:
    """Return the environment of a service that exports at once to ``collector``, compressed."""
    endpoint = collector.otlp_grpc if protocol == "grpc" else collector.otlp_http
    return {
        "OTEL_SERVICE_NAME": service,
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_BLRP_SCHEDULE_DELAY": "100",
        "OTEL_MONITORING_SYSTEM__ENABLED": "false",
    }


def log_records(path: Path, trace_id: str) -> list[dict[str, Any]]:
    """Return the log records of a trace, each with its service under ``service``."""
    found: list[dict[str, Any]] = []
    for document in json_lines(path):
        for resource in document["resourceLogs"]:
            attributes = {one["key"]: one["value"] for one in resource["resource"]["attributes"]}
            service = attributes["service.name"]["stringValue"]
            records = [record for scope in resource["scopeLogs"] for record in scope["logRecords"]]
            found += [{**one, "service": service} for one in records if one.get("traceId") == trace_id]
    return found


def looked_up(records: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the line that the front service writes."""
    return next((one for one in records if one["body"] == {"stringValue": "order 6 is looked up"}), None)


def raised(records: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the first log record of an exception."""
    return next(
        (one for one in records if "exception.type" in {each["key"] for each in one["attributes"]}), None
    )


def tags(span: dict[str, Any]) -> dict[str, Any]:
    return {tag["key"]: tag["value"] for tag in span["tags"]}


def trace_id_of(answer: httpx.Response) -> str:
    """Return the trace id that the ``traceresponse`` header tells."""
    return answer.headers["traceresponse"].split("-")[1]


@pytest.mark.parametrize("protocol", TRANSPORTS)
def test_a_request_through_two_services_is_one_trace_in_jaeger(
    collector: Collector, jaeger: Jaeger, protocol: str, tmp_path: Path
) -> None:
    front, back = (f"{name}-{secrets.token_hex(4)}" for name in ("front", "back"))
    environ = exporting_to(collector, protocol=protocol, service=back)
    with serving("back", folder=tmp_path, environ=environ) as behind:
        environ = {
            **exporting_to(collector, protocol=protocol, service=front),
            "BACK_URL": behind.url,
        }
        with serving("front", folder=tmp_path, environ=environ) as served:
            answer = httpx.get(f"{served.url}/orders/6", headers={"X-Request-ID": f"id-of-{front}"})
            trace_id = trace_id_of(answer)

            def whole() -> list[dict[str, Any]] | None:
                found = jaeger_spans(jaeger, trace_id)
                return found if len(found) >= 3 else None

            spans = eventually(whole, what="the trace of three spans")
            record = eventually(lambda: looked_up(log_records(collector.log_file, trace_id)), what="the line")
            records = log_records(collector.log_file, trace_id)

    assert answer.json() == {"stock": {"left": 42, "request_id": f"id-of-{front}"}}
    assert answer.headers["x-request-id"] == f"id-of-{front}"
    assert len(spans) == 3
    by_name = {(span["process"]["serviceName"], tags(span)["span.kind"]): span for span in spans}
    received, asked, answered = (
        by_name[key] for key in [(front, "server"), (front, "client"), (back, "server")]
    )
    assert received["references"] == []
    assert [one["spanID"] for one in asked["references"]] == [received["spanID"]]
    assert [one["spanID"] for one in answered["references"]] == [asked["spanID"]]
    assert {tags(span).get(REQUEST_ID) for span in spans} == {f"id-of-{front}"}
    assert (received["operationName"], answered["operationName"]) == (
        "GET /orders/{number}",
        "GET /stock/{number}",
    )

    assert [one for one in records if looked_up([one])] == [record]
    assert (record["service"], record["spanId"]) == (front, received["spanID"])
    assert record["severityText"] == "WARN"
    attributes = {one["key"]: one["value"] for one in record["attributes"]}
    assert attributes[REQUEST_ID] == {"stringValue": f"id-of-{front}"}


@pytest.mark.parametrize("protocol", TRANSPORTS)
def test_an_unhandled_error_is_a_log_record_with_the_id_of_its_trace(
    collector: Collector, jaeger: Jaeger, protocol: str, tmp_path: Path
) -> None:
    front = f"front-{secrets.token_hex(4)}"
    environ = exporting_to(collector, protocol=protocol, service=front)
    with serving("front", folder=tmp_path, environ=environ) as served:
        answer = httpx.get(f"{served.url}/broken")
        trace_id = trace_id_of(answer)
        record = eventually(lambda: raised(log_records(collector.log_file, trace_id)), what="the log record")
        spans = eventually(lambda: jaeger_spans(jaeger, trace_id), what="the trace")
        records = log_records(collector.log_file, trace_id)

    assert answer.status_code == 500
    assert {record["service"] for record in records} == {front}
    assert [one for one in records if raised([one])] == [record]
    assert record["spanId"] == spans[0]["spanID"]
    attributes = {one["key"]: one["value"].get("stringValue") for one in record["attributes"]}
    assert attributes["exception.type"] == "RuntimeError"
    assert attributes["exception.message"] == "the till is jammed"
    assert "in broken" in str(attributes["exception.stacktrace"])
    assert tags(spans[0])["error"] is True
