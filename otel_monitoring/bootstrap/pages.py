"""The pages under our prefix: built at their first request, closed without a token."""

from __future__ import annotations

import importlib.util
import logging
import sys
from typing import TYPE_CHECKING

from otel_monitoring.guard import Guard
from otel_monitoring.health.check import Health
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.model.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastapi import APIRouter

    from otel_monitoring.api.asgi import ASGIApp
    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.api.mount import Mounted
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.lazy import LazyAnalysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.storage.credentials import Credentials

_log = logging.getLogger(__name__)

_TOKEN = "api_token"  # noqa: S105 - what it is called
_DAY_S = 86_400


class Pages:
    """The mounted API and its token, which is printed once where none was set.

    Args:
        mounted: The API.
        prefix: The path that it lies under.
        made: Returns the token that was made; ``None`` where the settings say one.
        credentials: Tell when the storage was asked for it.
        is_kept: Whether there is a storage, so that the token of all processes is known with the first look.
    """

    def __init__(
        self,
        mounted: Mounted,
        *,
        prefix: str,
        made: Callable[[], Sequence[str]] | None,
        credentials: Credentials,
        is_kept: bool,
    ) -> None:
        self.mounted = mounted
        self._prefix = prefix
        self._made = made
        self._credentials = credentials
        self._is_kept = is_kept
        self._told = ""
        credentials.when_asked(self.tell)

    def start(self) -> None:
        """Print a token that this process made for itself."""
        if not self._is_kept:
            self.tell()

    def tell(self) -> None:
        """Print a token that was made, as notebooks do: nobody else is told."""
        token = self._made()[0] if self._made is not None else ""
        if token == self._told:
            return
        self._told = token
        where = "at every process" if self._credentials.is_shared else "until this process ends"
        print(  # noqa: T201 - the terminal is where it belongs; a log would carry it further
            f"otel_monitoring: pages under {self._prefix} are open to 'Authorization: Bearer {token}' "
            f"{where}; set OTEL_MONITORING_API__TOKEN to choose the token",
            file=sys.stderr,
            flush=True,
        )

    def stop(self, timeout_s: float) -> None:
        """End nothing."""

    def after_fork(self) -> None:
        """Take fresh locks in a child process."""
        self.mounted.after_fork()


def health(builder: Builder, analysis: LazyAnalysis) -> HealthRegistry:
    """Return the registry with the checks of the toolkit itself; none of them is critical."""
    registry = HealthRegistry(clock=builder.clock)
    registry.register("export", lambda: _exporting(builder))
    registry.register("rules", lambda: _rules(analysis))
    builder.parts.append(registry)
    builder.loop.add("health", 1.0, lambda _now_ms: registry.run_due())
    return registry


def pages(builder: Builder, *, analysis: LazyAnalysis, registry: HealthRegistry) -> Pages | None:
    """Return the pages, or ``None`` where they are off or FastAPI is not installed."""
    settings = builder.settings.api
    if not settings.enabled:
        return None
    if importlib.util.find_spec("fastapi") is None:
        _log.info(
            "no pages under %s: they need FastAPI, pip install 'otel-monitoring[fastapi]'", settings.prefix
        )
        return None
    from otel_monitoring.api.auth import TokenAuth
    from otel_monitoring.api.mount import Mounted

    given = settings.token.get_secret_value() if settings.token else None
    tokens = None if given else builder.credentials.make(_TOKEN)
    started_ms = builder.clock.now_ms()

    def build() -> ASGIApp:
        from otel_monitoring.api.exposition.router import exposition_router
        from otel_monitoring.api.metrics.router import MetricsSource
        from otel_monitoring.api.router import build_api
        from otel_monitoring.bootstrap.analytics.routes import routes

        made = analysis.get()
        if made.keeping is not None:
            made.keeping.agree()
        return build_api(
            alerts=analysis,
            health=registry,
            auth=TokenAuth(tokens or given),
            prometheus=_sources(builder, analysis, started_ms=started_ms),
            metrics=MetricsSource(
                query=made.ask,
                metadata=made.store.metadata,
                clock=builder.clock,
                strategy=builder.settings.store.translation_strategy,
                past_metadata=None if made.keeping is None else made.keeping.history.past_metadata,
            ),
            rules=made.rules,
            desk=desk(builder, made, started_ms=started_ms),
            deeds=made.backing.deeds(),
            more=(*storage_routes(builder, made), *routes(made.desks)),
            exposition=exposition_router(
                store=made.store,
                clock=builder.clock,
                exemplars=made.exemplars,
                lookback_ms=round(builder.settings.query.lookback_s * 1000),
            ),
        )

    mounted = Mounted(build, prefix=settings.prefix, guard=Guard("api"))
    found = Pages(
        mounted,
        prefix=settings.prefix,
        made=tokens,
        credentials=builder.credentials,
        is_kept=builder.storage_url is not None,
    )
    builder.services.append(found)
    builder.parts.append(found)
    return found


def storage_routes(builder: Builder, made: Analysis) -> Sequence[APIRouter]:
    """Return the routes of what is kept, and of the storage where there is one."""
    from otel_monitoring.api.events import events_router

    keeping, events = made.keeping, events_router(made.recording, clock=builder.clock)
    if keeping is None:
        return (events,)
    from otel_monitoring.api.cleanup import cleanup_router
    from otel_monitoring.api.instances import instances_router
    from otel_monitoring.bootstrap.storage.upkeep import archive_of, keep_of
    from otel_monitoring.storage.history.cleanup import Cleanup

    clock = builder.clock
    cleanup = Cleanup(
        database=keeping.database,
        keep=keep_of(builder.settings),
        clock=clock,
        going=archive_of(builder.settings),
        service=keeping.service.key,
    )
    return (
        events,
        cleanup_router(cleanup, audit=made.audit, clock=clock),
        instances_router(keeping.instances, clock=clock),
    )


def desk(builder: Builder, made: Analysis, *, started_ms: int) -> AlertDesk:
    """Return the parts that alerts pass through, for the routes."""
    from otel_monitoring.api.desk import AlertDesk

    telling = made.telling
    return AlertDesk(
        groups=made.groups,
        dispatcher=telling.dispatcher,
        silences=telling.silences,
        acknowledged=telling.acknowledged,
        deliver=telling.deliver,
        history=made.history,
        audit=made.audit,
        clock=builder.clock,
        routing=lambda: telling.config,
        reload=lambda actor: telling.reload(actor=actor),
        external_labels=builder.settings.alerts.external_labels,
        started_ms=started_ms,
        is_elsewhere=telling.is_elsewhere,
    )


def _sources(builder: Builder, analysis: LazyAnalysis, *, started_ms: int) -> Sources:
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.promql.language.format import formatted

    made = analysis.get()
    return Sources(
        query=made.ask,
        tune=(made.remote or made.engine).tuned,
        parse=made.engine.parse,
        format=formatted,
        series=made.store,
        past=None if made.keeping is None else made.keeping.history,
        rules=analysis,
        exemplars=made.exemplars,
        clock=builder.clock,
        collect_interval_s=builder.settings.telemetry.collect_interval_s,
        retention_s=builder.settings.store.retention_s,
        started_ms=started_ms,
        flags=_flags(builder),
        experimental=builder.settings.query.experimental,
    )


def _flags(builder: Builder) -> dict[str, str]:
    """Return the flags of Prometheus that settings of ours stand for."""
    settings = builder.settings
    query = settings.query
    memory_s, disk_s = settings.store.retention_s, settings.storage.retention_metrics_days * _DAY_S
    durations_s = {
        "query.lookback-delta": query.lookback_s,
        "query.timeout": query.timeout_s,
        "storage.tsdb.retention.time": memory_s if builder.storage_url is None else disk_s,
    }
    shown = {name: format_duration(round(seconds * 1000)) for name, seconds in durations_s.items()}
    return {
        **shown,
        "enable-feature": "promql-experimental-functions" if query.experimental else "",
        "query.max-samples": str(query.max_samples),
    }


def _exporting(builder: Builder) -> Health:
    paused = [
        f"{signal}: {one.last_error}"
        for signal, stats in builder.exports.stats().items()
        for one in stats
        if one.is_open
    ]
    return Health("degraded", "; ".join(paused)) if paused else Health()


def _rules(analysis: LazyAnalysis) -> Health:
    failing = [
        rule.rule.name for group in analysis.known_groups() for rule in group.rules if rule.health == "err"
    ]
    return Health("degraded", f"rules that fail: {', '.join(failing)}") if failing else Health()
