"""What the routes stand on: of those that are asked for first, and of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.api.exposition.router import exposition_router
from otel_monitoring.bootstrap.api.dashboard import dashboard

if TYPE_CHECKING:
    from otel_monitoring.api.live.hub import Hub
    from otel_monitoring.api.router import Parts
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.lazy import LazyAnalysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.health.registry import HealthRegistry


def first_parts(builder: Builder, made: Analysis, *, registry: HealthRegistry) -> Parts:
    """Return what the routes stand on that nobody should wait for: the page, health and metrics.

    Args:
        builder: What the parts of the instance share.
        made: What is kept.
        registry: The checks.
    """
    return {
        "health": registry,
        "score": made.desks.score.score,
        "front": dashboard(),
        "exposition": exposition_router(
            store=made.store,
            clock=builder.clock,
            exemplars=made.exemplars,
            lookback_ms=round(builder.settings.query.lookback_s * 1000),
        ),
    }


def all_parts(
    builder: Builder,
    analysis: LazyAnalysis,
    *,
    first: Parts,
    registry: HealthRegistry,
    hub: Hub,
    started_ms: int,
) -> Parts:
    """Return what all routes stand on; what is imported for that takes a while.

    Args:
        builder: What the parts of the instance share.
        analysis: The rules, and all that is found in series.
        first: As :func:`first_parts` returned it.
        registry: The checks.
        hub: Tells what changes.
        started_ms: When this process began, Unix milliseconds.
    """
    from otel_monitoring.api.live.router import live_router
    from otel_monitoring.api.metrics.router import MetricsSource
    from otel_monitoring.bootstrap.analytics.routes import routes
    from otel_monitoring.bootstrap.api.dashboards import dashboards_routes
    from otel_monitoring.bootstrap.api.routes import desk, sources, storage_routes, trial_routes
    from otel_monitoring.bootstrap.api.system import system_routes
    from otel_monitoring.bootstrap.api.views import views_routes

    made = analysis.get()
    acting = desk(builder, made, started_ms=started_ms)
    return {
        **first,
        "alerts": analysis,
        "prometheus": sources(builder, analysis, started_ms=started_ms),
        "metrics": MetricsSource(
            query=made.ask,
            metadata=made.store.metadata,
            clock=builder.clock,
            strategy=builder.settings.store.translation_strategy,
            past_metadata=None if made.keeping is None else made.keeping.history.past_metadata,
        ),
        "rules": made.rules,
        "desk": acting,
        "deeds": made.backing.deeds(),
        "more": (
            live_router(hub),
            *storage_routes(builder, made),
            *trial_routes(builder, made),
            *routes(made.desks),
            *dashboards_routes(builder, made),
            *system_routes(builder, made, registry=registry, started_ms=started_ms),
            *views_routes(builder, made, report=registry.report, desk=acting, started_ms=started_ms),
        ),
    }
