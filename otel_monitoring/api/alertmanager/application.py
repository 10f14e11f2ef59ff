"""The routes of Alertmanager's HTTP API as an ASGI application; every request is worked on in a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from otel_monitoring.api.alertmanager import alerts, silences, status
from otel_monitoring.api.alertmanager.answer import BAD_REQUEST, UNSUPPORTED, ApiError, answer, failure
from otel_monitoring.api.alertmanager.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from otel_monitoring.api.desk import AlertDesk

    Endpoint = Callable[[Request], Awaitable[Response]]

_AT_ONCE = 4
_BODY_MAX_BYTES = 1 << 20
_TOO_LARGE = 413
_JSON = "application/json"
_BASE = "/api/v2"

_READ: dict[str, Callable[..., Response]] = {
    "/status": status.status,
    "/alerts": alerts.alerts,
    "/alerts/groups": alerts.groups,
    "/receivers": alerts.receivers,
    "/silences": silences.silences,
    "/silence/{silence_id}": silences.silence,
}


def alertmanager_app(desk: AlertDesk) -> Starlette:
    """Return ``api/v2/*``, ``-/healthy``, ``-/ready`` and ``metrics``, to be mounted anywhere.

    Args:
        desk: The parts that alerts pass through.
    """
    workers = _Workers()
    routes = [
        Route(_BASE + path, _reading(work, desk, workers), methods=["GET"]) for path, work in _READ.items()
    ]
    routes += [
        Route(_BASE + "/silences", _posting(desk, workers), methods=["POST"]),
        Route(_BASE + "/silence/{silence_id}", _reading(silences.expire, desk, workers), methods=["DELETE"]),
        Route(_BASE + "/alerts", _no_alerts, methods=["POST"]),
        Route("/-/healthy", _is_well, methods=["GET"]),
        Route("/-/ready", _is_well, methods=["GET"]),
        Route("/metrics", _metrics, methods=["GET"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_route})


class _Workers:
    """A few threads of the API's own number, so that a page cannot take all those of the application."""

    def __init__(self) -> None:
        self._limiter: CapacityLimiter | None = None

    async def run(self, work: Callable[[], Response]) -> Response:
        if self._limiter is None:
            self._limiter = CapacityLimiter(_AT_ONCE)
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        except ApiError as error:
            return failure(error)


def _reading(work: Callable[..., Response], desk: AlertDesk, workers: _Workers) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        query = request.scope.get("query_string", b"")
        return await workers.run(lambda: work(desk, Parameters(query), **request.path_params))

    return endpoint


def _posting(desk: AlertDesk, workers: _Workers) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            body = await _body(request)
        except ApiError as error:
            return failure(error)
        return await workers.run(lambda: silences.put(desk, body))

    return endpoint


async def _body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        msg = f'unsupported media type "{kind}", only [{_JSON}] are allowed'
        raise ApiError(msg, status=UNSUPPORTED, code=UNSUPPORTED)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _BODY_MAX_BYTES:
            msg = f"the body is longer than {_BODY_MAX_BYTES} bytes"
            raise ApiError(msg, status=_TOO_LARGE, code=_TOO_LARGE)
    return bytes(body)


async def _no_alerts(_request: Any) -> Response:
    return answer("alerts are not taken here: expected a rule that makes them", status=BAD_REQUEST)


async def _is_well(_request: Any) -> Response:
    return PlainTextResponse("OK")


async def _metrics(_request: Any) -> Response:
    return status.metrics()


async def _no_route(request: Request, error: Exception) -> Response:
    code = getattr(error, "status_code", 404)
    path = request.url.path
    messages = {404: f"path {path} was not found", 405: f"method {request.method} is not allowed for {path}"}
    return answer({"code": code, "message": messages.get(code, str(error))}, status=code)
