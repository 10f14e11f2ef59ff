"""Whom the routes about the instance itself and about its data ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import APIRouter

    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.health.registry import HealthRegistry


def system_routes(
    builder: Builder, made: Analysis, *, registry: HealthRegistry, started_ms: int
) -> Sequence[APIRouter]:
    """Return the routes that say how this instance stands, and give out what it holds.

    Args:
        builder: What the parts of the instance share.
        made: The store, the engine, the rules and the messages.
        registry: How this process does.
        started_ms: When this process began, Unix milliseconds.
    """
    from otel_monitoring.api.export.router import export_router
    from otel_monitoring.api.instances import instances_router
    from otel_monitoring.api.metrics.current import CurrentSource, current_router
    from otel_monitoring.api.metrics.history import metrics_history_router
    from otel_monitoring.api.pipeline import pipeline_router
    from otel_monitoring.api.status import status_router
    from otel_monitoring.api.system import system_router
    from otel_monitoring.bootstrap.api.exporting import export_source
    from otel_monitoring.bootstrap.api.instances import figures_of, health_of, instances_of
    from otel_monitoring.bootstrap.api.machine import system_source
    from otel_monitoring.bootstrap.api.standing import lately_of
    from otel_monitoring.bootstrap.api.status import OwnStatus
    from otel_monitoring.reports.history.desk import HistoryDesk

    settings = builder.settings
    return (
        status_router(OwnStatus(builder, made, registry=registry, started_ms=started_ms)),
        export_router(export_source(builder, made)),
        pipeline_router(lately_of(builder, made), clock=builder.clock),
        instances_router(
            instances_of(builder, made, started_ms=started_ms),
            health=health_of(builder, made, registry),
            figures=figures_of(builder, made, started_ms=started_ms),
        ),
        system_router(system_source(builder, made)),
        current_router(
            CurrentSource(
                store=made.store,
                clock=builder.clock,
                lookback_ms=round(settings.query.lookback_s * 1000),
                strategy=settings.store.translation_strategy,
            )
        ),
        metrics_history_router(
            HistoryDesk(
                query=made.ask,
                subjects=made.desks.subjects,
                interval_s=settings.telemetry.collect_interval_s,
            ),
            clock=builder.clock,
        ),
    )
