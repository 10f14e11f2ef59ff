"""Probes of where traces, metrics and logs go."""

from __future__ import annotations

import socket
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from otel_monitoring.cli.finding import Finding
from otel_monitoring.errors import SettingsError
from otel_monitoring.telemetry.endpoint import SIGNALS, endpoint
from otel_monitoring.telemetry.sdk_exporters import exporter_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.cli.finding import Patient
    from otel_monitoring.telemetry.endpoint import Endpoint, Signal

_DEFAULT_PORTS = {"http": 80, "https": 443}


def signals(patient: Patient) -> Iterator[Finding]:
    """Whether each signal is recorded, where it goes, and on request whether somebody answers there."""
    for signal in SIGNALS:
        why_not = _why_not(patient, signal)
        if why_not:
            yield Finding(signal, "off", why_not)
        else:
            yield from _destinations(patient, signal)


def _why_not(patient: Patient, signal: Signal) -> str:
    chosen = patient.loaded.settings
    if patient.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return "OTEL_SDK_DISABLED is true"
    if not chosen.enabled:
        return f"enabled is false, from {patient.loaded.origins['enabled']}"
    name = f"telemetry.{signal}"
    if not getattr(chosen.telemetry, signal):
        return f"{name} is false, from {patient.loaded.origins[name]}"
    if signal == "logs" and not chosen.logs.export:
        return f"heard and not exported: logs.export is false, from {patient.loaded.origins['logs.export']}"
    if not exporter_names(signal, patient.environ):
        return f"recorded and not exported: OTEL_{signal.upper()}_EXPORTER is none"
    return ""


def _destinations(patient: Patient, signal: Signal) -> Iterator[Finding]:
    for name in exporter_names(signal, patient.environ):
        if name == "otlp":
            yield _otlp(patient, signal)
        else:
            yield Finding(signal, "on", f"to the exporter {name!r} of OTEL_{signal.upper()}_EXPORTER")
    if patient.loaded.settings.telemetry.console:
        yield Finding(signal, "on", "to standard output, as telemetry.console is true")


def _otlp(patient: Patient, signal: Signal) -> Finding:
    try:
        found = endpoint(signal, patient.environ)
    except SettingsError as error:
        return Finding(signal, "fail", str(error), "setup_telemetry will refuse to start")
    if found is None:
        advice = "set OTEL_EXPORTER_OTLP_ENDPOINT, such as http://localhost:4318"
        return Finding(signal, "off", "recorded and not exported: no OTLP endpoint is set", advice)
    where = f"over {found.protocol} to {found.address}"
    if not patient.connect:
        return Finding(signal, "on", where, "--check tries to connect")
    problem = _connect(found, timeout_s=patient.timeout_s)
    if isinstance(problem, str):
        return Finding(
            signal, "fail", f"{where}: {problem}", "start a Collector there, or correct the endpoint"
        )
    return Finding(signal, "on", f"{where}, reached in {problem * 1000:.0f} ms")


def _connect(found: Endpoint, *, timeout_s: float) -> float | str:
    """Return the seconds that a TCP connection took, or why there is none."""
    parts = urlsplit(found.url)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    started = perf_counter()
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=timeout_s):
            return perf_counter() - started
    except TimeoutError:
        return f"no answer within {timeout_s:g} s"
    except OSError as error:
        return (error.strerror or str(error)).lower()
