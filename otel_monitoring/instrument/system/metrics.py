"""The instruments of the meter, which only read the newest snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.metrics import Observation

from otel_monitoring.instrument.system.machine_instruments import MACHINE
from otel_monitoring.instrument.system.process_instruments import CONTAINER, LIMITS, PROCESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opentelemetry.metrics import CallbackOptions, Meter

    from otel_monitoring.guard import Guard
    from otel_monitoring.instrument.system.machine_instruments import SystemInstrument
    from otel_monitoring.instrument.system.sampler import SystemSampler
    from otel_monitoring.model.metric import MetricDescription

INSTRUMENTS = (*MACHINE, *PROCESS, *CONTAINER, *LIMITS)
"""Every metric with its points."""

METRICS: tuple[MetricDescription, ...] = tuple(instrument.description for instrument in INSTRUMENTS)
"""Every metric of the machine, of this process and of its container, in words."""


class SystemMetrics:
    """Register every system metric with a meter, as observable instruments over the newest snapshot.

    Args:
        meter: The meter; its instruments live as long as it does.
        sampler: Where the snapshots come from. Without one the instruments have no points.
        guard: Where unexpected errors of a callback end.
    """

    def __init__(self, meter: Meter, *, sampler: SystemSampler, guard: Guard) -> None:
        self._sampler = sampler
        self._guard = guard
        create = {
            "counter": meter.create_observable_counter,
            "updowncounter": meter.create_observable_up_down_counter,
            "gauge": meter.create_observable_gauge,
        }
        for instrument in INSTRUMENTS:
            row = instrument.description
            create[row.kind](
                row.name, callbacks=[self._callback(instrument)], unit=row.unit, description=row.description
            )

    def _callback(self, instrument: SystemInstrument) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(_options: CallbackOptions) -> Iterable[Observation]:
            return self._guard.call(self._observations, instrument) or ()

        return observe

    def _observations(self, instrument: SystemInstrument) -> list[Observation]:
        newest = self._sampler.snapshot()
        if newest is None:
            return []
        return [Observation(value, attributes) for value, attributes in instrument.points(newest)]
