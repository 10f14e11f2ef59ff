"""The API put together: one router per word, behind one gate."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from otel_monitoring._version import __version__
from otel_monitoring.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import APIRouter

    from otel_monitoring.api.alerts import AlertsSource
    from otel_monitoring.api.asgi import ASGIApp
    from otel_monitoring.api.auth import TokenAuth
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.api.health import HealthSource
    from otel_monitoring.api.links import Deeds
    from otel_monitoring.api.metrics.router import MetricsSource
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.api.rules import RulesKept

_NO_TELEMETRY = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}

_LONGEST_FOUND = 80
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Titles that differ between versions of Python."""


def build_api(  # noqa: PLR0913 - one place wires it
    *,
    alerts: AlertsSource,
    health: HealthSource,
    auth: TokenAuth,
    prometheus: Sources | None = None,
    exposition: APIRouter | None = None,
    metrics: MetricsSource | None = None,
    rules: RulesKept | None = None,
    desk: AlertDesk | None = None,
    deeds: Deeds | None = None,
    more: Sequence[APIRouter] = (),
) -> ASGIApp:
    """Return the API as an ASGI application; its paths are below wherever it is mounted.

    Args:
        alerts: The rules and their alerts.
        health: The checks.
        auth: Who may read.
        prometheus: Whom the HTTP API of Prometheus asks; ``None`` leaves it out.
        exposition: The routes that ``exposition_router`` makes; ``None`` leaves them out.
        metrics: Whom the metrics by hand ask; ``None`` leaves them out.
        rules: The book of rules; ``None`` leaves its routes out.
        desk: Where people act on alerts; ``None`` leaves those routes out.
        deeds: What the links in messages do; ``None`` leaves their page out.
        more: Further routes: of the storage where there is one, of what is found in series.

    Raises:
        MissingExtraError: FastAPI is not installed.
    """
    try:
        import fastapi  # noqa: F401 - only to tell a missing package from an error inside of it
    except ImportError:
        package = "fastapi"
        raise MissingExtraError(package, extra="fastapi", needed_for="the API") from None
    from otel_monitoring.api.alerts import alerts_router
    from otel_monitoring.api.auth import Gate
    from otel_monitoring.api.health import LIVE_PATH, health_router

    app = _application()
    app.include_router(alerts_router(alerts, desk, rules))
    if desk is not None:
        _add_acting(app, desk)
    app.include_router(health_router(health))
    for router in (*more, *([exposition] if exposition is not None else [])):
        app.include_router(router)
    if metrics is not None:
        from otel_monitoring.api.metrics.router import metrics_router

        app.include_router(metrics_router(metrics))
    if rules is not None:
        from otel_monitoring.api.rules import rules_router

        app.include_router(rules_router(rules))
    if prometheus is not None:
        from otel_monitoring.api.prometheus.application import prometheus_app

        app.mount("/prometheus", prometheus_app(prometheus))
    open_paths = [LIVE_PATH]
    if deeds is not None:
        from otel_monitoring.api.links import LINK_PATH, links_router

        app.include_router(links_router(deeds))
        open_paths.append(LINK_PATH)
    return Gate(app, auth=auth, open_paths=open_paths)


def _add_acting(app: Any, desk: AlertDesk) -> None:
    from otel_monitoring.api.alerting.acknowledging import acknowledging_router
    from otel_monitoring.api.alerting.history import history_router
    from otel_monitoring.api.alerting.receivers import receivers_router
    from otel_monitoring.api.alerting.silences import silences_router
    from otel_monitoring.api.alertmanager.application import alertmanager_app
    from otel_monitoring.api.audit import audit_router

    for make in (history_router, acknowledging_router, silences_router, receivers_router):
        app.include_router(make(desk))
    app.include_router(audit_router(desk.audit, clock=desk.clock))
    app.mount("/alertmanager", alertmanager_app(desk))


def _application() -> Any:
    """Return an application without pages and without telemetry of its own.

    The class is imported from where it is defined: instrumentations replace the name in ``fastapi``.
    """
    from fastapi.applications import FastAPI

    options: dict[str, Any] = {}
    if "telemetry" in inspect.signature(FastAPI.__init__).parameters:
        options["telemetry"] = _NO_TELEMETRY
    app = FastAPI(
        title="otel_monitoring",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        **options,
    )
    _answer_with_problems(app)
    return app


def _answer_with_problems(app: Any) -> None:
    from http import HTTPStatus

    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import JSONResponse
    from starlette.exceptions import HTTPException

    from otel_monitoring.api.problems import MEDIA_TYPE, problem
    from otel_monitoring.api.refused import RefusedError

    def answer(status: int, *, headers: Any = None, **more: Any) -> JSONResponse:
        content = problem(status=status, title=_TITLES.get(status) or HTTPStatus(status).phrase, **more)
        return JSONResponse(content, status_code=status, headers=headers, media_type=MEDIA_TYPE)

    async def refused(_: Any, error: HTTPException) -> JSONResponse:
        return answer(error.status_code, headers=error.headers)

    async def invalid(_: Any, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"field": ".".join(map(str, one["loc"])), "message": _message(one)} for one in error.errors()
        ]
        return answer(
            422, detail="; ".join(f"{one['field']}: {one['message']}" for one in errors), errors=errors
        )

    async def cannot(_: Any, error: RefusedError) -> JSONResponse:
        return answer(error.status, detail=str(error), **({"errors": error.errors} if error.errors else {}))

    async def failed(_: Any, _error: Exception) -> JSONResponse:
        return answer(500, detail="The log says why.")

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(RefusedError, cannot)
    app.add_exception_handler(Exception, failed)


def _message(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a field, and what was found there where that is a plain value."""
    found = error.get("input")
    is_plain = isinstance(found, str | int | float) and error["type"] not in ("missing", "json_invalid")
    return f"{error['msg']}, found {repr(found)[:_LONGEST_FOUND]}" if is_plain else str(error["msg"])
