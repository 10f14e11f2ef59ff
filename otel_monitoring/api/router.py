"""The API put together: one router per word, behind one gate."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Required, TypedDict, Unpack

from otel_monitoring._version import __version__
from otel_monitoring.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fastapi import APIRouter

    from otel_monitoring.api.access.admission import Access
    from otel_monitoring.api.alerts import AlertsSource
    from otel_monitoring.api.asgi import ASGIApp
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.api.health import HealthSource
    from otel_monitoring.api.later import Later
    from otel_monitoring.api.links import Deeds
    from otel_monitoring.api.metrics.router import MetricsSource
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.api.rules import RulesKept
    from otel_monitoring.reports.insights.score import HealthScore

_NO_TELEMETRY = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}

_LONGEST_BODY_BYTES = 2 << 20


class Parts(TypedDict, total=False):
    """Whom the routes ask; what is left out or ``None`` has no routes, or is empty in answers.

    Attributes:
        health: The checks.
        alerts: The rules and their alerts.
        prometheus: Whom the HTTP API of Prometheus asks.
        exposition: The routes that ``exposition_router`` makes.
        metrics: Whom the metrics by hand ask.
        rules: The book of rules.
        desk: Where people act on alerts.
        deeds: What the links in messages do.
        score: Tells how healthy everything is, from 0 to 100.
        more: Further routes: of the storage where there is one, of what is found in series.
        front: The dashboard, in place of a page of links.
    """

    health: Required[HealthSource]
    alerts: AlertsSource | None
    prometheus: Sources | None
    exposition: APIRouter | None
    metrics: MetricsSource | None
    rules: RulesKept | None
    desk: AlertDesk | None
    deeds: Deeds | None
    score: Callable[[], HealthScore] | None
    more: Sequence[APIRouter]
    front: APIRouter | None


def build_api(
    *,
    access: Access,
    limit: Callable[[ASGIApp], ASGIApp] | None = None,
    later: Later | None = None,
    **parts: Unpack[Parts],
) -> ASGIApp:
    """Return the API as an ASGI application; its paths are below wherever it is mounted.

    Args:
        access: Finds out who calls.
        limit: Puts limits of how often around the routes, behind the gate; ``None`` for none.
        later: All routes, where ``parts`` are of those alone that are asked for first.
        parts: Whom the routes ask.

    Raises:
        MissingExtraError: FastAPI is not installed.
    """
    try:
        import fastapi  # noqa: F401 - only to tell a missing package from an error inside of it
    except ImportError:
        package = "fastapi"
        raise MissingExtraError(package, extra="fastapi", needed_for="the API") from None
    from otel_monitoring.api.access.gate import Gate
    from otel_monitoring.api.later import Staged

    routes = build_routes(access, **parts)
    if later is not None:
        routes = Staged(routes, later)
    return Gate(routes if limit is None else limit(routes), access=access)


def build_routes(access: Access, **parts: Unpack[Parts]) -> ASGIApp:
    """Return what lies behind the gate.

    Args:
        access: Finds out who calls.
        parts: Whom the routes ask.
    """
    from otel_monitoring.api.access.roles import asked_of
    from otel_monitoring.api.access.sign_in import sign_in_router
    from otel_monitoring.api.again import Again
    from otel_monitoring.api.document.router import document_router
    from otel_monitoring.api.encoding import Encoding
    from otel_monitoring.api.health import health_router

    app = _application()
    own = (sign_in_router(access), *_alerts(parts), health_router(parts["health"], parts.get("score")))
    # The dashboard is found before the page in its place.
    for router in (parts.get("front"), *own, *parts.get("more", ()), parts.get("exposition")):
        if router is not None:
            app.include_router(router)
    desk = parts.get("desk")
    if desk is not None:
        _add_acting(app, desk)
    _add_kept(app, parts)
    prometheus = parts.get("prometheus")
    if prometheus is not None:
        from otel_monitoring.api.prometheus.application import prometheus_app

        app.mount("/prometheus", prometheus_app(prometheus))
    app.include_router(document_router(app, role_of=asked_of))
    return Encoding(Again(app))


def _alerts(parts: Parts) -> Iterator[APIRouter]:
    alerts = parts.get("alerts")
    if alerts is not None:
        from otel_monitoring.api.alerts import alerts_router

        yield alerts_router(alerts, parts.get("desk"), parts.get("rules"))


def _add_kept(app: Any, parts: Parts) -> None:
    metrics = parts.get("metrics")
    if metrics is not None:
        from otel_monitoring.api.metrics.router import metrics_router

        app.include_router(metrics_router(metrics))
    rules = parts.get("rules")
    if rules is not None:
        from otel_monitoring.api.rules import rules_router

        app.include_router(rules_router(rules))
    deeds = parts.get("deeds")
    if deeds is not None:
        from otel_monitoring.api.links import links_router

        app.include_router(links_router(deeds))


def _add_acting(app: Any, desk: AlertDesk) -> None:
    from otel_monitoring.api.alerting.acknowledging import acknowledging_router
    from otel_monitoring.api.alerting.evidence import evidence_router
    from otel_monitoring.api.alerting.history import history_router
    from otel_monitoring.api.alerting.receivers import receivers_router
    from otel_monitoring.api.alerting.silences import silences_router
    from otel_monitoring.api.alertmanager.application import alertmanager_app
    from otel_monitoring.api.audit import audit_router

    for make in (history_router, evidence_router, acknowledging_router, silences_router, receivers_router):
        app.include_router(make(desk))
    app.include_router(audit_router(desk.audit, clock=desk.clock))
    app.mount("/alertmanager", alertmanager_app(desk))


def _application() -> Any:
    """Return an application without pages and without telemetry of its own.

    The class is imported from where it is defined: instrumentations replace the name in ``fastapi``.
    """
    from fastapi import Depends
    from fastapi.applications import FastAPI
    from fastapi.datastructures import Default

    from otel_monitoring.api.document.naming import operation_id
    from otel_monitoring.api.failing import answer_with_problems
    from otel_monitoring.api.parameters import KnownParameters
    from otel_monitoring.api.response import FiniteResponse

    known = inspect.signature(FastAPI.__init__).parameters
    newer = {"telemetry": _NO_TELEMETRY, "max_body_size": _LONGEST_BODY_BYTES}
    options: dict[str, Any] = {name: value for name, value in newer.items() if name in known}
    app = FastAPI(
        title="otel_monitoring",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(KnownParameters())],
        default_response_class=Default(FiniteResponse),  # a default, so that models are still written at once
        generate_unique_id_function=operation_id,
        **options,
    )
    answer_with_problems(app)
    return app
