"""An application whose requests somebody else may record, with all that is recorded kept in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import Histogram, InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from otel_monitoring.context.headers import RequestIdPolicy
from otel_monitoring.context.spans import CorrelationSpanProcessor
from otel_monitoring.guard import Guard
from otel_monitoring.instrument.asgi import HttpInstruments, HttpMiddleware
from otel_monitoring.instrument.asgi.attributes import RequestAttributes
from otel_monitoring.instrument.asgi.choice import choose, settle
from otel_monitoring.instrument.asgi.correlation import CorrelationMiddleware
from otel_monitoring.instrument.asgi.route import RouteNames
from otel_monitoring.instrument.asgi.wrap import outermost

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

    from otel_monitoring.instrument.asgi.choice import HttpChoice, Wanted


class ChoiceRig:
    """Set ``app`` up as set-up does for one value of ``http_instrumentation``, with providers of its own."""

    def __init__(self, app: Any, wanted: Wanted, **options: Any) -> None:
        self.spans_exported = InMemorySpanExporter()
        self.logs_exported: Any = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
        self.reader = InMemoryMetricReader()
        self.tracers = TracerProvider(shutdown_on_exit=False, sampler=options.pop("sampler", None))
        self.tracers.add_span_processor(CorrelationSpanProcessor())
        self.tracers.add_span_processor(SimpleSpanProcessor(self.spans_exported))
        self.loggers = LoggerProvider(shutdown_on_exit=False)
        self.loggers.add_log_record_processor(SimpleLogRecordProcessor(self.logs_exported))
        self.meters = MeterProvider([self.reader], shutdown_on_exit=False)
        self.instruments = HttpInstruments(self.meters.get_meter("rig"))
        self.guard = Guard("tap.rig")
        self._options = options
        left_out = options.pop("left_out", "/left-out")
        self.choice = choose(
            app,
            wanted=wanted,
            tracer_provider=self.tracers,
            meter_provider=self.meters,
            logger_provider=self.loggers,
            leaves_out=lambda scope: scope["path"] == left_out,
        )
        self._inner = app
        self.app = outermost(app, self._around)

    def _around(self, stack: Any) -> Any:
        self.choice = choice = settle(stack, self.choice)
        shared: dict[str, Any] = {
            "request_ids": RequestIdPolicy(),
            "attributes": RequestAttributes(),
            "routes": RouteNames(self._inner),
            "guard": self.guard,
            **self._options,
        }
        logger = self.loggers.get_logger("rig")
        if choice.recorder == "ours":
            tracer = self.tracers.get_tracer("rig")
            return HttpMiddleware(stack, tracer=tracer, logger=logger, instruments=self.instruments, **shared)
        return self._correlating(stack, choice, logger, shared)

    def _correlating(self, stack: Any, choice: HttpChoice, logger: Any, shared: dict[str, Any]) -> Any:
        return CorrelationMiddleware(
            stack,
            is_within=choice.is_within,
            logger=None if choice.logs_errors else logger,
            measures=choice.measures(self.instruments),
            **shared,
        )

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Answer one request."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            return await client.get(path, **options)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.spans_exported.get_finished_spans())

    @property
    def server_span(self) -> ReadableSpan:
        """The one server span."""
        (span,) = [span for span in self.spans if span.kind.name == "SERVER"]
        return span

    @property
    def logs(self) -> list[Any]:
        return [one.log_record for one in self.logs_exported.get_finished_logs()]

    def counts(self) -> dict[str, int]:
        """How many measurements each histogram of a server got."""
        data = self.reader.get_metrics_data()
        counts: dict[str, int] = {}
        for resource in data.resource_metrics if data else ():
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                points: Any = metric.data.data_points
                if isinstance(metric.data, Histogram):
                    counts[metric.name] = counts.get(metric.name, 0) + sum(point.count for point in points)
        return counts
