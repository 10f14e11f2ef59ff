"""Exporters that are not ours (console, entry points) as the end of a pipeline, fed redacted copies only."""

from __future__ import annotations

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


def redacted_copy(signal: Signal, *, value: RedactValue, text: RedactText) -> Callable[[Any], Any]:
    """Return what copies one item of ``signal`` with every attribute, name and body redacted."""
    if signal == "traces":
        return lambda span: _span(span, value, text)
    if signal == "metrics":
        return lambda data: _metrics(data, value)
    return lambda record: _record(record, value, text)


def _attributes(attributes: Mapping[str, Any] | None, value: RedactValue) -> dict[str, Any]:
    return {key: value(key, one) for key, one in (attributes or {}).items()}


def _span(span: ReadableSpan, value: RedactValue, text: RedactText) -> ReadableSpan:
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import Link, Status

    status = span.status
    if status.description:
        status = Status(status.status_code, text(status.description))
    return ReadableSpan(
        name=text(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_attributes(span.attributes, value),
        events=[
            Event(text(one.name), _attributes(one.attributes, value), one.timestamp) for one in span.events
        ],
        links=[Link(one.context, _attributes(one.attributes, value)) for one in span.links],
        kind=span.kind,
        status=status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _record(readable: Any, value: RedactValue, text: RedactText) -> Any:
    import copy

    from opentelemetry.sdk._logs import ReadableLogRecord

    record = copy.copy(readable.log_record)
    record.body = text(record.body) if isinstance(record.body, str) else value("body", record.body)
    record.attributes = _attributes(record.attributes, value)
    return ReadableLogRecord(
        log_record=record,
        resource=readable.resource,
        instrumentation_scope=readable.instrumentation_scope,
        limits=readable.limits,
    )


def _metrics(data: Any, value: RedactValue) -> Any:
    import dataclasses

    def point(one: Any) -> Any:
        return dataclasses.replace(one, attributes=_attributes(one.attributes, value))

    def metric(one: Any) -> Any:
        points = [point(each) for each in one.data.data_points]
        return dataclasses.replace(one, data=dataclasses.replace(one.data, data_points=points))

    def scope(one: Any) -> Any:
        return dataclasses.replace(one, metrics=[metric(each) for each in one.metrics])

    def resource(one: Any) -> Any:
        return dataclasses.replace(one, scope_metrics=[scope(each) for each in one.scope_metrics])

    return dataclasses.replace(data, resource_metrics=[resource(each) for each in data.resource_metrics])
