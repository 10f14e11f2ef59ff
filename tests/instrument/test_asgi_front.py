"""The outermost door: who is let through telemetry, and who records behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.instrument.server_rig import ServerRig

if TYPE_CHECKING:
    from otel_monitoring.instrument.asgi_front import Front

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def get(app: Any, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test") as client:
        return await client.get(path)


async def test_a_mounted_fastapi_application_records_nothing_by_itself() -> None:
    exported, theirs = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    theirs.add_span_processor(SimpleSpanProcessor(exported))
    app, mounted = FastAPI(), FastAPI(telemetry={"tracer_provider": theirs})

    @mounted.get("/things/{name}")
    async def thing(name: str) -> str:
        return name

    app.mount("/inner", mounted)
    rig = ServerRig(app)

    response = await get(rig.app, "/inner/things/one")

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
