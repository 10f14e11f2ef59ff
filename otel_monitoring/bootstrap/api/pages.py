"""The pages under our prefix: built at their first request, closed without a token."""

from __future__ import annotations

import importlib.util
import logging
from typing import TYPE_CHECKING

from otel_monitoring.bootstrap.api.access import Admitting
from otel_monitoring.bootstrap.api.routes import desk, sources, storage_routes, trial_routes
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.api.asgi import ASGIApp
    from otel_monitoring.api.live.hub import Hub
    from otel_monitoring.api.mount import Mounted
    from otel_monitoring.bootstrap.lazy import LazyAnalysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.health.registry import HealthRegistry

_log = logging.getLogger(__name__)


class Pages:
    """The mounted API.

    Args:
        mounted: The API.
    """

    def __init__(self, mounted: Mounted) -> None:
        self.mounted = mounted

    def after_fork(self) -> None:
        """Take fresh locks in a child process."""
        self.mounted.after_fork()


def pages(
    builder: Builder,
    *,
    analysis: LazyAnalysis,
    registry: HealthRegistry,
    hub: Hub,
    limit: Callable[[ASGIApp], ASGIApp] | None = None,
) -> Pages | None:
    """Return the pages, or ``None`` where they are off or FastAPI is not installed."""
    settings = builder.settings.api
    if not settings.enabled:
        return None
    has_framework = importlib.util.find_spec("fastapi") is not None
    if not has_framework:
        _log.info(
            "probes alone under %s: pages need FastAPI, pip install 'otel-monitoring[fastapi]'",
            settings.prefix,
        )
    from otel_monitoring.api.mount import Mounted
    from otel_monitoring.api.probes import Probes

    admitting = Admitting(builder)
    if has_framework:
        admitting.greet(analysis)
    started_ms = builder.clock.now_ms()

    def build() -> ASGIApp:
        from otel_monitoring.api.exposition.router import exposition_router
        from otel_monitoring.api.live.router import live_router
        from otel_monitoring.api.metrics.router import MetricsSource
        from otel_monitoring.api.router import build_api
        from otel_monitoring.bootstrap.analytics.routes import routes
        from otel_monitoring.bootstrap.api.dashboard import dashboard
        from otel_monitoring.bootstrap.api.dashboards import dashboards_routes
        from otel_monitoring.bootstrap.api.system import system_routes
        from otel_monitoring.bootstrap.api.views import views_routes

        made = analysis.get()
        if made.keeping is not None:
            made.keeping.agree()
        acting = desk(builder, made, started_ms=started_ms)
        return build_api(
            alerts=analysis,
            health=registry,
            access=admitting.access(made.audit),
            prometheus=sources(builder, analysis, started_ms=started_ms),
            metrics=MetricsSource(
                query=made.ask,
                metadata=made.store.metadata,
                clock=builder.clock,
                strategy=builder.settings.store.translation_strategy,
                past_metadata=None if made.keeping is None else made.keeping.history.past_metadata,
            ),
            rules=made.rules,
            desk=acting,
            deeds=made.backing.deeds(),
            score=made.desks.score.score,
            more=(
                live_router(hub),
                *storage_routes(builder, made),
                *trial_routes(builder, made),
                *routes(made.desks),
                *dashboards_routes(builder, made),
                *system_routes(builder, made, registry=registry, started_ms=started_ms),
                *views_routes(builder, made, report=registry.report, desk=acting, started_ms=started_ms),
            ),
            limit=limit,
            front=dashboard(),
            exposition=exposition_router(
                store=made.store,
                clock=builder.clock,
                exemplars=made.exemplars,
                lookback_ms=round(builder.settings.query.lookback_s * 1000),
            ),
        )

    probes = Probes(lambda: registry.readiness().is_ready)
    mounted = Mounted(build, prefix=settings.prefix, guard=Guard("api"), probes=probes)
    found = Pages(mounted)
    builder.parts.append(found)
    return found
