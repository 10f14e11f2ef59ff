"""The routes of Prometheus's HTTP API as an ASGI application.

Every request is worked on in one of a few threads of the API's own number, so that a page full of charts can
neither block the event loop nor take all worker threads of the application that it lives in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from otel_monitoring.api.prometheus import features, metadata, queries, rules, status, targets
from otel_monitoring.api.prometheus.answer import ApiError, failure
from otel_monitoring.api.prometheus.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from otel_monitoring.api.prometheus.sources import Sources

    Answer = Callable[..., Response]

_AT_ONCE = 4
_WAITING_MAX = 64
_BODY_MAX_BYTES = 1 << 20
_FORM = "application/x-www-form-urlencoded"

_ROUTES: dict[str, tuple[Answer, tuple[str, ...]]] = {
    "query": (queries.instant, ("GET", "POST")),
    "query_range": (queries.ranged, ("GET", "POST")),
    "query_exemplars": (metadata.exemplars, ("GET", "POST")),
    "format_query": (queries.formatted, ("GET", "POST")),
    "parse_query": (queries.parsed, ("GET", "POST")),
    "series": (metadata.series, ("GET", "POST")),
    "labels": (metadata.label_names, ("GET", "POST")),
    "label/{name}/values": (metadata.label_values, ("GET",)),
    "metadata": (metadata.metadata, ("GET",)),
    "targets": (targets.targets, ("GET",)),
    "targets/metadata": (targets.metadata, ("GET",)),
    "scrape_pools": (targets.pools, ("GET",)),
    "alertmanagers": (targets.alertmanagers, ("GET",)),
    "rules": (rules.rules, ("GET",)),
    "alerts": (rules.alerts, ("GET",)),
    "features": (features.features, ("GET",)),
    "notifications": (status.notifications, ("GET",)),
    "status/buildinfo": (status.build, ("GET",)),
    "status/config": (status.config, ("GET",)),
    "status/flags": (status.flags, ("GET",)),
    "status/runtimeinfo": (status.runtime, ("GET",)),
    "status/tsdb": (status.tsdb, ("GET",)),
    "status/tsdb/blocks": (status.blocks, ("GET",)),
    "status/walreplay": (status.replay, ("GET",)),
}


def prometheus_app(sources: Sources) -> Starlette:
    """Return ``api/v1/*``, ``graph``, ``-/healthy`` and ``-/ready``, to be mounted anywhere.

    Args:
        sources: Whom to ask.
    """
    workers = _Workers()
    routes = [
        Route(f"/api/v1/{path}", _endpoint(answer, sources, workers), methods=list(methods))
        for path, (answer, methods) in _ROUTES.items()
    ]
    routes.append(Route("/graph", _graph))
    return Starlette(routes=[*routes, Route("/-/healthy", _is_well), Route("/-/ready", _is_well)])


class _Workers:
    """A few threads, and a bound on those who wait for one."""

    def __init__(self) -> None:
        self._limiter: CapacityLimiter | None = None
        self._inside = 0

    async def run(self, work: Callable[[], Response]) -> Response:
        if self._limiter is None:
            self._limiter = CapacityLimiter(_AT_ONCE)
        if self._inside >= _WAITING_MAX:
            msg = f"{_WAITING_MAX} requests are being answered already; try again"
            raise ApiError(msg, kind="unavailable")
        self._inside += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1


def _endpoint(
    answer: Answer, sources: Sources, workers: _Workers
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await _form(request)
            query = request.scope.get("query_string", b"")

            def work() -> Response:
                return answer(sources, Parameters(query, body), **request.path_params)

            return await workers.run(work)
        except ApiError as error:
            return failure(error)

    return endpoint


async def _form(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method != "POST" or kind != _FORM:
        return b""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _BODY_MAX_BYTES:
            msg = f"the body is longer than {_BODY_MAX_BYTES} bytes"
            raise ApiError(msg)
    return bytes(body)


async def _graph(request: Request) -> RedirectResponse:
    """Lead from the link of an alert to what its expression gives now, at the first path of the two."""
    query = urlencode({"query": request.query_params.get("g0.expr", "")})
    return RedirectResponse(f"api/v1/query?{query}")


async def _is_well(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("otel_monitoring is up.\n")
