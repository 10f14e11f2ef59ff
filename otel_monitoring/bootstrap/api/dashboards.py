"""Whom the routes about dashboards ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.storage.shared_dashboards import SharedDashboards


def dashboards_routes(builder: Builder, made: Analysis) -> Sequence[APIRouter]:
    """Return the routes of the dashboards that people arrange.

    Args:
        builder: What the parts of the instance share.
        made: The storage, the engine and the audit.
    """
    from otel_monitoring.api.dashboards.router import DashboardsSource, dashboards_router
    from otel_monitoring.bootstrap.storage.dashboards import MOST_DASHBOARDS, Dashboards

    kept = Dashboards(clock=builder.clock, audit=made.audit, shared=_shared(made, MOST_DASHBOARDS))
    builder.parts.append(kept)
    # A server that is asked in place of our engine may know functions that ours does not.
    check = _anything if made.remote else made.engine.parse
    return (dashboards_router(DashboardsSource(kept, check, MOST_DASHBOARDS)),)


def _shared(made: Analysis, most: int) -> SharedDashboards | None:
    keeping = made.keeping
    if keeping is None:
        return None
    from otel_monitoring.bootstrap.storage.shared_dashboards import SharedDashboards
    from otel_monitoring.storage.repositories.dashboards import KeptDashboards

    return SharedDashboards(
        database=keeping.database, kept=KeptDashboards(service=keeping.service.key, most=most)
    )


def _anything(_expr: str) -> None:
    """Take any expression."""
