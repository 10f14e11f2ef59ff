"""``/openapi.json``: the description of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from otel_monitoring.api.document.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable


def document_router(app: Any, *, role_of: Callable[[str, str], str]) -> APIRouter:
    """Return the route that describes an application; it runs in a worker thread, since that takes a while.

    Args:
        app: The FastAPI application, with all its routes by the time that somebody asks.
        role_of: Who may use a route, by its method and its path.
    """
    router, made = APIRouter(tags=["document"]), Document(app, role_of=role_of)

    @router.get("/openapi.json", summary="The description of all this, as OpenAPI 3.1 has it")
    def openapi(request: Request) -> dict[str, Any]:
        """The server in it is where it was asked for."""
        return made.at(request.scope.get("root_path", ""))

    return router
