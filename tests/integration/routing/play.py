"""A play of alerts, given to our dispatcher on a clock moved by hand, and to a real Alertmanager."""

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
from unittest.mock import patch

import httpx

from otel_monitoring.alerts.routing.alertmanager.load import parse_routing
from otel_monitoring.alerts.routing.dispatch import Dispatcher
from otel_monitoring.alerts.routing.log import Page
from otel_monitoring.alerts.routing.silences import Silences
from otel_monitoring.guard import Guard
from otel_monitoring.model.alert import SentAlert
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.notify.message import message_of
from otel_monitoring.testing import FakeClock
from tests.integration.servers import eventually, free_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from otel_monitoring.alerts.routing.tell import Handover
    from otel_monitoring.model.alert import Notice
    from tests.integration.routing.schedule import Action, Report

Place: TypeAlias = tuple[str, str, str]
"""(receiver, number of its channel, key of the group)."""

TICK_S = 0.05
_NOT_OURS = ("externalURL", "routeLabels")


@dataclass
class Told:
    """What was told: at which second of the play, and the body without what has to differ."""

    flushes: dict[Place, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, at_s: float, channel: str, body: dict[str, Any]) -> None:
        """Note one message."""
        for name in _NOT_OURS:
            body.pop(name, None)
        for one in body["alerts"]:
            if one["labels"].get("timeout"):
                del one["endsAt"]
        body["alerts"].sort(key=json.dumps)
        place = (body["receiver"], channel, body["groupKey"])
        self.flushes[place].append((at_s, json.dumps(body, sort_keys=True, ensure_ascii=False)))

    def bodies(self) -> dict[Place, list[str]]:
        """Return what was told without the times."""
        return {place: [body for _, body in told] for place, told in self.flushes.items()}

    def times(self) -> dict[Place, list[float]]:
        """Return when something was told, in seconds of the play."""
        return {place: [at_s for at_s, _ in told] for place, told in self.flushes.items()}


def ours(play: list[Action], config: str, *, until_s: float, start_ms: int) -> Told:
    """Return what our dispatcher tells."""
    clock, told = FakeClock(now_ms=start_ms), Told()
    begun_s = clock.monotonic_s()

    def deliver(notice: Notice, done: Callable[[bool], None]) -> None:
        channel = notice.channel.removeprefix("webhook[").removesuffix("]")
        body = {**message_of(notice).as_json(), "notification_reason": dispatcher.reasons[notice.key]}
        told.add(clock.monotonic_s() - begun_s, channel, body)
        done(True)

    silences = Silences(clock=clock)
    dispatcher = _Reasoning(
        deliver=deliver,
        clock=clock,
        guard=Guard("differential"),
        config=parse_routing(config, source="alertmanager.yml"),
        stages=(silences,),
    )
    with patch.object(Page, "forget", lambda _page, _labels: None):
        _play(play, dispatcher, silences, clock, until_s=until_s)
    return told


def _play(
    play: list[Action], dispatcher: Dispatcher, silences: Silences, clock: FakeClock, *, until_s: float
) -> None:
    made: dict[int, list[str]] = defaultdict(list)
    begun_s, start_ms = clock.monotonic_s(), clock.now_ms()
    for action in [*sorted(play, key=lambda one: one.at_s), None]:
        end_s = begun_s + (until_s if action is None else action.at_s)
        while clock.monotonic_s() < end_s:
            clock.advance(min(TICK_S, end_s - clock.monotonic_s()))
            dispatcher.flush()
        if action is not None:
            _do(action, dispatcher, silences, made, clock=clock, start_ms=start_ms)
            dispatcher.flush()


def theirs(
    program: Path, play: list[Action], config: Callable[[str], str], *, until_s: float, folder: Path
) -> tuple[Told, int]:
    """Return what a real Alertmanager tells, and the Unix time in milliseconds at which it began.

    Args:
        program: Alertmanager.
        play: What happens.
        config: Returns the configuration for webhooks that go to a URL.
        until_s: When to stop listening.
        folder: For the files of the server.
    """
    told = Told()
    clock = Start()
    with (
        webhooks(told, clock) as url,
        alertmanager(program, config(url), folder) as api,
        httpx.Client(base_url=api) as client,
    ):
        clock.begin()
        made: dict[int, list[str]] = defaultdict(list)
        for action in sorted(play, key=lambda one: one.at_s):
            clock.wait_until(action.at_s)
            _post(action, client, made, start_ms=clock.start_ms)
        clock.wait_until(until_s)
    return told, clock.start_ms


class _Reasoning(Dispatcher):
    """A dispatcher that remembers why it told each notice."""

    def _begin(self) -> None:
        self.reasons: dict[str, str] = {}
        super()._begin()

    def _hand_over(self, handover: Handover) -> None:
        self.reasons[handover.notice.key] = handover.reason
        super()._hand_over(handover)


class Start:
    """When the play began, on both clocks."""

    def __init__(self) -> None:
        self.start_ms = 0
        self._start_s = 0.0

    def begin(self) -> None:
        """Begin now."""
        self.start_ms = round(time.time() * 1000)
        self._start_s = time.monotonic()

    def passed_s(self) -> float:
        """Return the seconds since it began."""
        return time.monotonic() - self._start_s

    def wait_until(self, at_s: float) -> None:
        """Wait until so many seconds have passed."""
        time.sleep(max(at_s - self.passed_s(), 0.0))


def _do(
    action: Action,
    dispatcher: Dispatcher,
    silences: Silences,
    made: dict[int, list[str]],
    *,
    clock: FakeClock,
    start_ms: int,
) -> None:
    """Do to our side what an action says."""
    if action.report is not None:
        dispatcher.put([_sent(action.report, start_ms)])
    elif action.kind == "silence":
        name, is_pattern, value = action.matcher
        silence = silences.create(
            matchers=[
                Matcher("run", "=", str(action.run)),
                Matcher(name, "=~" if is_pattern else "=", value),
            ],
            ends_at_ms=clock.now_ms() + round(action.lasts_s * 1000),
            author="me",
            comment="it is me",
        )
        made[action.run].append(silence.id)
    elif made[action.run]:
        silence_id = made[action.run].pop(0)
        if silences.get(silence_id).state(clock.now_ms()) == "active":
            silences.expire(silence_id)


def _post(action: Action, client: httpx.Client, made: dict[int, list[str]], *, start_ms: int) -> None:
    """Do to Alertmanager what an action says."""
    if action.report is not None:
        client.post("/api/v2/alerts", json=[_posted(action.report, start_ms)]).raise_for_status()
    elif action.kind == "silence":
        name, is_pattern, value = action.matcher
        now_s = time.time()
        answer = client.post(
            "/api/v2/silences",
            json={
                "matchers": [
                    {"name": "run", "value": str(action.run), "isRegex": False},
                    {"name": name, "value": value, "isRegex": is_pattern},
                ],
                "startsAt": _text(now_s),
                "endsAt": _text(now_s + action.lasts_s),
                "createdBy": "me",
                "comment": "it is me",
            },
        )
        made[action.run].append(answer.raise_for_status().json()["silenceID"])
    elif made[action.run]:
        client.delete(f"/api/v2/silence/{made[action.run].pop(0)}")


def _sent(report: Report, start_ms: int) -> SentAlert:
    def at_ms(seconds: float | None) -> int:
        return 0 if seconds is None else start_ms + round(seconds * 1000)

    return SentAlert(
        labels=Labels.of(report.labels),
        annotations=report.annotations,
        value=1.0,
        starts_at_ms=at_ms(report.starts_s),
        ends_at_ms=at_ms(report.ends_s),
        is_resolved=report.is_resolved,
        generator_url="http://localhost/graph",
    )


def _posted(report: Report, start_ms: int) -> dict[str, Any]:
    found = {
        "labels": report.labels,
        "annotations": report.annotations,
        "startsAt": _text(start_ms / 1000 + round(report.starts_s, 3)),
        "generatorURL": "http://localhost/graph",
    }
    if report.ends_s is not None:
        found["endsAt"] = _text(start_ms / 1000 + round(report.ends_s, 3))
    return found


def _text(time_s: float) -> str:
    return datetime.fromtimestamp(round(time_s, 3), UTC).isoformat(timespec="milliseconds")


@contextmanager
def webhooks(told: Told, clock: Start) -> Iterator[str]:
    """Listen for webhooks on the loopback; the last part of the path is the number of the channel."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            at_s = clock.passed_s()
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                told.add(at_s, self.path.rpartition("/")[2], body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def alertmanager(program: Path, config: str, folder: Path, *, port: int = 0) -> Iterator[str]:
    """Run an Alertmanager of our own, on a free port unless one is given; gives its base URL."""
    folder.mkdir(exist_ok=True)
    (folder / "alertmanager.yml").write_text(config, encoding="utf-8")
    port = port or free_ports(1)[0]
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
        eventually(lambda: _is_ready(url) or None, timeout_s=60, what="Alertmanager")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=15)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready").is_success
    except httpx.TransportError:
        return False
