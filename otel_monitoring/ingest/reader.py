"""The one metric reader: collect once, and hand what was collected to everybody who wants it.

A second reader would make the SDK aggregate every measurement a second time; here the store and the
exporter share one collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics.export import MetricReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.metrics.export import MetricsData

    from otel_monitoring.guard import Guard


NO_LIMIT_MS = 1e15
"""For ``collect``: the SDK measures its limit on the wall clock, and gives a collection up when that steps.

Callbacks have limits of their own, on the monotonic clock.
"""


class StoreMetricReader(MetricReader):
    """Collect cumulative metrics when asked to.

    Args:
        on_collect: Called with each collection.
        guard: Catches what ``on_collect`` raises.
    """

    def __init__(self, *, on_collect: Callable[[MetricsData], None], guard: Guard) -> None:
        super().__init__()
        self._on_collect = on_collect
        self._guard = guard
        self._is_shut_down = False

    def _receive_metrics(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,  # noqa: ARG002 - the signature is the SDK's
        **_kwargs: Any,
    ) -> None:
        with self._guard:
            self._on_collect(metrics_data)

    def shutdown(self, timeout_millis: float = 30_000, **_kwargs: Any) -> None:  # noqa: ARG002 - as above
        """Note that the provider is gone."""
        self._is_shut_down = True
