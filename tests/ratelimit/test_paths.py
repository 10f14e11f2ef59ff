"""Paths as rules name them, and the routes that they belong to."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from otel_monitoring.ratelimit.errors import RateLimitError
from otel_monitoring.ratelimit.paths import UNMATCHED, Paths, RouteTemplates, plain


@pytest.mark.parametrize("path", ["/login", "/login/", "//login", "//login///"])
def test_slashes_are_no_way_around_a_rule(path: str) -> None:
    """A rule on a path holds for every spelling of it."""
    assert Paths(["/login"]).fits(plain(path))


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/api/*", "/api/orders/1", True),
        ("/api/*", "/apis", False),
        ("/orders/{id}", "/orders/1", True),
        ("/orders/{id}", "/orders/1/lines", False),
        ("/files/{name:path}", "/files/a/b", True),
        ("/a.b", "/axb", False),
        ("/a.b/*", "/axb/c", False),
        ("*", "/anything\nat all", True),
        ("/", "/", True),
    ],
)
def test_patterns_fit_what_they_say(pattern: str, path: str, fits: bool) -> None:
    """Stars stand for anything, names for one part."""
    assert Paths([pattern]).fits(plain(path)) is fits


def test_a_pattern_begins_with_a_slash() -> None:
    """One that does not would never fit."""
    with pytest.raises(RateLimitError, match="'login'"):
        Paths(["login"])


def _answer() -> None:
    """Answer nothing."""


@pytest.fixture
def fastapi_routes() -> RouteTemplates:
    """Return the templates of an application with routers in routers, and a mounted application."""
    router = APIRouter(prefix="/shop")
    router.get("/orders/{order_id}")(_answer)
    outer = APIRouter(prefix="/v1")
    outer.include_router(router)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(outer)
    app.get("/login/")(_answer)
    below = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    below.get("/of/{name}")(_answer)
    app.mount("/tenants/{tenant}", below)
    return RouteTemplates(app)


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1/shop/orders/7", "/v1/shop/orders/{order_id}"),
        ("/login", "/login"),
        ("/tenants/acme/of/x", "/tenants/{tenant}/of/{name}"),
        ("/tenants/acme/elsewhere", "/tenants/{tenant}/{path:path}"),
        ("/nowhere", UNMATCHED),
        ("/v1/shop/orders/7/more", UNMATCHED),
    ],
)
def test_finds_the_route_before_the_router_does(
    fastapi_routes: RouteTemplates, path: str, template: str
) -> None:
    """Included routers and mounts are walked; what fits nothing shares one name."""
    assert fastapi_routes.of(path) == template


def test_a_route_that_is_added_later_is_found() -> None:
    """Applications grow until the first request, and some beyond it."""
    app = Starlette(routes=[Mount("/static", routes=[])])
    templates = RouteTemplates(app)
    before = templates.of("/late/1")

    app.router.routes.append(Route("/late/{number}", lambda _: PlainTextResponse("")))

    assert (before, templates.of("/late/1")) == (UNMATCHED, "/late/{number}")


def test_an_application_without_routes_has_no_templates() -> None:
    """Any ASGI application may be limited."""
    assert RouteTemplates(object()).of("/orders/1") == UNMATCHED
