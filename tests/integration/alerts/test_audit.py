"""What somebody does over the API arrives at a real Collector as an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from tests.integration.end_to_end.serving import serving
from tests.integration.servers import eventually, json_lines, running_collector

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "for-the-pages"


def test_a_silence_arrives_as_an_audit_event(tmp_path: Path) -> None:
    given = {"matchers": ["job=shop"], "for": "1h", "createdBy": "kim", "comment": "upgrade"}
    with running_collector(tmp_path) as collector:
        environ = {
            "OTEL_SERVICE_NAME": "stock",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.otlp_http,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_MONITORING_API__TOKEN": TOKEN,
        }
        with serving("back", folder=tmp_path, environ=environ) as service:
            answer = httpx.post(
                f"{service.url}/monitoring/silences",
                json=given,
                headers={"authorization": f"Bearer {TOKEN}"},
                timeout=20,
            )
            assert answer.status_code == 201
        event = eventually(lambda: _audited(collector.log_file), what="the audit event")

    attributes = {one["key"]: one["value"]["stringValue"] for one in event["attributes"]}
    assert attributes["otel_monitoring.audit.action"] == "silence.created"
    assert attributes["otel_monitoring.audit.target"] == answer.json()["id"]
    assert attributes["otel_monitoring.audit.actor"] == "kim (token)"
    assert event["body"]["stringValue"].startswith("kim (token): silence.created ")


def _audited(log_file: Path) -> dict[str, Any] | None:
    records = [
        record
        for document in json_lines(log_file)
        for resource in document["resourceLogs"]
        for scope in resource["scopeLogs"]
        for record in scope["logRecords"]
    ]
    return next((one for one in records if one.get("eventName") == "otel_monitoring.audit"), None)
