"""Probes of what surrounds the application: packages and variables."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from otel_monitoring._version import __version__
from otel_monitoring.cli.finding import Finding
from otel_monitoring.settings.options import PREFIX
from otel_monitoring.settings.types import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.cli.finding import Patient

_SECRET_WORDS = ("TOKEN", "SECRET", "PASSWORD", "API_KEY")
_EXTRAS = {
    "fastapi": ("fastapi", "FastAPI applications"),
    "joserfc": ("jwt", "user and tenant from a verified token"),
    "structlog": ("structlog", "correlation ids in structlog's records"),
}


def software(patient: Patient) -> Iterator[Finding]:
    """Versions of Python, of this package and of OpenTelemetry, and whether they go together."""
    yield Finding("Python", "on", platform.python_version())
    yield Finding("otel-monitoring", "on", __version__)
    sdk, api = (patient.package_version(f"opentelemetry-{part}") for part in ("sdk", "api"))
    if sdk is None or api is None:
        yield Finding("OpenTelemetry SDK", "fail", "not installed", "pip install opentelemetry-sdk")
    elif sdk != api:
        reason = f"SDK {sdk} with API {api}"
        yield Finding("OpenTelemetry SDK", "warn", reason, f"pip install opentelemetry-api=={sdk}")
    else:
        yield Finding("OpenTelemetry SDK", "on", sdk)
    yield _contrib(patient)
    for package, (extra, purpose) in _EXTRAS.items():
        found = patient.package_version(package)
        if found:
            yield Finding(package, "on", found)
        else:
            yield Finding(
                package, "off", f"not installed; serves {purpose}", f"pip install 'otel-monitoring[{extra}]'"
            )


def _contrib(patient: Patient) -> Finding:
    names = ("opentelemetry-instrumentation", "opentelemetry-semantic-conventions")
    contrib, conventions = (patient.package_version(name) for name in names)
    if contrib is None or conventions is None:
        missing = names[0] if contrib is None else names[1]
        return Finding(
            "OpenTelemetry contrib", "fail", f"{missing} is not installed", f"pip install {missing}"
        )
    if contrib.partition("b")[0] != conventions.partition("b")[0]:
        reason = f"{contrib} goes with another SDK; this one's release is {conventions}"
        return Finding("OpenTelemetry contrib", "warn", reason, f"pip install {names[0]}=={conventions}")
    return Finding("OpenTelemetry contrib", "on", contrib)


def variables(patient: Patient) -> Iterator[Finding]:
    """The standard ``OTEL_*`` variables that are set, without their secrets."""
    names = sorted(
        name for name in patient.environ if name.startswith("OTEL_") and not name.startswith(PREFIX)
    )
    for name in names:
        text = patient.environ[name].strip()
        if not text:
            yield Finding(name, "off", "empty, which counts as not set")
        elif name == "OTEL_SDK_DISABLED" and text.lower() == "true":
            yield Finding(name, "warn", "true, so nothing at all is recorded", f"unset {name}")
        else:
            yield Finding(name, "on", _masked(name, text))
    if not names:
        yield Finding("OTEL_*", "off", "none is set")


def _masked(name: str, text: str) -> str:
    if name.endswith("HEADERS"):
        return ",".join(f"{pair.partition('=')[0].strip()}={MASK}" for pair in text.split(","))
    if any(word in name for word in _SECRET_WORDS):
        return MASK
    parts = urlsplit(text) if "://" in text else None
    if parts and (parts.username or parts.password or parts.query):
        user = f"{MASK}@" if parts.username or parts.password else ""
        query = f"?{MASK}" if parts.query else ""
        return f"{parts.scheme}://{user}{parts.netloc.rpartition('@')[2]}{parts.path}{query}"
    return text
