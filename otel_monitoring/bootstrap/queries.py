"""Who answers PromQL: our engine over the store, or the server that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.promql.engine import Engine, Limits
from otel_monitoring.promql.remote.query import RemoteOptions, RemoteQuery

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.storage.history.store import HistoryStore
    from otel_monitoring.stores.series import SeriesStore


def engine(builder: Builder, store: SeriesStore, history: HistoryStore | None) -> Engine:
    """Return our own engine.

    Args:
        builder: Whose settings limit it.
        store: The series in memory.
        history: Those on disk, where there is a storage.
    """
    query = builder.settings.query
    return Engine(
        store,
        lookback_ms=round(query.lookback_s * 1000),
        default_step_ms=round(builder.settings.alerts.interval_s * 1000),
        limits=Limits(
            max_samples=query.max_samples,
            max_series=query.max_series,
            max_steps=query.max_steps,
            timeout_s=query.timeout_s,
        ),
        experimental=query.experimental,
        clock=builder.clock,
        history=history,
    )


def remote(builder: Builder) -> RemoteQuery | None:
    """Return who answers instead of the engine, where the settings name a server."""
    query = builder.settings.query
    if query.url is None:
        return None
    options = RemoteOptions(
        timeout_s=query.timeout_s,
        bearer_token=query.bearer_token.get_secret_value() if query.bearer_token else "",
        headers={name: value.get_secret_value() for name, value in query.headers.items()},
    )
    return RemoteQuery(
        query.url.get_secret_value(), options=options, clock=builder.clock, shield=suppress_instrumentation
    )
