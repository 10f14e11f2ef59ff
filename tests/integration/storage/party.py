"""What the tests of one voice stand on: samples, a receiver of messages, processes that take part."""

from __future__ import annotations

import contextlib
import json
import os
import signal
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
from otel_monitoring.storage.samples.sources import Source, runs
from otel_monitoring.storage.service import Service
from otel_monitoring.storage.writer import Writer
from tests.integration.storage.diary import Diary
from tests.integration.storage.line import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

_BROKEN = Labels.of({"__name__": "broken"})
_FEED_EVERY_S = 0.25
_OURS = ("OTEL_MONITORING_HUNT", "OTEL_MONITORING_SEED", "OTEL_MONITORING_SUSPEND_S")
_GAINED = b"this process evaluates the rules"
_LOST = b"another process evaluates the rules"
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

    def __init__(self, url: str, service: str) -> None:
        self.is_broken = False
        self._database = Database(url=url, clock=SystemClock())
        self._writer = Writer(database=self._database, clock=SystemClock())
        source = Source(
            f"feeder-{service}", Service(service), host="host-0", started_ms=SystemClock().now_ms()
        )
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

    def collections(self, pid: int) -> int:
        """Return how often a process has appended what it collected."""
        with self._database.read() as connection:
            return max((one.last_seq for one in runs(connection) if one.source.pid == pid), default=0)

    def _run(self) -> None:
        while not self._stop.wait(_FEED_EVERY_S):
            self._log.append(Batch("feeder", SystemClock().now_ms(), [_BROKEN], [float(self.is_broken)]))


@dataclass(frozen=True, slots=True)
class Got:
    """One message that arrived, and from whom."""

    status: str
    name: str
    key: str
    starts_at: str
    sender: str


class Receiver:
    """A webhook that notes what arrives.

    Attributes:
        got: What was taken, in the order in which it came.
        refused: The senders, or paths, from which nothing is taken for now.
    """

    def __init__(self, diary: Diary) -> None:
        self.got: list[Got] = []
        self.refused: set[str] = set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                alert = body["alerts"][0]
                got = Got(
                    status=body["status"],
                    name=alert["labels"]["alertname"],
                    key=self.headers["Idempotency-Key"],
                    starts_at=alert["startsAt"],
                    sender=self.path[1:],
                )
                is_taken = got.sender not in receiver.refused
                diary.note(f"{'received' if is_taken else 'refused'} {got}")
                if is_taken:
                    receiver.got.append(got)
                self.send_response(200 if is_taken else 503)
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


class Speaker:
    """A process that takes part, started again after it was killed.

    Attributes:
        name: Its own within the party.
        url: The storage, as it reaches it.
        service: Whose process it is.
        line: Its way to the server, where it has one of its own.
        is_stopped: Whether it is suspended.
        diary: Where is noted what happens to it.
    """

    def __init__(
        self,
        name: str,
        *,
        url: str,
        service: str,
        host: str,
        folder: Path,
        temporary: Path,
        diary: Diary,
        line: Line | None,
    ) -> None:
        self.name = name
        self.url = url
        self.line = line
        self.diary = diary
        self.is_stopped = False
        routes = folder / f"routes-{name}.yml"
        self._arguments = [url, str(folder / "rules.yml"), str(routes), host, service]
        self._log = folder / f"{name}.log"
        self._temporary = temporary
        temporary.mkdir(exist_ok=True)
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._began_at = self._read_to = log.tell()
            self._speaks = False
            self._process = subprocess.Popen(
                [sys.executable, str(_SPEAKER), *self._arguments],
                stderr=log,
                stdout=log,
                env={
                    **{name: value for name, value in os.environ.items() if name not in _OURS},
                    "OTEL_TRACES_EXPORTER": "none",
                    "OTEL_METRICS_EXPORTER": "none",
                    "TMPDIR": str(self._temporary),
                    "TZ": "UTC",
                },
            )
        self.diary.note(f"{self.name} is started as process {self._process.pid}")

    def kill(self) -> None:
        self.diary.note(f"{self.name} is killed")
        self._process.kill()
        self._process.wait(10)

    def end(self, timeout_s: float = 30) -> int:
        """Ask it to end, and return its exit code."""
        self.diary.note(f"{self.name} is to end")
        self._process.terminate()
        return self._process.wait(timeout_s)

    def suspend(self) -> None:
        self.is_stopped = True
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)
        self.is_stopped = False

    @property
    def pid(self) -> int:
        """The process that runs now."""
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has said since it was started last."""
        return self._log.read_bytes()[self._began_at :].decode(errors="replace")

    @property
    def speaks(self) -> bool:
        """Whether it said last that it is the one that speaks."""
        with self._log.open("rb") as log:
            log.seek(self._read_to)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._read_to += len(line)
                self._speaks = _GAINED in line or (self._speaks and _LOST not in line)
        return self._speaks


@dataclass(frozen=True, slots=True)
class Party:
    """Processes of which one is to speak, what they hear of, and who is told."""

    feeder: Feeder
    receiver: Receiver
    speakers: list[Speaker]
    diary: Diary


@contextlib.contextmanager
def party(
    url: str,
    folder: Path,
    *,
    speakers: int,
    rules: str = RULES,
    service: str = "shop",
    lines: bool = False,
    one_host: bool = True,
) -> Iterator[Party]:
    """Run a feeder, a receiver and processes of which one is to speak.

    Args:
        url: The storage.
        folder: Where all files are.
        speakers: How many take part.
        rules: What is evaluated.
        service: The one that all of them belong to.
        lines: Whether each has its own way to the server, which can be cut.
        one_host: Whether they are workers of one host; else each has a host name and a directory for
            temporary files of its own, so that they share nothing but the storage.
    """
    diary = Diary(folder)
    receiver, feeder = Receiver(diary), Feeder(url, service)
    (folder / "rules.yml").write_text(rules)
    feeder.start()
    made: list[Speaker] = []
    try:
        for number in range(speakers):
            name, host = f"speaker-{number}", "host-0" if one_host else f"host-{number}"
            (folder / f"routes-{name}.yml").write_text(ROUTES.format(url=f"{receiver.url}{name}"))
            line, through = _line(url) if lines else (None, url)
            made.append(
                Speaker(
                    name,
                    url=through,
                    service=service,
                    host=host,
                    folder=folder,
                    temporary=folder / host,
                    diary=diary,
                    line=line,
                )
            )
        yield Party(feeder, receiver, made, diary)
    finally:
        for one in made:
            one.kill()
            if one.line is not None:
                one.line.stop()
        feeder.stop()
        receiver.stop()


def _line(url: str) -> tuple[Line, str]:
    """Return a way to the server of a URL, and the URL by that way."""
    from sqlalchemy import make_url

    given = make_url(url)
    line = Line(given.host or "127.0.0.1", given.port or 5432)
    return line, given.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)


def eventually_speaks(speakers: list[Speaker], *, timeout_s: float) -> Speaker | None:
    """Return one that says that it speaks; ``None`` where none does in time."""
    end_s = time.monotonic() + timeout_s
    while time.monotonic() < end_s:
        for one in speakers:
            if not one.is_stopped and one.speaks:
                return one
        time.sleep(0.05)
    return None
