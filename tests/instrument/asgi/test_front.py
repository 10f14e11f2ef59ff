"""The outermost door: who is let through telemetry, and who records behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.instrument.asgi.server_rig import ServerRig
from tests.instrument.asgi.shop import get, shop

if TYPE_CHECKING:
    from otel_monitoring.instrument.asgi.front import Front

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_mounted_fastapi_application_records_nothing_by_itself() -> None:
    exported, theirs = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    theirs.add_span_processor(SimpleSpanProcessor(exported))
    app, mounted = FastAPI(), FastAPI(telemetry={"tracer_provider": theirs})

    @mounted.get("/things/{name}")
    async def thing(name: str) -> str:
        return name

    app.mount("/inner", mounted)
    rig = ServerRig(app)

    response = await get(rig, "/inner/things/one")

    assert response.status_code == 200
    assert rig.span.name == "GET /inner/things/{name}"
    assert exported.get_finished_spans() == ()


@pytest.mark.parametrize(
    ("path", "agent", "expected"),
    [
        ("/orders", b"curl/8", False),
        ("/healthz", b"curl/8", True),
        ("/orders", b"kube-probe/1.30", True),
        ("/monitoring/alerts", b"curl/8", True),
        ("/monitoring", b"curl/8", True),
        ("/monitorings", b"curl/8", False),
    ],
)
async def test_the_door_tells_what_stays_out(path: str, agent: bytes, expected: bool) -> None:
    async def pages(_scope: Any, _receive: Any, _send: Any) -> None:
        return None

    async def plain(_scope: Any, _receive: Any, _send: Any) -> None:
        return None

    rig = ServerRig(plain, pages=pages, excluded=["/healthz"], probes=["kube-probe/"])
    front: Front = rig.app

    assert front.leaves_out({"path": path, "headers": [(b"user-agent", agent)]}) is expected


async def test_excluded_paths_and_probes_leave_no_trace() -> None:
    rig = ServerRig(shop(), excluded=("/health", "/internal/*"), probes=("kube-probe/",))

    for path in ("/health", "/internal/a/b"):
        await get(rig, path)
    response = await get(rig, "/v1/orders/1", headers={"user-agent": "kube-probe/1.30"})

    assert response.status_code == 200
    assert rig.spans == []
    assert rig.points("http.server.request.duration") == []


async def test_our_own_pages_are_served_and_not_recorded() -> None:
    pages = Starlette(routes=[Route("/monitoring/health", lambda _request: PlainTextResponse("ours"))])
    rig = ServerRig(shop(), pages=pages)

    response = await get(rig, "/monitoring/health")
    beside = await get(rig, "/monitoring-not-ours")

    assert response.text == "ours"
    assert beside.status_code == 404
    assert [span.name for span in rig.spans] == ["GET"]


async def test_a_request_passes_one_middleware_where_applications_are_nested() -> None:
    inner = FastAPI()

    @inner.get("/x")
    async def x() -> str:
        return "x"

    ServerRig(inner)
    outer = FastAPI()
    outer.mount("/inner", inner)
    rig = ServerRig(outer)

    await get(rig, "/inner/x")

    assert [span.name for span in rig.spans] == ["GET /inner/x"]


def test_lifespan_starts_and_stops_the_instance() -> None:
    rig = ServerRig(shop())

    with TestClient(rig.app):
        assert rig.calls == ["loop", "startup"]

    assert rig.calls == ["loop", "startup", "shutdown"]


def test_without_a_lifespan_the_first_request_starts_the_instance() -> None:
    rig = ServerRig(shop())
    client = TestClient(rig.app)

    client.get("/nowhere")
    client.get("/nowhere")

    assert rig.calls == ["request", "loop"]
