"""What is observed without the application's doing: the machine, the runtime, the libraries it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring._version import __version__
from otel_monitoring.guard import Guard
from otel_monitoring.instrument.libraries import Libraries
from otel_monitoring.instrument.libraries.monitors import hush
from otel_monitoring.instrument.runtime import LoopMonitor, RuntimeMetrics
from otel_monitoring.instrument.system import SystemMetrics, SystemSampler
from otel_monitoring.instrument.system.scope import SystemScope

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.bootstrap.parts import Builder


def system(builder: Builder) -> Callable[[], None]:
    """Measure the machine and the runtime; return what is called in the event loop at start-up."""
    settings = builder.settings.system
    if not settings.enabled:
        return _nothing
    meter = builder.providers.meter.get_meter("otel_monitoring.system", __version__)
    guard = Guard("tap.system")
    sampler = SystemSampler(
        clock=builder.clock,
        guard=guard,
        interval_s=settings.interval_s,
        scope=SystemScope(mountpoints=settings.mounts, per_cpu=settings.per_cpu),
    )
    SystemMetrics(meter, sampler=sampler, guard=guard)
    window_s = max(30.0, 2 * builder.settings.telemetry.collect_interval_s)
    lag = LoopMonitor(clock=builder.clock, window_s=window_s)
    RuntimeMetrics(meter, loop_monitor=lag, guard=guard)
    builder.services.append(_Sampling(sampler, lag))
    builder.parts += [sampler, lag]
    return lag.attach if settings.loop_lag else _nothing


def libraries(builder: Builder) -> Libraries | None:
    """Instrument the libraries that the application imports; return which, or ``None`` where that is off."""
    settings = builder.settings.instrumentation
    if not settings.libraries:
        return None
    found = Libraries(
        tracer_provider=builder.providers.tracer,
        meter_provider=builder.providers.meter,
        guard=Guard("instrument.libraries"),
        disabled=settings.disabled,
        environ=builder.environ,
    )
    found.instrument()
    builder.closers += [found.uninstrument, hush(guard=Guard("instrument.monitors"))]
    return found


class _Sampling:
    """The sampler as a service; the loop monitor ends with it."""

    def __init__(self, sampler: SystemSampler, lag: LoopMonitor) -> None:
        self._sampler = sampler
        self._lag = lag

    def start(self) -> None:
        self._sampler.start()

    def stop(self, timeout_s: float) -> None:
        self._lag.detach()
        self._sampler.stop(min(1.0, timeout_s))


def _nothing() -> None:
    """Measure no event loop."""
