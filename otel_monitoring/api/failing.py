"""What goes wrong in a route, answered as a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from otel_monitoring.api.problems import BLANK, MEDIA_TYPE, problem
from otel_monitoring.api.refused import UNPROCESSABLE, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

_LONGEST_FOUND = 80
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Titles that differ between versions of Python."""


def answer_with_problems(app: Any) -> None:
    """Let a FastAPI application answer every error as problem details."""
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(RefusedError, _cannot)
    app.add_exception_handler(Exception, _failed)


def title_of(status: int) -> str:
    """Return the name of a status, as RFC 9110 has it."""
    return _TITLES.get(status) or HTTPStatus(status).phrase


def _answer(request: Request, status: int, *, headers: Any = None, **more: Any) -> JSONResponse:
    content = problem(status=status, title=title_of(status), instance=request.url.path, **more)
    return JSONResponse(content, status_code=status, headers=headers, media_type=MEDIA_TYPE)


async def _unknown(request: Request, error: HTTPException) -> JSONResponse:
    """Answer what the routing itself refuses: a path or a method that there is not."""
    return _answer(request, error.status_code, headers=error.headers, type=BLANK)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    errors = [_error(one) for one in error.errors()]
    detail = "; ".join(f"{one['field']}: {one['message']}" for one in errors)
    return _answer(request, UNPROCESSABLE, detail=detail, errors=errors)


async def _cannot(request: Request, error: RefusedError) -> JSONResponse:
    more = {**error.members, "errors": error.errors} if error.errors else error.members
    return _answer(request, error.status, headers=error.headers, detail=str(error), **more)


async def _failed(request: Request, _error: Exception) -> JSONResponse:
    return _answer(request, 500, detail="The log says why.")


def _error(error: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a field, and what was found there where that is a plain value."""
    said = {"field": ".".join(map(str, error["loc"])), "message": str(error["msg"])}
    found = error.get("input")
    if isinstance(found, str | int | float) and error["type"] not in ("missing", "json_invalid"):
        said["value"] = repr(found)[:_LONGEST_FOUND].encode("utf-8", "replace").decode()
        said["message"] += f", found {said['value']}"
    return said
