"""The pages under our prefix: built at their first request, closed without a token."""

from __future__ import annotations

import importlib.util
import logging
from typing import TYPE_CHECKING

from otel_monitoring.bootstrap.api.access import Admitting
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
        from otel_monitoring.api.later import Later
        from otel_monitoring.api.router import build_api, build_routes
        from otel_monitoring.bootstrap.api.stages import all_parts, first_parts

        made = analysis.get()
        if made.keeping is not None:
            made.keeping.agree()
        access, first = admitting.access(made.audit), first_parts(builder, made, registry=registry)

        def rest() -> ASGIApp:
            parts = all_parts(
                builder, analysis, first=first, registry=registry, hub=hub, started_ms=started_ms
            )
            return build_routes(access, **parts)

        later = Later(rest, guard=Guard("api"))
        api = build_api(access=access, limit=limit, later=later, **first)
        builder.parts.append(later)
        return api

    probes = Probes(lambda: registry.readiness().is_ready)
    mounted = Mounted(build, prefix=settings.prefix, guard=Guard("api"), probes=probes)
    found = Pages(mounted)
    builder.parts.append(found)
    return found
