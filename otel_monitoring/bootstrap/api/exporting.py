"""Whom ``/export`` asks."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from otel_monitoring.api.export.router import ExportSource
from otel_monitoring.api.export.rows import RowsSource
from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.state import Unavailable
from otel_monitoring.storage.transfer.memory import MemorySamples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.alerts.history import Episode
    from otel_monitoring.api.export.samples import SamplesSource
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.model.matcher import Matcher
    from otel_monitoring.model.sample import Metadata

_FLUSH_S = 1.0
"""How long is waited for what was collected a moment ago."""


def export_source(builder: Builder, made: Analysis) -> ExportSource:
    """Return whom the route asks.

    Args:
        builder: The settings and the clock.
        made: What is kept.
    """

    def samples(*, start_ms: int, end_ms: int, matchers: Sequence[Matcher]) -> SamplesSource:
        keeping = made.keeping
        if keeping is None or isinstance(keeping.state, Unavailable):
            return MemorySamples(made.store, start_ms=start_ms, end_ms=end_ms, matchers=matchers)
        from otel_monitoring.storage.transfer.out import Samples

        keeping.writer.flush(_FLUSH_S)
        return Samples(
            keeping.database,
            start_ms=start_ms,
            end_ms=end_ms,
            matchers=matchers,
            service=keeping.service.key,
            history=keeping.history,
        )

    def metadata() -> Mapping[str, Metadata]:
        known = made.store.metadata()
        if made.keeping is not None:
            with contextlib.suppress(StorageError):
                known = {**made.keeping.history.past_metadata(), **known}
        return known

    def episodes(start_ms: int, end_ms: int) -> Sequence[Episode]:
        return made.history.find(since_ms=start_ms, until_ms=end_ms)

    return ExportSource(
        samples=samples,
        rows=RowsSource(
            records=made.recording,
            audit=made.audit,
            episodes=episodes,
            deliveries=made.telling.deliver.log,
            clock=builder.clock,
        ),
        metadata=metadata,
        clock=builder.clock,
        service=str(builder.resource.attributes.get("service.name", "")),
        strategy=builder.settings.store.translation_strategy,
    )
