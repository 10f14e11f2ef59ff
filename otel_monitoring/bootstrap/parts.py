"""Build the parts of an instance from its settings, and hook them up."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring._version import __version__
from otel_monitoring.bootstrap.storage.credentials import Credentials
from otel_monitoring.bootstrap.storage.place import storage_url
from otel_monitoring.bootstrap.telemetry import export, standard
from otel_monitoring.context import correlation
from otel_monitoring.context.logs import CorrelationLogProcessor
from otel_monitoring.context.redact import Limits, Redactor
from otel_monitoring.context.spans import CorrelationSpanProcessor
from otel_monitoring.guard import Guard, all_guards
from otel_monitoring.ingest.aggregations import Aggregations
from otel_monitoring.ingest.events import EventTap
from otel_monitoring.ingest.reader import NO_LIMIT_MS, StoreMetricReader
from otel_monitoring.measure.audit_trail import EVENT_NAME as AUDIT
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.monitoring.loop import Loop
from otel_monitoring.monitoring.self_metrics import SelfMetrics
from otel_monitoring.telemetry.export_reader import ExportMetricReader
from otel_monitoring.telemetry.processors import QueueLogProcessor, QueueSpanProcessor
from otel_monitoring.telemetry.providers import Providers, providers
from otel_monitoring.telemetry.resource import ProcessResource, resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from otel_monitoring.bootstrap.telemetry.export import ExportPlan
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.monitoring.export import Exports
    from otel_monitoring.monitoring.instance import Collect
    from otel_monitoring.notify.message import Message
    from otel_monitoring.reports.insights.given import Given
    from otel_monitoring.settings import LoadedSettings, Settings
    from otel_monitoring.storage.database import Database
    from otel_monitoring.telemetry.pipeline import Pipeline

_log = logging.getLogger(__name__)

SCOPE = "otel_monitoring"


class Agree(Protocol):
    """What is looked up in the storage every few seconds, beside the samples of others."""

    def __call__(self, database: Database, *, service: str, now_ms: int) -> object:
        """Look, at the keeping of a service; raises StorageError where the database cannot be used."""
        ...


@dataclass(slots=True)
class Builder:
    """What the steps of building share."""

    settings: Settings
    environ: Mapping[str, str]
    clock: Clock
    resource: ProcessResource
    providers: Providers
    redactor: Redactor
    plan: ExportPlan
    exports: Exports
    loop: Loop
    metrics: SelfMetrics
    aggregations: Aggregations
    on_collect: list[Callable[[Any], None]] = field(default_factory=list)
    on_flush: list[Callable[[Any], None]] = field(default_factory=list)
    on_agree: list[Agree] = field(default_factory=list)
    services: list[Any] = field(default_factory=list)
    parts: list[Any] = field(default_factory=list)
    closers: list[Callable[[], Any]] = field(default_factory=list)
    functions: Mapping[str, Callable[[Message], object]] = field(default_factory=dict)
    access: Callable[[Any], object] | None = None
    insights: Given | None = None
    storage_url: str | None = None
    credentials: Credentials = field(default_factory=Credentials)
    events: EventTap = field(default_factory=lambda: EventTap(left_out=[AUDIT]))


def begin(loaded: LoadedSettings, environ: Mapping[str, str]) -> Builder:
    """Make what everything else stands on."""
    settings = standard.settled(loaded.settings, environ)
    export.check(settings, environ)
    clock = SystemClock()
    who = resource(
        service_name=settings.service_name,
        service_version=settings.service_version,
        service_namespace=settings.service_namespace,
        environment=settings.environment,
        attributes=settings.telemetry.resource_attributes,
    )
    telemetry = settings.telemetry
    found = providers(
        resource=who,
        clock=clock,
        environ=environ,
        sample_rate=settings.trace_sample_rate,
        attribute_chars=telemetry.attribute_chars,
        attributes_per_span=telemetry.attributes_per_span,
        stacktrace_chars=telemetry.stacktrace_chars,
    )
    redactor = _redactor(settings)
    where = export.plan(settings, environ, found.exported)
    starts_anew: list[Any] = [who, found.callbacks]
    loop = Loop(clock=clock, shield=suppress_instrumentation)
    credentials = Credentials()
    starts_anew.append(credentials)
    return Builder(
        settings=settings,
        environ=environ,
        clock=clock,
        resource=who,
        providers=found,
        redactor=redactor,
        plan=where,
        exports=export.exports(
            where, settings=settings, environ=environ, redactor=redactor, clock=clock, parts=starts_anew
        ),
        loop=loop,
        metrics=SelfMetrics(found.meter.get_meter(SCOPE, __version__)),
        aggregations=_aggregations(settings),
        parts=starts_anew,
        credentials=credentials,
        storage_url=storage_url(settings, service=str(who.attributes["service.name"]), environ=environ),
    )


def _aggregations(settings: Settings) -> Aggregations:
    telemetry = settings.telemetry
    return Aggregations(
        limit=telemetry.cardinality_limit,
        attribute_chars=telemetry.attribute_chars,
        attributes=telemetry.attributes_per_span,
    )


def _redactor(settings: Settings) -> Redactor:
    telemetry, redaction = settings.telemetry, settings.redaction
    key = settings.correlation.user_hash_key
    made = Redactor(
        extra_keys=redaction.extra_keys,
        patterns=redaction.extra_patterns,
        allow=redaction.allow,
        hash_key=key.get_secret_value().encode() if key else None,
        limits=Limits(
            attribute_chars=telemetry.attribute_chars,
            attributes=telemetry.attributes_per_span,
            stacktrace_chars=telemetry.stacktrace_chars,
        ),
        enabled=redaction.enabled,
    )
    correlation.configure(hash_user=made.user_id)
    return made


def tap(builder: Builder) -> Collect:
    """Put our taps on the SDK's extension points; return what collects metrics once."""
    found = builder.providers
    _tap_spans_and_logs(builder)
    cadence = _Cadence(builder.clock, builder.settings.telemetry.export_interval_s)
    hand_over = _metric_exports(builder)

    def hear_all(data: Any) -> None:
        # What is collected for a flush goes to the exporters: the store keeps to its grid of times.
        for hear in builder.on_flush if cadence.now else builder.on_collect:
            hear(data)
        if cadence.is_due():
            hand_over(data)

    reader = StoreMetricReader(on_collect=hear_all, guard=Guard("tap.reader"))
    found.meter.add_metric_reader(reader)
    builder.aggregations.install(reader)
    builder.parts.append(builder.aggregations)
    builder.closers.append(lambda: found.meter.remove_metric_reader(reader))
    _watch(builder)

    def collect(*, export_now: bool) -> None:
        cadence.now = export_now
        reader.collect(timeout_millis=NO_LIMIT_MS)

    return collect


def _tap_spans_and_logs(builder: Builder) -> None:
    found, exports = builder.providers, builder.exports
    found.tracer.add_span_processor(CorrelationSpanProcessor())
    for traces in exports.of("traces"):
        found.tracer.add_span_processor(QueueSpanProcessor(traces, guard=Guard("tap.spans")))
    found.logger.add_log_record_processor(CorrelationLogProcessor())
    found.logger.add_log_record_processor(builder.events)
    builder.parts.append(builder.events)
    builder.closers.append(builder.events.close)
    for logs in exports.of("logs"):
        found.logger.add_log_record_processor(QueueLogProcessor(logs))


def _watch(builder: Builder) -> None:
    aggregations = builder.aggregations
    metrics, redactor, callbacks = builder.metrics, builder.redactor, builder.providers.callbacks
    metrics.watch_exports(builder.exports)
    metrics.watch_loop(builder.loop)
    metrics.watch_guards(all_guards)
    metrics.observe(
        "otel_monitoring.redactions",
        lambda: [(count, {"kind": kind}) for kind, count in redactor.stats().items()],
    )
    metrics.observe(
        "otel_monitoring.cardinality.overflow",
        lambda: [
            (1, {"metric": name, "attribute": attribute})
            for name, attribute in aggregations.overflowing().items()
        ],
    )
    metrics.observe(
        "otel_monitoring.callbacks.muted", lambda: [(1, {"metric": name}) for name in callbacks.muted()]
    )


class _Cadence:
    """When a collection is exported: at its interval, and whenever somebody flushes."""

    def __init__(self, clock: Clock, interval_s: float) -> None:
        self._clock = clock
        self._interval_s = interval_s
        self._due_s = clock.monotonic_s() + interval_s
        self.now = False

    def is_due(self) -> bool:
        now_s = self._clock.monotonic_s()
        if not self.now and now_s < self._due_s:
            return False
        if not self.now:
            # On a grid, so that a collection that comes a moment late does not put off all later ones.
            self._due_s += self._interval_s * (1 + (now_s - self._due_s) // self._interval_s)
        self.now = False
        return True


def _metric_exports(builder: Builder) -> Callable[[Any], None]:
    """Return what hands one collection to the exporters; another form takes a collection of its own."""
    form, pipelines = builder.plan.metrics_form, list(builder.exports.of("metrics"))
    if form is None:
        return lambda data: _put(pipelines, data)
    shaped = next(one for one in pipelines if one.name == "metrics")
    others = [one for one in pipelines if one is not shaped]
    reader = ExportMetricReader(form, put=shaped.put, guard=Guard("tap.export_reader"))
    meter, aggregations = builder.providers.meter, _aggregations(builder.settings)
    meter.add_metric_reader(reader)
    aggregations.install(reader)
    builder.parts.append(aggregations)
    builder.closers.append(lambda: meter.remove_metric_reader(reader))

    def hand_over(data: Any) -> None:
        _put(others, data)
        reader.collect()

    return hand_over


def _put(pipelines: Iterable[Pipeline[Any]], data: Any) -> None:
    for one in pipelines:
        one.put(data)
