"""Whom the routes ask: the parts of a running instance, as the API needs them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from otel_monitoring.model.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastapi import APIRouter

    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.lazy import LazyAnalysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.model.evidence import Watched
    from otel_monitoring.storage.history.cleanup import Cleanup

_DAY_S = 86_400
_TRIAL_S = 10.0
"""The longest that one query of a rule on trial may take."""

_MOST_REMEMBERED = 1000
"""Of how many rules it is remembered what they look at, which every list of alerts asks."""


def storage_routes(builder: Builder, made: Analysis) -> Sequence[APIRouter]:
    """Return the routes of what is kept, and of the storage where there is one."""
    from otel_monitoring.api.cleanup import cleanup_router
    from otel_monitoring.api.events import events_router

    clock = builder.clock
    return (
        events_router(made.recording, clock=clock),
        cleanup_router(_cleanup(builder, made), audit=made.audit, clock=clock),
    )


def trial_routes(builder: Builder, made: Analysis) -> Sequence[APIRouter]:
    """Return the route that tries a rule on history."""
    from otel_monitoring.api.alerting.backtest import BacktestSource, backtest_router

    source = BacktestSource(
        query=made.answering.tuned(timeout_s=_TRIAL_S),
        watched=_watched(made),
        clock=builder.clock,
        interval_ms=round(builder.settings.alerts.interval_s * 1000),
    )
    return (backtest_router(source),)


def _cleanup(builder: Builder, made: Analysis) -> Cleanup | None:
    """Return what cleans up; ``None`` without a storage."""
    keeping = made.keeping
    if keeping is None:
        return None
    from otel_monitoring.bootstrap.storage.upkeep import archive_of, keep_of
    from otel_monitoring.storage.history.cleanup import Cleanup

    return Cleanup(
        database=keeping.database,
        keep=keep_of(builder.settings),
        clock=builder.clock,
        going=archive_of(builder.settings),
        service=keeping.service.key,
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
        backing=made.backing.shown(),
        watched=lru_cache(maxsize=_MOST_REMEMBERED)(_watched(made)),
        external_labels=builder.settings.alerts.external_labels,
        started_ms=started_ms,
        is_elsewhere=telling.is_elsewhere,
    )


def _watched(made: Analysis) -> Callable[[str], Watched | None]:
    """Return what tells what an expression looks at; it raises a ``QueryError`` for one that is not valid."""
    from otel_monitoring.bootstrap.messages.comparison import watched

    return lambda expr: watched(made.engine.parse(expr))


def sources(builder: Builder, analysis: LazyAnalysis, *, started_ms: int) -> Sources:
    """Return whom the HTTP API of Prometheus asks."""
    from otel_monitoring.api.prometheus.sources import Sources
    from otel_monitoring.promql.language.format import formatted

    made = analysis.get()
    return Sources(
        query=made.answering,
        tune=made.answering.tuned,
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
