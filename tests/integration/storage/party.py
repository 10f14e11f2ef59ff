"""What the tests of one voice stand on: samples, a receiver of messages, a line that can be cut."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.samples.log import SampleLog
from otel_monitoring.storage.samples.sources import Source
from otel_monitoring.storage.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

_BROKEN = Labels.of({"__name__": "broken"})
_FEED_EVERY_S = 0.25
_GAINED = "this process evaluates the rules"
_LOST = "another process evaluates the rules"
_SPEAKER = Path(__file__).with_name("speaker.py")

RULES = """
groups:
- name: party
  interval: 500ms
  rules:
  - alert: Broken
    expr: broken > 0
    for: 1s
"""
ROUTES = """
route: {{receiver: ops, group_by: ['...'], group_wait: 0s, group_interval: 500ms, repeat_interval: 1h}}
receivers:
- name: ops
  webhook_configs: [{{url: "{url}"}}]
"""


class Feeder:
    """A process of its own kind, which appends whether something is broken and evaluates nothing."""

    def __init__(self, url: str) -> None:
        self.is_broken = False
        self._database = Database(url=url, clock=SystemClock())
        self._writer = Writer(database=self._database, clock=SystemClock())
        source = Source("feeder", host="host-0", started_ms=SystemClock().now_ms())
        self._log = SampleLog(database=self._database, writer=self._writer, source=source)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        assert self._database.ensure(), self._database.state
        self._writer.start()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)
        self._writer.stop(5)
        self._database.close()

    def _run(self) -> None:
        while not self._stop.wait(_FEED_EVERY_S):
            self._log.append(Batch("feeder", SystemClock().now_ms(), [_BROKEN], [float(self.is_broken)]))


@dataclass(frozen=True, slots=True)
class Got:
    """One message that arrived."""

    status: str
    key: str
    starts_at: str


class Receiver:
    """A webhook that notes what arrives."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                starts_at = body["alerts"][0]["startsAt"]
                receiver.got.append(Got(body["status"], self.headers["Idempotency-Key"], starts_at))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def keys(self, status: str) -> list[str]:
        """Return the keys of the messages of a status, each once: a repeated try is the same message."""
        return list(dict.fromkeys(one.key for one in list(self.got) if one.status == status))

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Line:
    """A way to a server that can be cut: open connections end, new ones are refused."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self.is_cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        for one in list(self._open):
            _close(one)

    def mend(self) -> None:
        self.is_cut = False

    def stop(self) -> None:
        _close(self._listener)
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self.is_cut:
                _close(near)
                continue
            far = socket.create_connection(self._target)
            self._open |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for one in (source, target):
            self._open.discard(one)
            _close(one)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


class Speaker:
    """A process that takes part, started again after it was killed."""

    def __init__(self, *, url: str, folder: Path, host: str, line: Line | None = None) -> None:
        self._arguments = [url, str(folder / "rules.yml"), str(folder / "routes.yml"), host]
        self._log = folder / f"{host}-{id(self)}.log"
        self.line = line
        self.is_stopped = False
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            log.write(b"---- started\n")
            log.flush()
            self._process = subprocess.Popen(
                [sys.executable, str(_SPEAKER), *self._arguments],
                stderr=log,
                stdout=log,
                env={**os.environ, "OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"},
            )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def suspend(self) -> None:
        self.is_stopped = True
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)
        self.is_stopped = False

    @property
    def log(self) -> str:
        """What it has said since it was started last."""
        return self._log.read_text(errors="replace").rpartition("---- started\n")[2]

    @property
    def speaks(self) -> bool:
        """Whether it said last that it is the one that speaks."""
        said = self.log
        return said.rfind(_GAINED) > said.rfind(_LOST)


@contextlib.contextmanager
def party(
    url: str, folder: Path, *, speakers: int, lines: bool = False, one_host: bool = False
) -> Iterator[tuple[Feeder, Receiver, list[Speaker]]]:
    """Run a feeder, a receiver and processes of which one is to speak."""
    receiver, feeder = Receiver(), Feeder(url)
    (folder / "rules.yml").write_text(RULES)
    (folder / "routes.yml").write_text(ROUTES.format(url=receiver.url))
    feeder.start()
    hosts = ["host-0" if one_host else f"host-{number}" for number in range(speakers)]
    made = [_speaker(url, folder, host, has_line=lines) for host in hosts]
    try:
        yield feeder, receiver, made
    finally:
        for one in made:
            one.kill()
            if one.line is not None:
                one.line.stop()
        feeder.stop()
        receiver.stop()


def _speaker(url: str, folder: Path, host: str, *, has_line: bool) -> Speaker:
    if not has_line:
        return Speaker(url=url, folder=folder, host=host)
    from sqlalchemy import make_url

    given = make_url(url)
    line = Line(given.host or "127.0.0.1", given.port or 5432)
    through = given.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)
    return Speaker(url=through, folder=folder, host=host, line=line)


def eventually_speaks(speakers: list[Speaker], *, timeout_s: float) -> Speaker | None:
    """Return one that says that it speaks; ``None`` where none does in time."""
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        for one in speakers:
            if not one.is_stopped and one.speaks:
                return one
        time.sleep(0.05)
    return None
