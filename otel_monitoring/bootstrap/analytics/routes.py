"""The routes of the desks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from otel_monitoring.bootstrap.analytics.desks import Desks


def routes(desks: Desks) -> Sequence[APIRouter]:
    """Return one router for each desk."""
    from otel_monitoring.api.analytics.anomalies import anomalies_router
    from otel_monitoring.api.analytics.budgets import budgets_router
    from otel_monitoring.api.analytics.correlations import correlations_router
    from otel_monitoring.api.analytics.forecasts import forecasts_router
    from otel_monitoring.api.analytics.insights import insights_router
    from otel_monitoring.api.analytics.releases import releases_router
    from otel_monitoring.api.analytics.reports import reports_router
    from otel_monitoring.api.analytics.slos import slos_router
    from otel_monitoring.api.analytics.trends import trends_router

    return (
        anomalies_router(desks.anomalies),
        budgets_router(desks.budgets),
        correlations_router(desks.correlations),
        forecasts_router(desks.forecasts),
        insights_router(desks.insights, desks.score),
        releases_router(desks.releases),
        reports_router(desks.reports, send=desks.report_sender.once, audit=desks.audit),
        slos_router(desks.slos),
        trends_router(desks.trends),
    )
