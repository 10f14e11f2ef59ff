"""What the toolkit says of itself: what it drops, how long it takes, what it holds.

Pipeline health goes under the SDK's own names where the conventions have some, the rest under
``otel_monitoring.*``. Everything is observed from plain numbers; nothing is recorded on a request's path.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from opentelemetry.metrics import CallbackOptions, Observation

from otel_monitoring.model.metric import MetricDescription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from opentelemetry.metrics import Meter

    from otel_monitoring.guard import Guard
    from otel_monitoring.monitoring.export import Exports
    from otel_monitoring.monitoring.loop import Loop

    Row = tuple[float, Mapping[str, str]]
    Rows = Callable[[], Iterable[Row]]

_COMPONENT = ("otel.component.name", "otel.component.type")

METRICS = (
    MetricDescription(
        "otel.sdk.processor.span.queue.size",
        "{span}",
        "updowncounter",
        "Spans that wait for export.",
        _COMPONENT,
    ),
    MetricDescription(
        "otel.sdk.processor.span.queue.capacity",
        "{span}",
        "updowncounter",
        "Spans that may wait for export.",
        _COMPONENT,
    ),
    MetricDescription(
        "otel.sdk.processor.log.queue.size",
        "{log_record}",
        "updowncounter",
        "Log records that wait for export.",
        _COMPONENT,
    ),
    MetricDescription(
        "otel.sdk.processor.log.queue.capacity",
        "{log_record}",
        "updowncounter",
        "Log records that may wait for export.",
        _COMPONENT,
    ),
    MetricDescription(
        "otel_monitoring.export.circuit.open",
        "{circuit}",
        "gauge",
        "Whether exporting a signal is paused after failures: 1 or 0.",
        ("signal",),
    ),
    MetricDescription(
        "otel_monitoring.export.dropped",
        "{item}",
        "counter",
        "Spans, log records and metric collections that were lost, by reason.",
        ("signal", "reason"),
    ),
    MetricDescription(
        "otel_monitoring.export.exported",
        "{item}",
        "counter",
        "Spans, log records and metric collections that arrived.",
        ("signal",),
    ),
    MetricDescription(
        "otel_monitoring.job.duration", "s", "gauge", "How long the last run of a job took.", ("job.name",)
    ),
    MetricDescription("otel_monitoring.job.runs", "{run}", "counter", "Runs of a job.", ("job.name",)),
    MetricDescription(
        "otel_monitoring.errors",
        "{error}",
        "counter",
        "Errors of the toolkit itself that were caught, by place and type.",
        ("place", "error.type"),
    ),
    MetricDescription(
        "otel_monitoring.redactions",
        "{redaction}",
        "counter",
        "Secrets and personal data that were taken out, by kind.",
        ("kind",),
    ),
    MetricDescription(
        "otel_monitoring.cardinality.overflow",
        "{instrument}",
        "gauge",
        "1 for each instrument over its limit of attribute sets, with the attribute to blame.",
        ("metric", "attribute"),
    ),
    MetricDescription(
        "otel_monitoring.callbacks.muted",
        "{instrument}",
        "gauge",
        "1 for each instrument whose callback is left alone for a while.",
        ("metric",),
    ),
    MetricDescription("otel_monitoring.store.series", "{series}", "gauge", "Series held in memory.", ()),
    MetricDescription("otel_monitoring.store.size", "By", "gauge", "Memory that the series hold.", ()),
    MetricDescription(
        "otel_monitoring.store.refused",
        "{sample}",
        "counter",
        "Samples that the store did not take, by reason.",
        ("reason",),
    ),
    MetricDescription(
        "otel_monitoring.query.count",
        "{query}",
        "counter",
        "Queries of rules and pages, by outcome: ok or error.",
        ("outcome",),
    ),
    MetricDescription(
        "otel_monitoring.alerts.speaking",
        "{process}",
        "gauge",
        "1 where this process evaluates the rules and tells people, 0 where another one does.",
        (),
    ),
)
"""Every metric of the toolkit about itself."""

_BY_NAME = {metric.name: metric for metric in METRICS}


class SelfMetrics:
    """Register instruments that are observed from plain numbers.

    Args:
        meter: Creates the instruments.
    """

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def observe(self, name: str | MetricDescription, rows: Rows) -> None:
        """Register a metric of the table by its name, or one that a part describes itself.

        ``rows`` gives (value, attributes) at a collection.
        """
        metric = _BY_NAME[name] if isinstance(name, str) else name
        create = {
            "gauge": self._meter.create_observable_gauge,
            "counter": self._meter.create_observable_counter,
            "updowncounter": self._meter.create_observable_up_down_counter,
        }[metric.kind]
        create(metric.name, [_observer(rows)], metric.unit, metric.description)

    def watch_exports(self, exports: Exports) -> None:
        """Register what pipelines hold, deliver and lose."""
        for signal, what in (("traces", "span"), ("logs", "log")):
            self.observe(f"otel.sdk.processor.{what}.queue.size", _queues(exports, signal, "queued"))
            self.observe(f"otel.sdk.processor.{what}.queue.capacity", _queues(exports, signal, "capacity"))
        self.observe("otel_monitoring.export.circuit.open", lambda: _circuits(exports))
        self.observe("otel_monitoring.export.dropped", lambda: _dropped(exports))
        self.observe("otel_monitoring.export.exported", lambda: _exported(exports))

    def watch_loop(self, loop: Loop) -> None:
        """Register what the jobs cost."""
        self.observe(
            "otel_monitoring.job.duration",
            lambda: [(job.duration_s, {"job.name": job.name}) for job in loop.jobs],
        )
        self.observe(
            "otel_monitoring.job.runs", lambda: [(job.runs, {"job.name": job.name}) for job in loop.jobs]
        )

    def watch_guards(self, guards: Callable[[], Iterable[Guard]]) -> None:
        """Register what guards caught."""
        self.observe("otel_monitoring.errors", lambda: _errors(guards()))


def _queues(exports: Exports, signal: str, field: str) -> Rows:
    def rows() -> Iterable[Row]:
        for one in exports.of(signal):
            attributes = {"otel.component.name": one.name, "otel.component.type": "otel_monitoring_queue"}
            yield getattr(one.stats(), field), attributes

    return rows


def _circuits(exports: Exports) -> Iterable[Row]:
    for signal, stats in exports.stats().items():
        if stats:
            yield int(any(one.is_open for one in stats)), {"signal": signal}


def _dropped(exports: Exports) -> Iterable[Row]:
    for signal, stats in exports.stats().items():
        totals: Counter[str] = Counter()
        for one in stats:
            totals.update(one.dropped)
        for reason, count in totals.items():
            yield count, {"signal": signal, "reason": reason}


def _exported(exports: Exports) -> Iterable[Row]:
    for signal, stats in exports.stats().items():
        if stats:
            yield sum(one.exported for one in stats), {"signal": signal}


def _errors(guards: Iterable[Guard]) -> Iterable[Row]:
    totals: Counter[tuple[str, str]] = Counter()
    for guard in guards:
        for kind, count in guard.counts().items():
            totals[(guard.name, kind)] += count
    for (place, kind), count in totals.items():
        yield count, {"place": place, "error.type": kind}


def _observer(rows: Rows) -> Callable[[CallbackOptions], list[Observation]]:
    def observe(_options: CallbackOptions) -> list[Observation]:
        return [Observation(value, dict(attributes)) for value, attributes in rows()]

    return observe
