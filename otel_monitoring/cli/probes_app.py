"""Probes of the application and of what else instruments it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.cli.finding import Finding
from otel_monitoring.instrument.detect import foreign
from otel_monitoring.telemetry import existing
from otel_monitoring.telemetry.endpoint import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.cli.application import Application
    from otel_monitoring.cli.finding import Patient
    from otel_monitoring.telemetry.endpoint import Signal


def application(patient: Patient) -> Iterator[Finding]:
    """Whether the application is set up, and whose providers are in force."""
    app = patient.app
    if app is None:
        yield Finding("application", "off", "none is named", "--app module:name looks at it from inside")
        return
    if app.target is None:
        yield Finding("application", "fail", f"{app.name} cannot be imported", "the log above says why")
        return
    if not callable(app.target):
        reason = f"{app.name} has the type {type(app.target).__name__}, which is no application"
        yield Finding("application", "fail", reason)
        return
    yield Finding("application", "on", f"{app.name}: {_named(type(app.target))}")
    yield _set_up(patient, app)
    for signal in SIGNALS:
        yield _provider(signal)


def _set_up(patient: Patient, app: Application) -> Finding:
    advice = "call setup_telemetry(app) where the application is made"
    if app.running is None:
        return Finding("set-up", "warn", "importing it does not call setup_telemetry", advice)
    if not app.running.has(app.target):
        return Finding("set-up", "warn", "setup_telemetry was called without this application", advice)
    given = [name for name, origin in patient.loaded.origins.items() if origin.kind == "code"]
    return Finding("set-up", "on", f"by setup_telemetry; given in code: {', '.join(given) or 'nothing'}")


def _provider(signal: Signal) -> Finding:
    provider = existing.current(signal)
    name = f"{signal} provider"
    if provider is None:
        return Finding(name, "off", "nobody has set one")
    kind = _named(type(provider))
    exporter = existing.otlp_exporter(provider)
    if exporter:
        return Finding(
            name, "on", f"{kind}; joined, and not exported again: {exporter.rpartition('.')[2]} does it"
        )
    return Finding(name, "on", kind)


def _named(kind: type) -> str:
    return f"{kind.__name__} of {kind.__module__.partition('.')[0]}"


def others(patient: Patient) -> Iterator[Finding]:
    """Other instrumentation that is at work in this process, or switched on by a variable."""
    found = foreign(environ=patient.environ, app=patient.app.target if patient.app else None)
    for one in found:
        yield Finding(one.name, one.state, one.consequence, one.advice)
    if not found:
        yield Finding("others", "off", "none is at work")
