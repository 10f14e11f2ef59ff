"""Exporters that are not ours (console, entry points) as the end of a pipeline, fed redacted copies only."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import SettingsError
from otel_monitoring.telemetry.pipeline import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from otel_monitoring.telemetry.endpoint import Signal

    RedactValue = Callable[[str, Any], Any]
    RedactText = Callable[[str], str]


_COPIES_KEPT = 256


class ForeignExporter:
    """Feed an SDK exporter with redacted copies.

    Args:
        name: What it is called in errors.
        make: Makes the exporter, at the first export.
        copy: Makes a redacted copy of one item.
    """

    def __init__(self, name: str, *, make: Callable[[], Any], copy: Callable[[Any], Any]) -> None:
        self._name = name
        self._make = make
        self._copy = copy
        self._exporter: Any = None

    def prepare(self) -> None:
        """Do nothing: the exporter is made at the first export."""

    def export(self, batch: Sequence[Any], timeout_s: float) -> int:
        """Export ``batch``; raise :class:`ExportError` where the exporter says that it failed."""
        if self._exporter is None:
            self._exporter = self._make()
        copies = [self._copy(item) for item in batch]
        if hasattr(self._exporter, "_preferred_temporality"):
            results = [self._exporter.export(one, timeout_millis=timeout_s * 1000) for one in copies]
        else:
            results = [self._exporter.export(copies)]
        if any(getattr(result, "name", "SUCCESS") != "SUCCESS" for result in results):
            reason, detail = "exporter", f"exporter {self._name!r} reported a failure"
            raise ExportError(reason, detail, retry=False)
        return 0

    def close(self) -> None:
        """Shut the exporter down; the next export makes another."""
        if self._exporter is not None:
            self._exporter.shutdown()
            self._exporter = None


def exporter_names(signal: Signal, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return what ``OTEL_<SIGNAL>_EXPORTER`` names: ``otlp`` by default, nothing for ``none``."""
    text = environ.get(f"OTEL_{signal.upper()}_EXPORTER", "") or "otlp"
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    return () if names == ("none",) else names


def factory(signal: Signal, name: str) -> Callable[[], Any]:
    """Return what makes the SDK exporter ``name`` for ``signal``.

    Raises:
        SettingsError: Nobody registered an exporter of that name.
    """
    if name == "console":
        return _console(signal)
    found = [one for one in entry_points(group=f"opentelemetry_{signal}_exporter") if one.name == name]
    if not found:
        known = sorted({one.name for one in entry_points(group=f"opentelemetry_{signal}_exporter")})
        msg = f"OTEL_{signal.upper()}_EXPORTER={name!r}: expected 'none' or one of {', '.join(known)}"
        raise SettingsError(msg)
    return lambda: found[0].load()()  # noqa: PLW0108 - loaded at the first export, not now


def _console(signal: Signal) -> Callable[[], Any]:
    if signal == "traces":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter
    if signal == "metrics":
        from opentelemetry.sdk.metrics.export import ConsoleMetricExporter

        return ConsoleMetricExporter
    from opentelemetry.sdk._logs.export import ConsoleLogRecordExporter

    return ConsoleLogRecordExporter


def redacted_copy(
    signal: Signal, *, value: RedactValue, text: RedactText, name: RedactText = str
) -> Callable[[Any], Any]:
    """Return what copies one item of ``signal`` with every attribute, name and body redacted.

    Args:
        signal: What the items are.
        value: Called with key and value of an attribute; returns the value that may leave.
        text: Returns what may leave of a text.
        name: Returns the key under which an attribute leaves.
    """
    copier = _Copier(value, text, name)
    return {"traces": copier.span, "metrics": copier.metrics, "logs": copier.record}[signal]


class _Copier:
    """Copies whatever the SDK hands over; resources and scopes once each."""

    def __init__(self, value: RedactValue, text: RedactText, name: RedactText) -> None:
        self._value = value
        self._text = text
        self._name = name
        self._kept: dict[int, tuple[Any, Any]] = {}

    def span(self, span: ReadableSpan) -> ReadableSpan:
        from opentelemetry.sdk.trace import Event, ReadableSpan
        from opentelemetry.trace import Link, Status

        status = span.status
        if status.description:
            status = Status(status.status_code, self._text(status.description))
        return ReadableSpan(
            name=self._text(span.name),
            context=span.context,
            parent=span.parent,
            resource=self._once(span.resource, self._resource),
            attributes=self._attributes(span.attributes),
            events=[
                Event(self._text(one.name), self._attributes(one.attributes), one.timestamp)
                for one in span.events
            ],
            links=[Link(one.context, self._attributes(one.attributes)) for one in span.links],
            kind=span.kind,
            status=status,
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=self._once(span.instrumentation_scope, self._scope),
        )

    def record(self, readable: Any) -> Any:
        import copy

        from opentelemetry.sdk._logs import ReadableLogRecord

        record = copy.copy(readable.log_record)
        is_text = isinstance(record.body, str)
        record.body = self._text(record.body) if is_text else self._value("body", record.body)
        record.attributes = self._attributes(record.attributes)
        record.event_name = record.event_name and self._text(record.event_name)
        record.severity_text = record.severity_text and self._text(record.severity_text)
        return ReadableLogRecord(
            log_record=record,
            resource=self._once(readable.resource, self._resource),
            instrumentation_scope=self._once(readable.instrumentation_scope, self._scope),
            limits=readable.limits,
        )

    def metrics(self, data: Any) -> Any:
        return replace(
            data,
            resource_metrics=[
                replace(
                    one,
                    resource=self._once(one.resource, self._resource),
                    scope_metrics=[self._scope_metrics(each) for each in one.scope_metrics],
                )
                for one in data.resource_metrics
            ],
        )

    def _scope_metrics(self, one: Any) -> Any:
        metrics = [
            replace(
                each, data=replace(each.data, data_points=[self._point(it) for it in each.data.data_points])
            )
            for each in one.metrics
        ]
        return replace(one, scope=self._once(one.scope, self._scope), metrics=metrics)

    def _point(self, point: Any) -> Any:
        exemplars = [
            replace(one, filtered_attributes=self._attributes(one.filtered_attributes))
            for one in point.exemplars or ()
        ]
        return replace(point, attributes=self._attributes(point.attributes), exemplars=exemplars)

    def _attributes(self, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        return {self._name(key): self._value(key, one) for key, one in (attributes or {}).items()}

    def _once(self, original: Any, copy: Callable[[Any], Any]) -> Any:
        found = self._kept.get(id(original))
        if found is not None and found[0] is original:
            return found[1]
        if len(self._kept) >= _COPIES_KEPT:
            self._kept.clear()
        made = None if original is None else copy(original)
        self._kept[id(original)] = (original, made)
        return made

    def _resource(self, resource: Any) -> Any:
        from opentelemetry.sdk.resources import Resource

        return Resource(self._attributes(resource.attributes), resource.schema_url)

    def _scope(self, scope: Any) -> Any:
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope

        attributes = self._attributes(scope.attributes)
        return InstrumentationScope(scope.name, scope.version, scope.schema_url, attributes)
