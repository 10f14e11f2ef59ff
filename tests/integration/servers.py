"""The real servers that integration tests talk to, as typed addresses.

``make services`` writes an index of what runs where; without it the one of ``make stack`` serves.
A test whose server is absent is skipped with the reason, unless ``REQUIRE_SERVICES`` (names,
comma-separated) holds the name: then it fails, so that CI cannot skip silently.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest

from tools.services import servers as catalogue
from tools.services.places import CONFIGURATION, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")

INDEX_FOLDER = REPOSITORY / ".services"
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0
POLL_S = 0.1
_TRIES = 10
"""How often a server is asked for its health; one that is busy may miss the first time."""


@dataclass(frozen=True, slots=True)
class Collector:
    """An OpenTelemetry Collector that runs ``collector-config/collector.yaml``.

    Attributes:
        otlp_grpc: OTLP over gRPC, as ``http://host:port`` (no TLS).
        otlp_http: Base URL of OTLP over HTTP, without ``/v1/traces``.
        prometheus: URL of the Prometheus exporter: what applications sent.
        telemetry: URL of the Collector's own metrics.
        health: URL that answers 200 when it is ready.
        log_file: Where log records go, one JSON document of OTLP per line.
    """

    otlp_grpc: str
    otlp_http: str
    prometheus: str
    telemetry: str
    health: str
    log_file: Path


@dataclass(frozen=True, slots=True)
class Jaeger:
    """Jaeger 2: ``query`` is the base URL of its query API, ``otlp_grpc`` where spans go in."""

    otlp_grpc: str
    query: str
    health: str


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Prometheus that scrapes the shared Collector every 5 s; ``url`` is its base URL."""

    url: str
    health: str
    version: str


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """Alertmanager; ``url`` is its base URL, the API is under ``/api/v2``."""

    url: str
    health: str


@dataclass(frozen=True, slots=True)
class Postgres:
    """PostgreSQL; ``url`` names a superuser and a database that always exists."""

    url: str


@dataclass(frozen=True, slots=True)
class Redis:
    """Redis; ``url`` holds the password and database 0."""

    url: str


@dataclass(frozen=True, slots=True)
class FerretDb:
    """FerretDB, a server of MongoDB's protocol; ``url`` needs no password."""

    url: str


def index() -> dict[str, Any]:
    """Return what ``make services``, or else ``make stack``, says about itself."""
    for name in ("services", "stack"):
        path = INDEX_FOLDER / f"{name}.json"
        if path.exists():
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return found
    return {}


def addresses(name: str) -> dict[str, str]:
    """Return the addresses of one server; skip or fail the test where it is absent."""
    known = index()
    if name not in known.get("servers", {}):
        absent(name, _why_absent(known, name))
    found: dict[str, str] = known["servers"][name]["addresses"]
    return found


def program(name: str) -> Path:
    """Return a program that servers are started from, such as ``promtool``; skip or fail without it."""
    known = index()
    if name not in known.get("programs", {}):
        absent(name, _why_absent(known, name))
    return Path(known["programs"][name])


def absent(name: str, reason: str) -> NoReturn:
    """End the test: as failed where ``REQUIRE_SERVICES`` holds ``name``, else as skipped."""
    required = {word.strip() for word in os.environ.get("REQUIRE_SERVICES", "").split(",")}
    if name in required:
        pytest.fail(f"{name} is required: {reason}")
    pytest.skip(f"{name}: {reason}")


def answering(name: str, health: str) -> None:
    """Skip or fail the test where a server that once ran does not answer any more."""
    for _ in range(_TRIES):
        if catalogue.answers(health):
            return
        time.sleep(POLL_S)
    absent(name, f"nothing answers at {health}; run `make services`")


def listening(name: str, url: str) -> None:
    """Skip or fail the test where nothing takes connections at the host and port of ``url``."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20).close()
    except OSError:
        absent(name, f"nothing listens at port {parts.port}; run `make services`")


def eventually(look: Callable[[], T | None], *, timeout_s: float = 60.0, what: str = "it") -> T:
    """Return the first true thing that ``look`` returns; fail the test after ``timeout_s``.

    For what another process does in its own time; never for a duration that is under test.
    """
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        found = look()
        if found:
            return found
        time.sleep(POLL_S)
    pytest.fail(f"{what} did not appear within {timeout_s:.0f} s")


def jaeger_spans(jaeger: Jaeger, trace_id: str) -> list[dict[str, Any]]:
    """Return the spans of a trace (32 hexadecimal digits) as Jaeger's API gives them, maybe none.

    Each span bears its process (service name and resource tags) under the key ``process``.
    """
    answer = httpx.get(f"{jaeger.query}/api/traces/{trace_id}", timeout=30).json()
    return [
        {**span, "process": trace["processes"][span["processID"]]}
        for trace in answer.get("data") or []
        for span in trace["spans"]
    ]


def json_lines(path: Path) -> list[dict[str, Any]]:
    """Return the documents of a file exporter, none where the file is not there yet."""
    if not path.exists():
        return []
    whole, _, _ = path.read_text(encoding="utf-8").rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def metric_lines(url: str) -> list[str]:
    """Return the sample lines of a Prometheus endpoint, without comments."""
    text = httpx.get(url, timeout=30).text
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def missed_evaluations(url: str) -> float:
    """Return how many evaluations of rules a Prometheus says that it has left out, as if it stood still."""
    name = "prometheus_rule_group_iterations_missed_total"
    return sum(float(line.rpartition(" ")[2]) for line in metric_lines(f"{url}/metrics") if name in line)


def prometheus_query(prometheus: Prometheus, expression: str) -> list[dict[str, Any]]:
    """Return the result of an instant query."""
    answer = httpx.get(f"{prometheus.url}/api/v1/query", params={"query": expression}, timeout=30).json()
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def recording_to(folder: Path) -> dict[str, Any]:
    """Return overrides that keep every trace and also write traces and metrics to files in ``folder``.

    The files are ``traces.jsonl`` and ``metrics.jsonl``: OTLP as JSON, one document per line, as in
    ``Collector.log_file``.
    """
    files = {
        f"file/{signal}": {"path": str(folder / f"{signal}.jsonl"), "flush_interval": "100ms"}
        for signal in ("traces", "metrics")
    }
    return {
        "exporters": files,
        "service": {
            "pipelines": {
                "traces/received": {"exporters": ["forward", "span_metrics", "file/traces"]},
                "traces/kept": {"processors": []},
                "metrics": {"exporters": ["prometheus", "file/metrics"]},
            }
        },
    }


@contextlib.contextmanager
def running_collector(
    folder: Path,
    *,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    base: Path = CONFIGURATION / "collector.yaml",
) -> Iterator[Collector]:
    """Run a Collector of one's own on free ports, and end it afterwards.

    Args:
        folder: Where its log and its files go.
        overrides: Configuration merged over ``base``; maps are merged, lists replaced.
        environment: Variables of the configuration, such as ``COLLECTOR_TRACE_SHARE_PERCENT``
            (100 here unless told otherwise) or ``JAEGER_OTLP_ENDPOINT``.
        base: The configuration file.
    """
    binary = program("collector")
    ports = dict(zip(catalogue.STANDARD_PORTS["collector"], free_ports(5), strict=True))
    log_file = folder / "logs.jsonl"
    command = [str(binary), f"--config={base}"]
    if overrides:
        extra = folder / "overrides.yaml"
        extra.write_text(json.dumps(overrides), encoding="utf-8")  # JSON is YAML
        command.append(f"--config={extra}")
    variables = catalogue.collector_environment(
        ports=ports, jaeger_otlp_port=_jaeger_otlp_port(), log_file=log_file
    )
    found = catalogue.collector_addresses(ports=ports, log_file=log_file)
    with (folder / "collector.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, **variables, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_started(process, found["health"], folder / "collector.log")
            yield Collector(**{**found, "log_file": log_file})  # type: ignore[arg-type]
        finally:
            _end(process)


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback on which nothing listens right now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _wait_started(process: subprocess.Popen[bytes], health: str, log: Path) -> None:
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline_s:
        if catalogue.answers(health):
            return
        time.sleep(POLL_S)
    pytest.fail(f"the Collector did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _jaeger_otlp_port() -> int:
    known = index().get("servers", {}).get("jaeger")
    if known is None:
        return free_ports(1)[0]
    port = re.search(r":(\d+)$", known["addresses"]["otlp_grpc"])
    assert port is not None
    return int(port.group(1))


def _why_absent(known: Mapping[str, Any], name: str) -> str:
    return str(known.get("absent", {}).get(name, "it does not run; start it with `make services`"))
