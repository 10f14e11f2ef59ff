"""Where the demo's telemetry goes: a Collector that listens, or nowhere."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

STACK_INDEX = Path(__file__).resolve().parents[2] / ".services" / "stack.json"
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
JAEGER = "DEMO_JAEGER_URL"
DEFAULT_JAEGER_URL = "http://127.0.0.1:16686"
PROBE_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class Backend:
    """A Collector, and the Jaeger behind it.

    Attributes:
        environment: Variables that make an application send to the Collector.
        jaeger_url: Where Jaeger answers, without a slash at the end.
    """

    environment: Mapping[str, str]
    jaeger_url: str

    @property
    def endpoint(self) -> str:
        """The Collector's OTLP address."""
        return self.environment[ENDPOINT]

    def trace_url(self, trace_id: str) -> str:
        """Return the page that shows one trace."""
        return f"{self.jaeger_url}/trace/{trace_id}"


def find(environment: Mapping[str, str], *, index: Path = STACK_INDEX) -> Backend | None:
    """Return the Collector that the environment or else ``make stack`` names, where it listens."""
    backend = _named_by(environment) or _stack(index)
    return backend if backend is not None and _listens(backend.endpoint) else None


def _named_by(environment: Mapping[str, str]) -> Backend | None:
    if not environment.get(ENDPOINT):
        return None
    jaeger_url = environment.get(JAEGER, DEFAULT_JAEGER_URL)
    return Backend({ENDPOINT: environment[ENDPOINT]}, jaeger_url.rstrip("/"))


def _stack(index: Path) -> Backend | None:
    try:
        servers = json.loads(index.read_text(encoding="utf-8"))["servers"]
        endpoint = servers["collector"]["addresses"]["otlp_http"]
        jaeger_url = servers["jaeger"]["addresses"]["query"]
    except (OSError, ValueError, KeyError):
        return None
    return Backend({ENDPOINT: endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, jaeger_url)


def _listens(url: str) -> bool:
    parts = urlsplit(url)
    port = parts.port or {"https": 443}.get(parts.scheme, 4317)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", port), timeout=PROBE_TIMEOUT_S):
            return True
    except OSError:
        return False
