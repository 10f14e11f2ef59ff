"""Whom the routes about endpoints and performance ask."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastapi import APIRouter

    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.health.report import HealthReport
    from otel_monitoring.views.counting import Counting

_REMOTE_EXACT_MS = 86_400_000
"""Up to which length of time a server is asked for what counters were at its beginning."""


def views_routes(
    builder: Builder,
    made: Analysis,
    *,
    report: Callable[[], HealthReport],
    desk: AlertDesk,
    started_ms: int,
) -> Sequence[APIRouter]:
    """Return the routes that say how the application is used, and the overview.

    Args:
        builder: What the parts of the instance share.
        made: The store, the engine, the rules and all that is found in series.
        report: Returns what the checks found.
        desk: Where people act on alerts.
        started_ms: When this process began, Unix milliseconds.
    """
    from otel_monitoring.api.dashboard.router import DashboardSource, dashboard_router
    from otel_monitoring.api.endpoints import endpoints_router
    from otel_monitoring.api.performance import PerformanceSource, performance_router
    from otel_monitoring.views.endpoints import EndpointsView
    from otel_monitoring.views.performance import operations
    from otel_monitoring.views.vitals import vitals

    desks, counting = made.desks, counting_of(builder, made, started_ms=started_ms)
    view = EndpointsView(counting)
    return (
        endpoints_router(view, clock=builder.clock),
        performance_router(PerformanceSource(view, partial(operations, counting), builder.clock)),
        dashboard_router(
            DashboardSource(
                clock=builder.clock,
                report=report,
                score=desks.score.score,
                view=view,
                groups=made.groups,
                desk=desk,
                anomalies=desks.anomalies,
                insights=desks.insights,
                slos=desks.slos.list,
                vitals=partial(vitals, made.ask),
                series=lambda: made.store.stats()["series"],
            )
        ),
    )


def counting_of(builder: Builder, made: Analysis, *, started_ms: int) -> Counting:
    """Return what says how to count what the application served.

    Args:
        builder: Knows who this process is, and how much memory holds.
        made: Answers PromQL.
        started_ms: When this process began, Unix milliseconds.
    """
    from otel_monitoring.views.counting import Counting, Own

    if made.remote:
        return Counting(made.ask, exact_ms=_REMOTE_EXACT_MS)
    instance = str(builder.resource.attributes.get("service.instance.id", ""))
    return Counting(
        made.ask,
        exact_ms=round(builder.settings.store.retention_s * 1000),
        own=Own(instance, started_ms),
    )
