"""A careless service under full telemetry: no secret of the corpus arrives anywhere."""

from __future__ import annotations

import contextlib
import http.client
import json
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.integration.end_to_end.serving import Service, serving
from tests.integration.servers import eventually, recording_to, running_collector
from tests.secrets import EMAIL, JWT, PASSWORD, SECRETS
from tests.telemetry.receivers import Receiver, http_receiver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.integration.servers import Jaeger

_SHORT = 8
_MOST_TRACES = 90
LONG = [one for one in SECRETS if len(one.secret) >= _SHORT]
"""Shorter ones are in any text by chance."""

_REQUESTS: dict[str, Any] = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
}
_RULES = f"""
groups:
  - name: leaks
    rules:
      - alert: Leaked
        expr: leaks_total > 0
        annotations:
          summary: '{{{{ $labels.app_note }}}} {{{{ $labels.url_query }}}} {{{{ $labels.db_query_text }}}}'
          runbook_url: 'https://runbooks.example.org/?token={PASSWORD}'
"""


def leaked(text: str) -> list[str]:
    """Return the names of the secrets that are in ``text``."""
    return [one.name for one in LONG if one.secret in text or json.dumps(one.secret)[1:-1] in text]


@contextlib.contextmanager
def careless(
    folder: Path, *, endpoint: str, webhook: str, name: str, options: Sequence[str] = ("--no-access-log",)
) -> Iterator[Service]:
    """Run the careless service."""
    rules = folder / "rules.yml"
    rules.write_text(_RULES, encoding="utf-8")
    environ = {
        "OTEL_SERVICE_NAME": name,
        "OTEL_RESOURCE_ATTRIBUTES": f"db.password={PASSWORD},note=mail%20to%20ann.smith@example.org",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={PASSWORD}",
        "OTEL_TRACES_EXPORTER": "otlp,console",
        "OTEL_METRICS_EXPORTER": "otlp,console",
        "OTEL_LOGS_EXPORTER": "otlp,console",
        "OTEL_METRIC_EXPORT_INTERVAL": "500",
        "OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S": "0.5",
        "OTEL_METRICS_EXEMPLAR_FILTER": "always_on",
        "OTEL_MONITORING_SYSTEM__ENABLED": "false",
        "RULES": str(rules),
        "WEBHOOK": f"{webhook}/hook?token={PASSWORD}",
    }
    with serving("leaky", folder=folder, environ=environ, options=options) as service:
        yield service


def leak_everything(url: str) -> None:
    for path in (f"/nowhere/{EMAIL}", f"/nowhere/{JWT}"):
        _get(url, path)
    for number, one in enumerate(SECRETS):
        if one.where == "query":
            _get(url, f"/echo?{one.carrier}")
        elif one.where == "header":
            _get(url, "/echo", {one.key: one.carrier, "User-Agent": f"curl token={one.secret}"})
        elif one.where in {"text", "exception"}:
            _get(url, f"/fail/{number}")
    assert httpx.post(f"{url}/leak", timeout=60).json() == {"leaked": len(SECRETS)}


def _get(url: str, target: str, headers: dict[str, str] | None = None) -> None:
    """Ask with ``target`` as it is: a client library would put it in order first."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", target, headers=headers or {})
        connection.getresponse().read()


def exported(receiver: Receiver, path: str) -> str:
    """Return every request to ``path`` as its message is written, and as its bytes are."""
    bodies = [one.body for one in receiver.received if one.path == path]
    messages = [str(_REQUESTS[path].FromString(body)) for body in bodies]
    return "\n".join(messages) + b"\n".join(bodies).decode("utf-8", "replace")


class Everything:
    """What the careless service let out, as texts by place."""

    def __init__(self, receiver: Receiver, service: Service) -> None:
        self.exports: dict[str, str] = {}
        self.messages = "".join(
            one.body.decode() for one in receiver.received if one.path.startswith("/hook")
        )
        self.output = service.output
        self.series = httpx.get(f"{service.url}/health/series", timeout=60).text
        self.pages = self._pages(service)

    def _pages(self, service: Service) -> str:
        paths = ("alerts", "rules", "health", "health/live")
        return "".join(httpx.get(f"{service.url}/monitoring/{path}", timeout=60).text for path in paths)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    folder = tmp_path_factory.mktemp("leaks")
    with http_receiver() as receiver:
        with careless(folder, endpoint=receiver.url, webhook=receiver.url, name="leaky") as service:
            leak_everything(service.url)

            def told() -> bool:
                paths = {one.path.partition("?")[0] for one in receiver.received}
                return paths >= {*_REQUESTS, "/hook"}

            eventually(told, what="something of everything")
            found = Everything(receiver, service)
        # The service has ended and flushed: now all of its telemetry is there.
        found.exports = {path: exported(receiver, path) for path in _REQUESTS}
        yield found


@pytest.mark.parametrize("path", _REQUESTS)
def test_no_secret_is_exported(everything: Everything, path: str) -> None:
    assert len(everything.exports[path]) > 100_000
    assert leaked(everything.exports[path]) == []


def test_no_secret_is_printed_or_logged(everything: Everything) -> None:
    output = everything.output.read_text(encoding="utf-8")

    assert '"severity_number"' in output
    assert '"resource_metrics"' in output
    assert '"trace_id"' in output
    assert leaked(output) == []


def test_no_secret_is_in_the_store(everything: Everything) -> None:
    assert "leaks_total" in everything.series
    assert leaked(everything.series) == []


def test_no_secret_is_in_a_message(everything: Everything) -> None:
    assert "Leaked" in everything.messages
    assert leaked(everything.messages) == []


def test_no_secret_is_on_a_page(everything: Everything) -> None:
    assert leaked(everything.pages) == []


def test_no_secret_reaches_the_collector_or_jaeger(tmp_path: Path, jaeger: Jaeger) -> None:
    name = f"leaky-{secrets.token_hex(4)}"
    with running_collector(tmp_path, overrides=recording_to(tmp_path)) as collector:
        with careless(tmp_path, endpoint=collector.otlp_http, webhook="http://127.0.0.1:9", name=name) as it:
            leak_everything(it.url)
        eventually(lambda: _files(tmp_path).keys() >= {"traces", "metrics", "logs"}, what="three files")
        traces = eventually(lambda: _traces(jaeger, name), what="the traces in Jaeger")
        files = _files(tmp_path)

    assert {signal: leaked(text) for signal, text in files.items()} == {
        "traces": [],
        "metrics": [],
        "logs": [],
    }
    assert leaked(traces) == []


def test_no_secret_is_exported_with_the_access_log(tmp_path: Path) -> None:
    with http_receiver() as receiver:
        with careless(
            tmp_path, endpoint=receiver.url, webhook=receiver.url, name="leaky", options=()
        ) as service:
            for one in SECRETS:
                if one.where == "query":
                    _get(service.url, f"/echo?{one.carrier}")
        logs = exported(receiver, "/v1/logs")
        output = service.output.read_text(encoding="utf-8")

    assert logs.count("GET /echo") > 1
    assert leaked(output) == []
    assert leaked(logs) == []


def _files(folder: Path) -> dict[str, str]:
    found = {signal: folder / f"{signal}.jsonl" for signal in ("traces", "metrics", "logs")}
    texts = {signal: path.read_text(encoding="utf-8") for signal, path in found.items() if path.exists()}
    return {signal: text for signal, text in texts.items() if text}


def _traces(jaeger: Jaeger, service: str) -> str:
    answer: Any = httpx.get(
        f"{jaeger.query}/api/traces", params={"service": service, "limit": 1000, "lookback": "1h"}, timeout=60
    )
    return answer.text if len(answer.json().get("data") or []) > _MOST_TRACES else ""
