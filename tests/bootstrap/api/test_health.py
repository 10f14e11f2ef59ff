"""Health checks of an instance: as metrics, as an alert, as answers to probes."""

from __future__ import annotations

import asyncio
import logging
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from otel_monitoring import setup_telemetry
from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.analysis import Analysis
from otel_monitoring.bootstrap.api.checks import own_checks
from otel_monitoring.bootstrap.api.health import AppLoop, health
from otel_monitoring.bootstrap.lazy import LazyAnalysis
from otel_monitoring.errors import MonitoringError
from otel_monitoring.health.check import Health
from otel_monitoring.instrument.system import SystemSampler
from otel_monitoring.instrument.system.reading import Filesystem, Reading
from otel_monitoring.instrument.system.snapshot import Look, Share, SystemSnapshot
from otel_monitoring.settings import load_settings
from otel_monitoring.testing import FakeClock
from tests.api.client import get
from tests.integration.servers import free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.health.registry import HealthRegistry

STEP_S = 15


@pytest.fixture(autouse=True)
def process(fresh_process: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return fresh_process


class Rig:
    """An instance without threads of its own, with a clock that is moved by hand."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("storage", {"url": "memory"})
        self.clock = FakeClock(1_700_000_000_000)
        self.builder = parts.begin(load_settings(settings=None, environ={}, **settings), {})
        self.builder.clock = self.clock
        self.analysis = Analysis(self.builder)
        self.builder.on_collect.append(self.analysis.hear)
        self._collect = parts.tap(self.builder)
        self.registry: HealthRegistry = health(
            self.builder, LazyAnalysis(self.builder), AppLoop(lambda: None)
        )

    def step(self) -> None:
        """Let a quarter of a minute pass: check, collect, evaluate."""
        self.clock.advance(STEP_S)
        self.registry.run_due()
        assert self.registry.wait(30)
        self._collect(export_now=False)
        self.analysis.evaluate(self.clock.now_ms())

    def states(self, rule: str) -> list[str]:
        return [
            str(one.state) for group in self.analysis.groups() for one in group.rules if one.rule.name == rule
        ]


def test_a_critical_check_that_fails_for_a_minute_is_an_alert() -> None:
    """A2: service down."""
    rig = Rig(health={"failures": 1})
    answers = [*[True] * 3, *[False] * 7, True, True]
    rig.registry.register("orders-db", lambda: answers.pop(0), critical=True, interval_s=1)
    states = []

    while answers:
        rig.step()
        states += rig.states("ServiceDown")

    assert [(state, len(list(many))) for state, many in groupby(states[1:])] == [
        ("inactive", 3),
        ("pending", 60 // STEP_S),
        ("firing", 3),
        ("inactive", 1),
    ]


def test_built_in_checks_are_left_out_by_name() -> None:
    names = {one.name for one in Rig().registry.report().checks}

    without = {one.name for one in Rig(health={"disabled": ["export"]}).registry.report().checks}

    assert names - without == {"export"}


def test_terms_come_from_the_settings() -> None:
    rig = Rig(health={"failures": 2, "interval_s": 1})
    answers = [True, False, False]
    rig.registry.register("orders-db", lambda: answers.pop(0))
    seen = []
    for _ in range(3):
        rig.step()
        seen.append(next(one.status for one in rig.registry.report().checks if one.name == "orders-db"))

    assert seen == ["healthy", "healthy", "unhealthy"]


def test_what_a_check_says_holds_no_secret() -> None:
    rig = Rig()
    rig.registry.register("orders-db", lambda: Health("unhealthy", "postgresql://kim:hunter2@db refused"))
    rig.step()

    assert "hunter2" not in str(rig.registry.report())


def constant() -> Starlette:
    def answer(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("x")

    return Starlette(routes=[Route("/", answer)])


def test_an_application_is_ready_when_its_critical_checks_are() -> None:
    monitoring = setup_telemetry(constant())
    fine = [False]

    @monitoring.health.check("orders-db", critical=True, successes=1)
    async def orders() -> bool:
        return fine[0]

    answers = [get(monitoring.app, "/monitoring/health/ready")]
    for is_fine in (False, True):
        fine[0] = is_fine
        assert monitoring.health.run("orders-db", wait_s=30)
        answers.append(get(monitoring.app, "/monitoring/health/ready"))
    live = get(monitoring.app, "/monitoring/health/live")

    assert [(one.status_code, one.json()) for one in answers[1:]] == [
        (503, {"status": "not ready"}),
        (200, {"status": "ready"}),
    ]
    assert answers[0].status_code == 503
    assert (live.status_code, live.json()) == (200, {"status": "alive"})


def test_it_is_not_ready_once_the_server_ends() -> None:
    monitoring = setup_telemetry(constant())
    seen: list[tuple[str, bool]] = []

    async def serve() -> None:
        messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

        async def send(message: Any) -> None:
            seen.append((message["type"], monitoring.health.readiness().is_ready))
            if message["type"] == "lifespan.startup.complete":
                await messages.put({"type": "lifespan.shutdown"})

        await messages.put({"type": "lifespan.startup"})
        await monitoring.app({"type": "lifespan", "asgi": {}}, messages.get, send)

    before = monitoring.health.readiness().reasons
    asyncio.run(serve())

    assert before == ("the application is starting",)
    assert seen == [("lifespan.startup.complete", True), ("lifespan.shutdown.complete", False)]
    assert monitoring.health.readiness().reasons == ("the application is draining",)


def test_a_check_can_use_clients_of_the_applications_loop() -> None:
    monitoring = setup_telemetry(constant())
    loops: list[asyncio.AbstractEventLoop] = []

    async def check() -> None:
        loops.append(asyncio.get_running_loop())

    monitoring.health.register("orders-db", check, on_app_loop=True)

    async def serve() -> bool:
        messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        ran: list[bool | None] = []

        async def send(message: Any) -> None:
            if message["type"] == "lifespan.startup.complete":
                ran.append(await asyncio.to_thread(monitoring.health.run, "orders-db", wait_s=30))
                loops.append(asyncio.get_running_loop())
                await messages.put({"type": "lifespan.shutdown"})

        await messages.put({"type": "lifespan.startup"})
        await monitoring.app({"type": "lifespan", "asgi": {}}, messages.get, send)
        return ran == [True]

    assert asyncio.run(serve())
    assert len(set(map(id, loops))) == 1


def test_probes_are_answered_without_a_framework(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "fastapi" else find(name))
    monkeypatch.setattr("otel_monitoring.api.router.build_api", _missing)
    monitoring = setup_telemetry(constant())

    statuses = [
        get(monitoring.app, f"/monitoring/health{path}").status_code for path in ("/live", "/ready", "")
    ]

    assert statuses == [200, 200, 503]
    assert "pip install 'otel-monitoring[fastapi]'" in caplog.text


def _missing(**_: Any) -> None:
    raise ModuleNotFoundError


class SamplerFake(SystemSampler):
    """A sampler that says what it is told to."""

    def __init__(self, *filesystems: Filesystem) -> None:
        self._filesystems = filesystems

    def snapshot(self) -> SystemSnapshot:
        reading = Reading(filesystems=self._filesystems)
        return SystemSnapshot(0, Look(0.0, reading), memory=Share(100.0, 0.98))


def test_a_full_disk_and_full_memory_are_told_of() -> None:
    rig = Rig()
    full = {"used_bytes": 95, "free_bytes": 5, "reserved_bytes": 0}
    rig.builder.parts.append(
        SamplerFake(
            Filesystem("/dev/sda", "/data", "ext4", "rw", **full),
            Filesystem("/dev/loop1", "/snap/x", "squashfs", "ro", **{**full, "free_bytes": 0}),
        )
    )

    checks = own_checks(rig.builder, LazyAnalysis(rig.builder))

    disk, memory = checks["disk"](), checks["memory"]()
    assert isinstance(disk, Health)
    assert isinstance(memory, Health)
    assert (disk.status, disk.message) == ("degraded", "/data is 95% full")
    assert (memory.status, bool(memory.advice)) == ("unhealthy", True)


def test_there_is_one_score_and_each_change_is_kept() -> None:
    monitoring = setup_telemetry(constant(), api={"token": "t0ken"}, health={"failures": 1})
    fine = [True]
    monitoring.health.register("orders-db", lambda: fine[0], critical=True)
    monitoring.collect()
    for is_fine in (True, False):
        fine[0] = is_fine
        assert monitoring.health.run("orders-db", wait_s=30)
        monitoring.tick()

    report, score, history = (
        get(monitoring.app, f"/monitoring/health{path}", authorization="Bearer t0ken").json()
        for path in ("", "/score", "/history?check=orders-db")
    )

    assert (report["status"], report["score"]) == ("unhealthy", score["score"])
    assert score["score"] <= 50
    assert report["checks"][0]["name"] == "orders-db"
    assert [one["status"] for one in history["results"]] == ["unhealthy", "healthy"]


def test_checks_are_stated_as_urls(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    rig = Rig(
        health={
            "checks": [
                f"file://{tmp_path}?name=data&writable=true",
                f"tcp://kim:hunter2@127.0.0.1:{port}?critical=true&timeout_s=2&interval_s=1",
            ]
        }
    )
    rig.step()

    found = {one.name: one for one in rig.registry.report().checks}
    here, nobody = found["data"], found[f"tcp 127.0.0.1:{port}"]
    assert (here.status, here.is_critical) == ("healthy", False)
    assert (nobody.status, nobody.is_critical, bool(nobody.advice)) == ("unhealthy", True, True)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("gopher://kim:hunter2@old", "gopher"),
        ("tcp://kim:hunter2@db:5432?critical=perhaps", "critical 'perhaps': expected true or false"),
        ("tcp://kim:hunter2@db:5432?timeout_s=-1", "timeout_s"),
        ("tcp://kim:hunter2@db:5432?name=disk/1", "a name of 1 to 100 characters"),
    ],
)
def test_what_is_no_check_is_refused_at_the_start_without_the_password(url: str, message: str) -> None:
    with pytest.raises(MonitoringError, match=message) as caught:
        Rig(health={"checks": [url]})

    assert "hunter2" not in str(caught.value)
