"""A reader of its own for metrics that are exported in another form than the store keeps them.

The store is cumulative with explicit buckets. Who asks for deltas or exponential histograms by the standard
variables gets a second aggregation for the export, through the same pipeline as everything else.

Source: OpenTelemetry specification, "OTLP Metrics Exporter", additional environment variables.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.metrics import (
    Counter,
    Histogram,
    ObservableCounter,
    ObservableGauge,
    ObservableUpDownCounter,
    UpDownCounter,
)
from opentelemetry.sdk.metrics.export import AggregationTemporality, MetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.sdk.metrics.export import MetricsData

    from otel_monitoring.guard import Guard

_log = logging.getLogger(__name__)

TEMPORALITY = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
HISTOGRAM = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"
_EXPONENTIAL = "base2_exponential_bucket_histogram"
_DELTAS: Mapping[str, tuple[type, ...]] = {
    "cumulative": (),
    "delta": (Counter, ObservableCounter, Histogram),
    "lowmemory": (Counter, Histogram),
}
_INSTRUMENTS = (
    Counter,
    UpDownCounter,
    Histogram,
    ObservableCounter,
    ObservableUpDownCounter,
    ObservableGauge,
)


@dataclass(frozen=True, slots=True)
class MetricsForm:
    """In which form metrics are exported over OTLP.

    Attributes:
        temporality: ``cumulative``, ``delta`` or ``lowmemory``.
        is_exponential: Whether histograms are exponential.
    """

    temporality: str
    is_exponential: bool


def metrics_form(environ: Mapping[str, str]) -> MetricsForm | None:
    """Return the form that the standard variables ask for; ``None`` where it is the one of the store."""
    temporality = _chosen(environ, TEMPORALITY, tuple(_DELTAS))
    histogram = _chosen(environ, HISTOGRAM, ("explicit_bucket_histogram", _EXPONENTIAL))
    form = MetricsForm(temporality, is_exponential=histogram == _EXPONENTIAL)
    return None if form == MetricsForm("cumulative", is_exponential=False) else form


def _chosen(environ: Mapping[str, str], variable: str, choices: tuple[str, ...]) -> str:
    text = environ.get(variable, "").strip().lower()
    if text and text not in choices:
        _log.warning("%s=%r is passed by: expected one of %s", variable, text, ", ".join(choices))
    return text if text in choices else choices[0]


class ExportMetricReader(MetricReader):
    """Collect metrics in ``form`` when asked to.

    Args:
        form: Temporality and kind of histogram.
        put: Called with each collection.
        guard: Catches what ``put`` raises.
    """

    def __init__(self, form: MetricsForm, *, put: Callable[[MetricsData], None], guard: Guard) -> None:
        deltas = _DELTAS[form.temporality]
        super().__init__(
            preferred_temporality={
                kind: AggregationTemporality.DELTA if kind in deltas else AggregationTemporality.CUMULATIVE
                for kind in _INSTRUMENTS
            },
            preferred_aggregation=(
                {Histogram: ExponentialBucketHistogramAggregation()} if form.is_exponential else None
            ),
        )
        self._put = put
        self._guard = guard

    def _receive_metrics(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,  # noqa: ARG002 - the signature is the SDK's
        **_kwargs: Any,
    ) -> None:
        with self._guard:
            self._put(metrics_data)

    def shutdown(self, timeout_millis: float = 30_000, **_kwargs: Any) -> None:
        """Do nothing: the instance ends its pipelines together, under one deadline."""
