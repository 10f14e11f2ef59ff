"""Patients for the tests of the doctor's probes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.finding import Patient
from otel_monitoring.settings.load import examine_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.cli.finding import Finding, Probe

PACKAGES = {
    "opentelemetry-sdk": "1.45.1",
    "opentelemetry-api": "1.45.1",
    "opentelemetry-instrumentation": "0.66b1",
    "opentelemetry-instrumentation-fastapi": "0.66b1",
    "opentelemetry-semantic-conventions": "0.66b1",
    "fastapi": "0.165.0",
    "joserfc": "1.8.0",
    "structlog": "26.1.0",
    "psutil": "7.2.2",
}


def patient(
    environ: Mapping[str, str] | None = None,
    *,
    packages: Mapping[str, str | None] | None = None,
    settings: Mapping[str, Any] | None = None,
    **rest: Any,
) -> Patient:
    """Return a patient with a clean environment, the usual packages and some settings."""
    environ = environ or {}
    loaded = examine_settings(environ=environ, **(settings or {}))
    return Patient(environ, loaded, package_version={**PACKAGES, **(packages or {})}.get, **rest)


def found(probe: Probe, one: Patient) -> dict[str, Finding]:
    """Return the findings of ``probe`` by name; of several under one name, the last."""
    return {finding.name: finding for finding in probe(one)}
