"""The same alerts through a real Alertmanager and through our dispatcher, in real time, side by side."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

from otel_monitoring.alerts.routing.alertmanager.load import parse_routing
from otel_monitoring.alerts.routing.dispatch import Dispatcher
from otel_monitoring.guard import Guard
from otel_monitoring.model.alert import SentAlert
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from otel_monitoring.alerts.routing.dispatch import Deliver
    from otel_monitoring.model.alert import Notice

Flush: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""The status of a notice, and (state, labels) of its alerts, sorted."""

Flushes: TypeAlias = dict[tuple[str, str], list[Flush]]
"""What was told, in order, by (receiver, key of the group)."""

_POLL_S = 0.02
_HOLDS_S = 600


@dataclass(frozen=True, slots=True)
class Step:
    """Alerts that are sent at one time.

    Attributes:
        at_s: When, counted from the first.
        labels: The labels of each.
        is_resolved: Whether they are over.
        age_s: How long they have been firing.
    """

    at_s: float
    labels: Sequence[Mapping[str, str]]
    is_resolved: bool = False
    age_s: float = 0.0


@dataclass
class Told:
    """What either side told."""

    theirs: Flushes = field(default_factory=lambda: defaultdict(list))
    ours: Flushes = field(default_factory=lambda: defaultdict(list))


def side_by_side(program: Path, *, config: str, steps: Sequence[Step], until_s: float, folder: Path) -> Told:
    """Play ``steps`` to both and return what they told.

    Args:
        program: Alertmanager.
        config: Its configuration; ``URL`` stands for where its webhooks go.
        steps: What is sent, in order of time.
        until_s: When to stop listening.
        folder: For the files of the server.
    """
    told = Told()
    with _receiver(told.theirs) as url, _alertmanager(program, config.replace("URL", url), folder) as api:
        dispatcher = Dispatcher(
            deliver=_deliver(told.ours),
            clock=SystemClock(),
            guard=Guard("differential"),
            config=parse_routing(config, source="alertmanager.yml"),
        )
        start_s, waiting = time.monotonic(), list(steps)
        while time.monotonic() - start_s < until_s:
            if waiting and time.monotonic() - start_s >= waiting[0].at_s:
                alerts = _alerts(waiting.pop(0))
                httpx.post(f"{api}/api/v2/alerts", json=[_posted(one) for one in alerts]).raise_for_status()
                dispatcher.put(alerts)
            dispatcher.flush()
            time.sleep(_POLL_S)
    return told


def _alerts(step: Step) -> list[SentAlert]:
    now_ms = round(time.time() * 1000)
    return [
        SentAlert(
            labels=Labels.of(labels),
            annotations={},
            value=1.0,
            starts_at_ms=now_ms - round(step.age_s * 1000) - 1,
            ends_at_ms=now_ms if step.is_resolved else now_ms + _HOLDS_S * 1000,
            is_resolved=step.is_resolved,
        )
        for labels in step.labels
    ]


def _posted(alert: SentAlert) -> dict[str, Any]:
    def text(time_ms: int) -> str:
        return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat()

    return {
        "labels": alert.labels.as_dict(),
        "startsAt": text(alert.starts_at_ms),
        "endsAt": text(alert.ends_at_ms),
    }


def _deliver(into: Flushes) -> Deliver:
    def deliver(notice: Notice, done: Callable[[bool], None]) -> None:
        alerts = sorted(
            ("resolved" if one.is_resolved else "firing", repr(one.labels)) for one in notice.alerts
        )
        status = "firing" if notice.is_firing else "resolved"
        into[notice.receiver, notice.group_key].append((status, tuple(alerts)))
        done(True)

    return deliver


@contextmanager
def _receiver(into: Flushes) -> Iterator[str]:
    """Listen for webhooks on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            alerts = sorted((one["status"], repr(Labels.of(one["labels"]))) for one in body["alerts"])
            into[body["receiver"], body["groupKey"]].append((body["status"], tuple(alerts)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _alertmanager(program: Path, config: str, folder: Path) -> Iterator[str]:
    """Run an Alertmanager of our own; gives its base URL."""
    (folder / "alertmanager.yml").write_text(config, encoding="utf-8")
    (port,) = free_ports(1)
    command = [
        str(program),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with (folder / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: _is_ready(url) or None, timeout_s=20, what="Alertmanager")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=15)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready").is_success
    except httpx.TransportError:
        return False
