"""Probes of the application and of what else instruments it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from otel_monitoring.cli.finding import Finding
from otel_monitoring.telemetry import existing
from otel_monitoring.telemetry.endpoint import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.cli.application import Application
    from otel_monitoring.cli.finding import Patient
    from otel_monitoring.telemetry.endpoint import Signal

_OTHERS = ("logfire", "sentry-sdk", "ddtrace", "newrelic", "elastic-apm")
"""Distributions that instrument too."""

_LAUNCHER = "opentelemetry/instrumentation/auto_instrumentation"


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
    if getattr(app.target, "_is_instrumented_by_opentelemetry", False):
        yield Finding("contrib", "on", "opentelemetry-instrumentation-fastapi instruments the application")
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
    """Other instrumentation that is installed, loaded or switched on by a variable."""
    if patient.environ.get("FASTAPI_OTEL_AUTO_CONFIGURE", "").strip().lower() in ("1", "true", "yes", "on"):
        reason = "FASTAPI_OTEL_AUTO_CONFIGURE is on: FastAPI sets up exporters of its own"
        yield Finding("FastAPI", "warn", reason, "unset it; setup_telemetry does all of it")
    if _LAUNCHER in patient.environ.get("PYTHONPATH", "").replace("\\", "/"):
        reason = "this process was started by it; its providers are joined, not replaced"
        yield Finding("opentelemetry-instrument", "on", reason)
    elif patient.package_version("opentelemetry-distro"):
        yield Finding("opentelemetry-instrument", "off", "installed; this process was not started by it")
    found = {package: patient.package_version(package) for package in _OTHERS}
    for package, version in found.items():
        if version and _is_active(package):
            yield Finding(package, "on", f"{version}, at work; its providers are joined, not replaced")
        elif version:
            yield Finding(package, "off", f"{version} is installed and not at work")
    if not any(found.values()):
        yield Finding("others", "off", "none is installed")


def _is_active(package: str) -> bool:
    """Return whether ``package`` was started in this process; it may be loaded without that."""
    if package == "logfire":
        instance = getattr(sys.modules.get("logfire"), "DEFAULT_LOGFIRE_INSTANCE", None)
        return bool(instance is not None and getattr(instance.config, "_initialized", False))
    if package == "sentry-sdk":
        is_initialized = getattr(sys.modules.get("sentry_sdk"), "is_initialized", None)
        return bool(is_initialized is not None and is_initialized())
    return {"elastic-apm": "elasticapm"}.get(package, package) in sys.modules
