"""The demo beside a Collector: it prints the link of a trace that Jaeger really has."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.servers import eventually, jaeger_spans

if TYPE_CHECKING:
    from tests.integration.servers import Collector, Jaeger

ROOT = Path(__file__).parents[2]
OPERATIONS = {"POST /orders", "SELECT cart_lines items", "checkout", "POST /payments"}
LINK = re.compile(r"in Jaeger: (http://\S+)/trace/([0-9a-f]{32})$")


def linked_trace(collector: Collector, jaeger: Jaeger) -> tuple[str, str]:
    """Run the demo until it prints the link; return Jaeger's address and the trace id."""
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.otlp_http, "DEMO_JAEGER_URL": jaeger.query}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    with subprocess.Popen(
        [sys.executable, "-m", "tools.demo"],
        cwd=ROOT,
        env={**kept, **told, "DEMO_SECONDS": "90"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        lines = []
        for line in demo.stdout:
            lines.append(line)
            if found := LINK.search(line):
                demo.send_signal(signal.SIGINT)
                return found[1], found[2]
    pytest.fail("no link:\n" + "".join(lines))


@pytest.mark.timeout(180)
def test_the_linked_trace_crosses_both_services_under_one_request_id(
    collector: Collector, jaeger: Jaeger
) -> None:
    address, trace_id = linked_trace(collector, jaeger)

    def whole() -> list[dict[str, Any]]:
        spans = jaeger_spans(jaeger, trace_id)
        return spans if {span["operationName"] for span in spans} >= OPERATIONS else []

    spans = eventually(whole, what="the whole trace")

    assert address == jaeger.query
    assert len({tags(span)["otel_monitoring.request.id"] for span in spans}) == 1
    assert {name(span) for span in spans} == {"shop", "payments"}


def name(span: dict[str, Any]) -> str:
    return str(span["process"]["serviceName"])


def tags(span: dict[str, Any]) -> dict[str, Any]:
    return {tag["key"]: tag["value"] for tag in span["tags"]}
