"""The API put together: one router per word, behind one gate."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from otel_monitoring._version import __version__
from otel_monitoring.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastapi import APIRouter

    from otel_monitoring.api.access.admission import Access
    from otel_monitoring.api.alerts import AlertsSource
    from otel_monitoring.api.asgi import ASGIApp
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.api.health import HealthSource
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


def build_api(  # noqa: PLR0913 - one place wires it
    *,
    alerts: AlertsSource,
    health: HealthSource,
    access: Access,
    prometheus: Sources | None = None,
    exposition: APIRouter | None = None,
    metrics: MetricsSource | None = None,
    rules: RulesKept | None = None,
    desk: AlertDesk | None = None,
    deeds: Deeds | None = None,
    score: Callable[[], HealthScore] | None = None,
    more: Sequence[APIRouter] = (),
    limit: Callable[[ASGIApp], ASGIApp] | None = None,
    front: APIRouter | None = None,
) -> ASGIApp:
    """Return the API as an ASGI application; its paths are below wherever it is mounted.

    Args:
        alerts: The rules and their alerts.
        health: The checks.
        access: Finds out who calls.
        prometheus: Whom the HTTP API of Prometheus asks; ``None`` leaves it out.
        exposition: The routes that ``exposition_router`` makes; ``None`` leaves them out.
        metrics: Whom the metrics by hand ask; ``None`` leaves them out.
        rules: The book of rules; ``None`` leaves its routes out.
        desk: Where people act on alerts; ``None`` leaves those routes out.
        deeds: What the links in messages do; ``None`` leaves their page out.
        score: Tells how healthy everything is, from 0 to 100; ``None`` leaves it empty.
        more: Further routes: of the storage where there is one, of what is found in series.
        limit: Puts limits of how often around the routes, behind the gate; ``None`` for none.
        front: The dashboard, in place of a page of links; ``None`` where it was not built.

    Raises:
        MissingExtraError: FastAPI is not installed.
    """
    try:
        import fastapi  # noqa: F401 - only to tell a missing package from an error inside of it
    except ImportError:
        package = "fastapi"
        raise MissingExtraError(package, extra="fastapi", needed_for="the API") from None
    from otel_monitoring.api.access.gate import Gate
    from otel_monitoring.api.access.roles import asked_of
    from otel_monitoring.api.access.sign_in import sign_in_router
    from otel_monitoring.api.alerts import alerts_router
    from otel_monitoring.api.health import health_router

    app = _application()
    own = (sign_in_router(access), alerts_router(alerts, desk, rules), health_router(health, score))
    for router in (front, *own, *more, exposition):  # the dashboard is found before the page in its place
        if router is not None:
            app.include_router(router)
    if desk is not None:
        _add_acting(app, desk)
    _add_kept(app, metrics=metrics, rules=rules, deeds=deeds)
    if prometheus is not None:
        from otel_monitoring.api.prometheus.application import prometheus_app

        app.mount("/prometheus", prometheus_app(prometheus))
    from otel_monitoring.api.again import Again
    from otel_monitoring.api.document.router import document_router
    from otel_monitoring.api.encoding import Encoding

    app.include_router(document_router(app, role_of=asked_of))
    routes = Encoding(Again(app))
    return Gate(routes if limit is None else limit(routes), access=access)


def _add_kept(
    app: Any, *, metrics: MetricsSource | None, rules: RulesKept | None, deeds: Deeds | None
) -> None:
    if metrics is not None:
        from otel_monitoring.api.metrics.router import metrics_router

        app.include_router(metrics_router(metrics))
    if rules is not None:
        from otel_monitoring.api.rules import rules_router

        app.include_router(rules_router(rules))
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
