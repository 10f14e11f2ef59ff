"""A server middleware around an application, with everything it records kept in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otel_monitoring.context.headers import RequestIdPolicy
from otel_monitoring.context.logs import CorrelationLogProcessor
from otel_monitoring.context.spans import CorrelationSpanProcessor
from otel_monitoring.guard import Guard
from otel_monitoring.instrument.asgi import HttpInstruments, HttpMiddleware
from otel_monitoring.instrument.asgi.attributes import RequestAttributes
from otel_monitoring.instrument.asgi.exclude import Exclusions
from otel_monitoring.instrument.asgi.front import Front
from otel_monitoring.instrument.asgi.instruments import Unbound
from otel_monitoring.instrument.asgi.route import RouteNames
from otel_monitoring.instrument.asgi.websocket import WebSocketInstruments, WebSocketMiddleware
from otel_monitoring.instrument.asgi.wrap import outermost

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan


class ServerRig:
    """Instrument ``app`` as set-up does, without touching the process's global providers."""

    def __init__(self, app: Any, **options: Any) -> None:
        self.spans_exported = InMemorySpanExporter()
        self.logs_exported = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
        self.reader = InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False, sampler=options.pop("sampler", None))
        self.tracers.add_span_processor(CorrelationSpanProcessor())
        self.tracers.add_span_processor(SimpleSpanProcessor(self.spans_exported))
        self.loggers = LoggerProvider(shutdown_on_exit=False)
        self.loggers.add_log_record_processor(CorrelationLogProcessor())
        self.loggers.add_log_record_processor(SimpleLogRecordProcessor(self.logs_exported))
        meter = MeterProvider([self.reader], shutdown_on_exit=False).get_meter("rig")
        self.http = HttpInstruments(meter, bind=options.pop("bind", Unbound))
        self.websocket = WebSocketInstruments(meter)
        self.guard = Guard("tap.rig")
        self.calls: list[str] = []
        policy = RequestIdPolicy(header_names=("X-Request-ID", "X-Correlation-ID"))
        shared: dict[str, Any] = {
            "tracer": self.tracers.get_tracer("rig"),
            "logger": self.loggers.get_logger("rig"),
            "routes": RouteNames(app),
            "request_ids": policy,
            "guard": self.guard,
        }
        attributes = RequestAttributes(
            id_headers=policy.header_names,
            request_headers=options.pop("request_headers", ()),
            trusted_proxies=options.pop("trusted_proxies", ()),
        )
        pages, prefix = options.pop("pages", None), options.pop("prefix", "/monitoring")
        excluded = Exclusions(paths=options.pop("excluded", ()), user_agents=options.pop("probes", ()))

        def around(inner: Any) -> Front:
            return Front(
                inner,
                http=HttpMiddleware(inner, attributes=attributes, instruments=self.http, **shared, **options),
                websocket=WebSocketMiddleware(
                    inner, attributes=attributes, instruments=self.websocket, **shared
                ),
                exclusions=excluded,
                pages=pages,
                prefix=prefix,
                on_request=lambda: self.calls.append("request"),
                on_startup=lambda: self.calls.append("startup"),
                on_shutdown=lambda: self.calls.append("shutdown"),
                loop_started=lambda: self.calls.append("loop"),
                guard=self.guard,
            )

        self.app = outermost(app, around)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.spans_exported.get_finished_spans())

    @property
    def span(self) -> ReadableSpan:
        """The one server span."""
        (span,) = [one for one in self.spans if one.kind.name == "SERVER"]
        return span

    @property
    def logs(self) -> list[Any]:
        return [one.log_record for one in self.logs_exported.get_finished_logs()]

    def points(self, name: str) -> list[Any]:
        """The data points of one metric."""
        data = self.reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]
