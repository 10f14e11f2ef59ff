"""Pipelines for every signal that has somewhere to go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.bootstrap.telemetry.standard import number
from otel_monitoring.context.correlation import REQUEST_ID
from otel_monitoring.guard import Guard
from otel_monitoring.monitoring.export import Exports
from otel_monitoring.telemetry.circuit import Circuit
from otel_monitoring.telemetry.endpoint import SIGNALS, Endpoint, Signal, endpoint
from otel_monitoring.telemetry.export_reader import MetricsForm, metrics_form
from otel_monitoring.telemetry.pipeline import Pipeline
from otel_monitoring.telemetry.sdk_exporters import ForeignExporter, exporter_names, factory, redacted_copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.context.redact import Redactor
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.settings import Settings
    from otel_monitoring.telemetry.encode import SpanEncoder
    from otel_monitoring.telemetry.pipeline import Exporter
    from otel_monitoring.telemetry.wire import AttributeEncoder

_METRICS_CAPACITY = 4
_EXPORT_TIMEOUT_MS = 30_000


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What goes where, as ``doctor`` and the log tell it.

    Attributes:
        endpoints: The OTLP endpoint by signal.
        names: The exporters in use by signal.
        metrics_form: The form that metrics are exported in over OTLP, where it is not that of the store.
    """

    endpoints: Mapping[Signal, Endpoint]
    names: Mapping[Signal, Sequence[str]]
    metrics_form: MetricsForm | None


def plan(settings: Settings, environ: Mapping[str, str], exported: Mapping[Signal, str]) -> ExportPlan:
    """Return what goes where.

    Args:
        settings: The settings in force.
        environ: The environment.
        exported: Signals that somebody else exports over OTLP already, which we therefore do not.

    Raises:
        SettingsError: A standard variable cannot be used.
    """
    endpoints: dict[Signal, Endpoint] = {}
    names: dict[Signal, Sequence[str]] = {}
    for signal in SIGNALS:
        if not getattr(settings.telemetry, signal) or (signal == "logs" and not settings.logs.export):
            names[signal] = ()
            continue
        wanted = list(exporter_names(signal, environ))
        if settings.telemetry.console and "console" not in wanted:
            wanted.append("console")
        found = endpoint(signal, environ)
        if "otlp" in wanted and (found is None or signal in exported):
            wanted.remove("otlp")
        if "otlp" in wanted and found is not None:
            endpoints[signal] = found
        names[signal] = tuple(wanted)
    return ExportPlan(endpoints, names, metrics_form(environ) if "metrics" in endpoints else None)


def check(settings: Settings, environ: Mapping[str, str]) -> None:
    """Find out whether telemetry can be exported as asked, before anything is set up.

    Raises:
        SettingsError: A standard variable cannot be used.
    """
    for signal, names in plan(settings, environ, {}).names.items():
        for name in names:
            if name != "otlp":
                factory(signal, name)


def exports(
    plan: ExportPlan,
    *,
    settings: Settings,
    environ: Mapping[str, str],
    redactor: Redactor,
    clock: Clock,
    parts: list[Any],
) -> Exports:
    """Return the pipelines of a plan; none of them has a thread or a socket yet.

    What starts anew in a forked child is added to ``parts``.
    """
    make = _Maker(settings=settings, environ=environ, redactor=redactor, clock=clock, parts=parts)
    return Exports({signal: make.pipelines(signal, plan) for signal in SIGNALS})


class _Maker:
    def __init__(
        self,
        *,
        settings: Settings,
        environ: Mapping[str, str],
        redactor: Redactor,
        clock: Clock,
        parts: list[Any],
    ) -> None:
        self._parts = parts
        self._telemetry = settings.telemetry
        self._environ = environ
        self._redactor = redactor
        self._clock = clock

    def pipelines(self, signal: Signal, plan: ExportPlan) -> list[Pipeline[Any]]:
        made = []
        for name in plan.names[signal]:
            if name == "otlp":
                made.append(self._otlp(plan.endpoints[signal]))
            else:
                made.append(self._pipeline(signal, f"{signal}.{name}", self._foreign(signal, name)))
        return made

    def _pipeline(
        self,
        signal: Signal,
        name: str,
        make_exporter: Callable[[], Exporter[Any]],
        encode: Callable[[Any], Any] | None = None,
    ) -> Pipeline[Any]:
        telemetry = self._telemetry
        is_metrics = signal == "metrics"
        kind = {"traces": "BSP", "logs": "BLRP", "metrics": "METRIC"}[signal]
        queue_size = self._standard(f"OTEL_{kind}_MAX_QUEUE_SIZE", telemetry.queue_size)
        batch_size = self._standard(f"OTEL_{kind}_MAX_EXPORT_BATCH_SIZE", telemetry.batch_size)
        delay_ms = self._standard(f"OTEL_{kind}_SCHEDULE_DELAY", int(telemetry.schedule_delay_s * 1000))
        return Pipeline(
            name,
            make_exporter=make_exporter,
            clock=self._clock,
            guard=Guard(f"export.{name}"),
            circuit=Circuit(
                clock=self._clock, failures=telemetry.circuit_failures, probe_s=telemetry.circuit_probe_s
            ),
            shield=suppress_instrumentation,
            capacity=_METRICS_CAPACITY if is_metrics else queue_size,
            batch_size=1 if is_metrics else min(batch_size, queue_size),
            delay_s=delay_ms / 1000,
            timeout_s=self._standard(f"OTEL_{kind}_EXPORT_TIMEOUT", _EXPORT_TIMEOUT_MS) / 1000,
            encode=encode,
        )

    def _standard(self, variable: str, ours: int) -> int:
        return number(self._environ, variable, ours)

    def _otlp(self, endpoint: Endpoint) -> Pipeline[Any]:
        spans = self._span_encoder() if endpoint.signal == "traces" else None

        def make() -> Exporter[Any]:
            from otel_monitoring.telemetry.otlp import OtlpExporter

            requests = self._requests(endpoint.signal) if spans is None else spans.requests
            return OtlpExporter(endpoint, requests=requests, redact_text=self._redactor.text)

        encode = None if spans is None else spans.row
        return self._pipeline(endpoint.signal, endpoint.signal, make, encode)

    def _span_encoder(self) -> SpanEncoder:
        """Return the encoder that request threads share; what it knows of the process is reset in a child."""
        from otel_monitoring.telemetry.encode import SpanEncoder

        made = SpanEncoder(
            attributes=self._attributes(),
            redact_text=self._redactor.text,
            max_bytes=self._telemetry.batch_bytes,
        )
        self._parts.append(made)
        return made

    def _requests(self, signal: Signal) -> Callable[[Sequence[Any]], Iterable[tuple[bytes, int]]]:
        """Return an encoder; made per exporter, because what it caches belongs to one process."""
        from otel_monitoring.telemetry.encode import LogEncoder
        from otel_monitoring.telemetry.encode_metrics import MetricEncoder

        if signal == "metrics":
            encoder = MetricEncoder(attributes=self._attributes())
            return lambda batch: (encoder.request(data) for data in batch)
        return LogEncoder(
            attributes=self._attributes(),
            redact_text=self._redactor.text,
            max_bytes=self._telemetry.batch_bytes,
        ).requests

    def _attributes(self) -> AttributeEncoder:
        from otel_monitoring.telemetry.wire import AttributeEncoder

        return AttributeEncoder(
            redact=self._redactor.attribute,
            rename=self._redactor.name,
            max_chars=self._telemetry.attribute_chars,
            max_attributes=self._telemetry.attributes_per_span,
            safe_keys=frozenset({REQUEST_ID}),
            long_keys={"exception.stacktrace": self._telemetry.stacktrace_chars},
        )

    def _foreign(self, signal: Signal, name: str) -> Callable[[], Exporter[Any]]:
        make = factory(signal, name)
        redactor = self._redactor
        copy = redacted_copy(signal, value=redactor.attribute, text=redactor.text, name=redactor.name)
        return lambda: ForeignExporter(name, make=make, copy=copy)
