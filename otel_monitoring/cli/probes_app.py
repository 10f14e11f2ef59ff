"""Probes of the application and of what else instruments it."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.finding import Finding
from otel_monitoring.guard import Guard
from otel_monitoring.telemetry import existing
from otel_monitoring.telemetry.endpoint import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.cli.finding import Patient
    from otel_monitoring.telemetry.endpoint import Signal

_OTHERS = ("logfire", "sentry-sdk", "ddtrace", "newrelic", "elastic-apm")
"""Distributions that instrument too."""

_LAUNCHER = "opentelemetry/instrumentation/auto_instrumentation"


def application(patient: Patient) -> Iterator[Finding]:
    """Import the application, if one is named, and look whether it is instrumented, and by whom."""
    if patient.app is None:
        yield Finding("application", "off", "none is named", "--app module:name looks at it from inside")
        return
    app = _imported(patient.app)
    if app is None:
        yield Finding("application", "fail", f"{patient.app} cannot be imported", "the log above says why")
        return
    if not callable(app):
        yield Finding(
            "application", "fail", f"{patient.app} has the type {type(app).__name__}, which is no application"
        )
        return
    yield Finding("application", "on", f"{patient.app}, {type(app).__module__}.{type(app).__qualname__}")
    if not _is_set_up():
        advice = "call setup_telemetry(app) where the application is made"
        yield Finding("set-up", "warn", "importing it does not call setup_telemetry", advice)
    if getattr(app, "_is_instrumented_by_opentelemetry", False):
        yield Finding("contrib", "on", "opentelemetry-instrumentation-fastapi instruments the application")
    for signal in SIGNALS:
        yield _provider(signal)


def _imported(name: str) -> Any:
    """Return what ``module:attribute`` names, as a server started in this folder would find it."""
    module, _, attribute = name.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    app: Any = None
    with Guard("doctor.app"):
        app = importlib.import_module(module)
        for part in attribute.split("."):
            app = getattr(app, part)
        return app
    return None


def _is_set_up() -> bool:
    return "otel_monitoring.bootstrap" in sys.modules


def _provider(signal: Signal) -> Finding:
    provider = existing.current(signal)
    name = f"{signal} provider"
    if provider is None:
        return Finding(name, "off", "nobody has set one")
    kind = f"{type(provider).__module__}.{type(provider).__qualname__}"
    exporter = existing.otlp_exporter(provider)
    if exporter:
        return Finding(
            name, "on", f"{kind}, which exports with {exporter}; it is joined and nothing goes out twice"
        )
    return Finding(name, "on", kind)


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
