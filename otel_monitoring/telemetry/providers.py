"""The providers of this process: ours, or those that were there first."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from otel_monitoring.telemetry import existing
from otel_monitoring.telemetry.callbacks import CallbackGuard, GuardedMeterProvider
from otel_monitoring.telemetry.endpoint import SIGNALS, endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.sdk.resources import Resource

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.telemetry.endpoint import Signal

_log = logging.getLogger(__name__)

_LIMITS = {
    "max_span_attributes": "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "max_attributes": "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "max_attribute_length": "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "max_span_attribute_length": "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
}


@dataclass(frozen=True, slots=True)
class Providers:
    """The providers in force, and whose they are.

    Attributes:
        tracer: The tracer provider.
        meter: The meter provider.
        logger: The logger provider.
        resource: What our own providers say of this process.
        joined: The type of a provider that was there before us, by signal.
        exported: The type of the OTLP exporter that such a provider has already, by signal.
        callbacks: The guard of observable callbacks, where the meter provider is ours.
    """

    tracer: Any
    meter: Any
    logger: Any
    resource: Resource
    joined: Mapping[Signal, str]
    exported: Mapping[Signal, str]
    callbacks: CallbackGuard


def providers(
    *,
    resource: Resource,
    clock: Clock,
    environ: Mapping[str, str],
    sample_rate: float | None = None,
    attribute_chars: int = 4096,
    attributes_per_span: int = 128,
    stacktrace_chars: int = 65_536,
) -> Providers:
    """Return the providers of this process, setting ours as the global ones where there are none.

    Args:
        resource: What ours say of this process.
        clock: Measures callbacks.
        environ: The environment; standard limits in it win.
        sample_rate: Share of new traces to record; ``None`` leaves it to ``OTEL_TRACES_SAMPLER``.
        attribute_chars: Longest attribute value.
        attributes_per_span: Most attributes of one span.
        stacktrace_chars: Longest stack trace.
    """
    callbacks = CallbackGuard(clock=clock)
    found = {signal: existing.current(signal) for signal in SIGNALS}
    joined = {signal: _joined(signal, one) for signal, one in found.items() if one}
    limits = _span_limits(
        environ,
        attribute_chars=attribute_chars,
        attributes=attributes_per_span,
        stacktrace_chars=stacktrace_chars,
    )
    return Providers(
        tracer=joined.get("traces") or _tracer_provider(resource, sample_rate, limits, found["traces"]),
        meter=joined.get("metrics") or _meter_provider(resource, callbacks, found["metrics"]),
        logger=joined.get("logs") or _logger_provider(resource, found["logs"]),
        resource=resource,
        joined={signal: _named(found[signal]) for signal, one in joined.items() if one},
        exported={
            signal: name
            for signal, one in joined.items()
            if one and (name := _exporter(signal, found[signal], environ))
        },
        callbacks=callbacks,
    )


def _joined(signal: Signal, found: Any) -> Any | None:
    """Return what of ``found`` we join, or ``None``, with a word in the log, where it lets nobody in."""
    joined = existing.joinable(signal, found)
    if joined is None:
        _log.warning(
            "the %s provider of this process, %s, takes no processors or readers: "
            "what is recorded through it is not seen here, ours goes beside it",
            signal,
            _named(found),
        )
    return joined


def _exporter(signal: Signal, found: Any, environ: Mapping[str, str]) -> str | None:
    """Return the type of an exporter of ``found`` that sends where ours would."""
    ours = endpoint(signal, environ)
    return existing.otlp_exporter(found, ours.url if ours else None)


def _named(provider: Any) -> str:
    return f"{type(provider).__module__}.{type(provider).__qualname__}"


def _span_limits(
    environ: Mapping[str, str], *, attribute_chars: int, attributes: int, stacktrace_chars: int
) -> dict[str, int]:
    ours = {
        "max_span_attributes": attributes,
        "max_attributes": attributes,
        # Of events as well, where the stack traces are; the encoder cuts what is no stack trace further.
        "max_attribute_length": max(attribute_chars, stacktrace_chars),
        "max_span_attribute_length": attribute_chars,
    }
    general = {"max_span_attributes": "max_attributes", "max_span_attribute_length": "max_attribute_length"}
    return {
        name: value
        for name, value in ours.items()
        if not environ.get(_LIMITS[name]) and not environ.get(_LIMITS[general.get(name, name)])
    }


def _tracer_provider(
    resource: Resource, sample_rate: float | None, limits: dict[str, int], found: Any
) -> Any:
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
    from opentelemetry.trace import set_tracer_provider

    sampler = None if sample_rate is None else ParentBasedTraceIdRatio(sample_rate)
    provider = TracerProvider(
        sampler=sampler, resource=resource, shutdown_on_exit=False, span_limits=SpanLimits(**limits)
    )
    if found is None:
        set_tracer_provider(provider)
    return provider


def _meter_provider(resource: Resource, callbacks: CallbackGuard, found: Any) -> Any:
    from opentelemetry.metrics import set_meter_provider

    provider = GuardedMeterProvider(callbacks=callbacks, resource=resource, shutdown_on_exit=False)
    if found is None:
        set_meter_provider(provider)
    return provider


def _logger_provider(resource: Resource, found: Any) -> Any:
    from opentelemetry._logs import set_logger_provider
    from opentelemetry.sdk._logs import LoggerProvider

    provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    if found is None:
        set_logger_provider(provider)
    return provider
