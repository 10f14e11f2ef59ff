"""A receiver of webhooks on loopback, and a notice to send."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from otel_monitoring.model.alert import Notice, SentAlert
from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Receiver:
    """What arrived, and what is answered: the statuses in order, then 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    bodies: list[Any] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def wait(self, count: int = 1) -> None:
        """Wait until ``count`` more messages have arrived."""
        for _ in range(count):
            assert self.arrived.acquire(timeout=60), "no message arrived"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a real HTTP server on loopback."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.bodies.append(json.loads(body))
            state.requests.append(
                {"path": self.path, **{name.lower(): v for name, v in self.headers.items()}}
            )
            self.send_response(state.statuses.pop(0) if state.statuses else 200)
            for name, value in state.headers.items():
                self.send_header(name, value)
            said = json.dumps(state.answer).encode() if state.answer else b""
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)
            state.arrived.release()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def make_notice(key: str = "k", receiver: str = "ops") -> Notice:
    """Return a notice with one firing and one resolved alert."""
    common = {"alertname": "HighCpu", "severity": "critical"}
    return Notice(
        key=key,
        receiver=receiver,
        group_key='{}:{alertname="HighCpu"}',
        group_labels=Labels.of(alertname="HighCpu"),
        alerts=(
            SentAlert(
                labels=Labels.of(common, job="a"),
                annotations={"summary": "CPU is at 97%", "team": "web"},
                value=0.97,
                starts_at_ms=1_700_000_000_500,
                ends_at_ms=1_700_000_240_500,
                is_resolved=False,
                generator_url="http://m/graph",
            ),
            SentAlert(
                labels=Labels.of(common, job="b"),
                annotations={"summary": "CPU is at 96%", "team": "web"},
                value=0.96,
                starts_at_ms=1_700_000_000_000,
                ends_at_ms=1_700_000_060_000,
                is_resolved=True,
            ),
        ),
    )
