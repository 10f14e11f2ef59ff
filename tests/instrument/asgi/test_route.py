"""The names of routes."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from tests.instrument.asgi.server_rig import ServerRig
from tests.instrument.asgi.shop import get, shop


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/inner/things/a", "/inner/things/{name}"),
        ("/tenants/42/things/a", "/tenants/{tenant}/things/{name}"),
        ("/inner/nowhere", "/inner/{path}"),
        ("/nowhere", None),
    ],
)
async def test_routes_are_named_through_mounts(path: str, route: str | None) -> None:
    rig = ServerRig(shop())

    await get(rig, path)

    assert (rig.span.attributes or {}).get("http.route") == route
    assert rig.span.name == (f"GET {route}" if route else "GET")


@pytest.mark.anyio
async def test_starlette_mounts_within_mounts_are_named() -> None:
    async def leaf(_request: Any) -> PlainTextResponse:
        return PlainTextResponse("leaf")

    app = Starlette(routes=[Mount("/a/{x}", routes=[Mount("/b", routes=[Route("/c/{y}", leaf)])])])
    rig = ServerRig(app)

    response = await get(rig, "/a/1/b/c/2")

    assert response.text == "leaf"
    assert rig.span.name == "GET /a/{x}/b/c/{y}"
