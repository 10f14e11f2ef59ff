"""The page and its files, behind the same gate as the API that they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from otel_monitoring.dashboard.files import INDEX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.dashboard.files import File

_NOT_FOUND: Final = 404
_NOT_MODIFIED: Final = 304
_FOR_EVER: Final = "private, max-age=31536000, immutable"
_ASK_AGAIN: Final = "private, no-cache"

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Nothing of another host, and nothing that is written into the page itself."""


def dashboard_router(files: Mapping[str, File]) -> APIRouter:
    """Return the routes of the page.

    Args:
        files: As :func:`~otel_monitoring.dashboard.files.read_files` returns them.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def page(request: Request) -> Response:
        answer = _answer(files[INDEX], request, cache=_ASK_AGAIN)
        answer.headers["Content-Security-Policy"] = _POLICY
        return answer

    @router.api_route("/assets/{name}", methods=["GET", "HEAD"])
    async def asset(name: str, request: Request) -> Response:
        return _found(f"assets/{name}", request, cache=_FOR_EVER)  # its name changes with its content

    @router.api_route("/icon.svg", methods=["GET", "HEAD"])
    async def icon(request: Request) -> Response:
        return _found("icon.svg", request, cache=_ASK_AGAIN)

    def _found(path: str, request: Request, *, cache: str) -> Response:
        file = files.get(path)
        if file is None:
            raise HTTPException(_NOT_FOUND)
        return _answer(file, request, cache=cache)

    return router


def _answer(file: File, request: Request, *, cache: str) -> Response:
    headers = {"ETag": file.etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    content = file.content
    taken = _taken(request.headers.get("accept-encoding", ""))
    coding = next((coding for coding in file.compressed if coding in taken), None)
    if coding is not None:
        content, headers["Content-Encoding"] = file.compressed[coding], coding
    return Response(content, headers=headers, media_type=file.media_type)


def _taken(accept_encoding: str) -> set[str]:
    """Return the codings that a browser names, without those that it refuses by a weight of 0."""
    named = (part.replace(" ", "").partition(";q=") for part in accept_encoding.lower().split(","))
    return {coding for coding, _, weight in named if weight.strip("0.") or not weight}
