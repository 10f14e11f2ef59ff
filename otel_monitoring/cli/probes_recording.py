"""Probes of what is recorded: what the settings switch on, and what stands in the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from otel_monitoring.cli.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.cli.finding import Patient

_FASTAPI_WITH_TELEMETRY = (0, 142)


def settings(patient: Patient) -> Iterator[Finding]:
    """Whether the settings can be used, and how many were changed."""
    loaded = patient.loaded
    for problem in loaded.problems:
        name, _, reason = problem.partition(" ")
        yield Finding(name, "fail", reason.removeprefix("= "), "setup_telemetry will refuse to start")
    for warning in loaded.warnings:
        yield Finding("variable", "warn", warning)
    changed = [name for name, origin in loaded.origins.items() if origin.kind != "default"]
    if not loaded.settings.enabled:
        yield Finding("enabled", "off", f"false, from {loaded.origins['enabled']}; nothing else matters")
    yield Finding(
        "settings",
        "on",
        f"{len(changed)} of {len(loaded.origins)} are given, the rest are defaults",
        "otel-monitoring config --changed" if changed else "",
    )


def recording(patient: Patient) -> Iterator[Finding]:
    """What is recorded about requests, logs and the system."""
    chosen = patient.loaded.settings
    yield _sampling(patient)
    yield _http(patient)
    yield _token_context(patient)
    if chosen.redaction.enabled:
        yield Finding("redaction", "on", "secrets and personal data are taken out everywhere")
    else:
        advice = "otel-monitoring redact TEXT shows what it would take out"
        yield Finding("redaction", "warn", "redaction.enabled is false: secrets leave this process", advice)
    if chosen.logs.configure:
        yield Finding("logging", "on", f"configured by us: {chosen.logs.level}, format {chosen.logs.format}")
    else:
        yield Finding("logging", "off", "left as the application configures it", "set logs.configure=true")
    yield _system(patient)
    yield _container()


def _sampling(patient: Patient) -> Finding:
    rate = patient.loaded.settings.trace_sample_rate
    sampler = patient.environ.get("OTEL_TRACES_SAMPLER", "").strip()
    if rate is not None:
        origin = patient.loaded.origins["trace_sample_rate"]
        return Finding("sampling", "on" if rate else "off", f"{rate:.4g} of new traces, from {origin}")
    if sampler:
        argument = patient.environ.get("OTEL_TRACES_SAMPLER_ARG", "").strip()
        return Finding(
            "sampling", "on", f"OTEL_TRACES_SAMPLER={sampler}" + (f" ({argument})" if argument else "")
        )
    return Finding("sampling", "on", "all traces", "set trace_sample_rate where that is too many")


def _http(patient: Patient) -> Finding:
    kind, name = patient.loaded.settings.http_instrumentation, "HTTP server"
    if kind == "ours":
        return Finding(name, "on", "our middleware")
    if kind == "off":
        return Finding(name, "off", "http_instrumentation is off")
    package = {"fastapi": "fastapi", "contrib": "opentelemetry-instrumentation-fastapi"}[kind]
    found = patient.package_version(package)
    if found is None:
        advice = "pip install 'otel-monitoring[fastapi]'"
        return Finding(name, "fail", f"http_instrumentation is {kind}; {package} is not installed", advice)
    if kind == "fastapi" and _numbers(found) < _FASTAPI_WITH_TELEMETRY:
        reason = f"http_instrumentation is fastapi; FastAPI {found} has no telemetry of its own"
        return Finding(
            name, "fail", reason, "install FastAPI 0.142 or later, or set http_instrumentation=ours"
        )
    return Finding(name, "on", f"{package} {found}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def _token_context(patient: Patient) -> Finding:
    jwt = patient.loaded.settings.jwt
    if not (jwt.key or jwt.key_file or jwt.jwks_url):
        return Finding("JWT context", "off", "no jwt.key, jwt.key_file or jwt.jwks_url")
    if patient.package_version("joserfc") is None:
        reason = "a key is set and joserfc is not installed"
        return Finding("JWT context", "fail", reason, "pip install 'otel-monitoring[jwt]'")
    if jwt.key_file and not Path(jwt.key_file).is_file():
        return Finding("JWT context", "fail", f"jwt.key_file {jwt.key_file} is not a file")
    return Finding("JWT context", "on", f"tokens signed with {', '.join(jwt.algorithms)}")


def _system(patient: Patient) -> Finding:
    if not patient.loaded.settings.system.enabled:
        return Finding("system metrics", "off", "system.enabled is false")
    found = patient.package_version("psutil")
    if found is None:
        return Finding(
            "system metrics", "warn", "psutil is not installed: the least only", "pip install psutil"
        )
    return Finding("system metrics", "on", f"psutil {found}")


def _container() -> Finding:
    from otel_monitoring.instrument.system.cgroup import CgroupReader

    reading = CgroupReader().read()
    memory = min((level.limit_bytes for level in reading.memory_levels), default=None) if reading else None
    cpus = min((level.limit_cpus for level in reading.cpu_levels), default=None) if reading else None
    limits = [f"{memory / 2**20:.0f} MiB of memory"] if memory else []
    limits += [f"{cpus:.4g} CPUs"] if cpus else []
    if limits:
        return Finding("container limits", "on", f"{' and '.join(limits)}; utilisation is relative to them")
    return Finding("container limits", "off", "none are set; utilisation is relative to the machine")
