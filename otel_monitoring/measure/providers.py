"""Where hand-made telemetry goes: the providers that set-up gave, else the global ones.

Before set-up everything works and records nothing; what was created early starts to record once the
program has a provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opentelemetry import metrics, trace

from otel_monitoring._version import __version__
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.metrics import Histogram, Meter, MeterProvider
    from opentelemetry.trace import Tracer, TracerProvider

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.metric import MetricDescription

SCOPE = "otel_monitoring.measure"


class Instruments:
    """The tracer, the meter and the clock that hand-made telemetry uses, with the histograms made so far."""

    __slots__ = ("_histograms", "clock", "meter", "tracer")

    def __init__(self, *, tracer: Tracer, meter: Meter, clock: Clock) -> None:
        self.tracer = tracer
        self.meter = meter
        self.clock = clock
        self._histograms: dict[str, Histogram] = {}

    def histogram(self, definition: HistogramDefinition) -> Histogram:
        """Return the histogram of ``definition``, made at the first call."""
        metric = definition.metric
        found = self._histograms.get(metric.name)
        if found is None:
            found = self._histograms[metric.name] = self.meter.create_histogram(
                metric.name,
                unit=metric.unit,
                description=metric.description,
                explicit_bucket_boundaries_advisory=definition.boundaries,
            )
        return found


@dataclass(frozen=True, slots=True)
class HistogramDefinition:
    """What a histogram is created with.

    Attributes:
        metric: Its name, unit and description.
        boundaries: Upper bounds of its buckets, in its unit.
    """

    metric: MetricDescription
    boundaries: Sequence[float]


def configure(
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    clock: Clock | None = None,
) -> None:
    """Send what is measured from now on to these providers; ``None`` means the global one."""
    global _instruments  # noqa: PLW0603 - one destination for the process, written at set-up
    _instruments = Instruments(
        tracer=trace.get_tracer(SCOPE, __version__, tracer_provider),
        meter=metrics.get_meter(SCOPE, __version__, meter_provider),
        clock=clock or SystemClock(),
    )


def instruments() -> Instruments:
    """Return what hand-made telemetry is made with now."""
    if _instruments is None:
        configure()
    return _instruments  # type: ignore[return-value]  # configure has just written it


_instruments: Instruments | None = None
