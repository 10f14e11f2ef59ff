"""What the process has set up already: providers to join, exporters not to double.

Providers of others (``opentelemetry-instrument``, Logfire, a program's own set-up) are joined, never
replaced. Where one of them sends a signal to the very endpoint that ours would go to, we do not export it
a second time; what it sends elsewhere, to a vendor say, is its own business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.telemetry.endpoint import Signal

_PROXIES = frozenset({"ProxyTracerProvider", "_ProxyMeterProvider", "ProxyLoggerProvider"})
_NO_OPS = frozenset({"NoOpTracerProvider", "NoOpMeterProvider", "NoOpLoggerProvider"})
_HOOKS: dict[Signal, str] = {
    "traces": "add_span_processor",
    "metrics": "add_metric_reader",
    "logs": "add_log_record_processor",
}
_MAX_DEPTH = 16
_MAX_OBJECTS = 2000
_WALKED = ("opentelemetry.", "logfire.", "weakref", "_weakrefset", "sentry_sdk.", "fastapi.")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_COLLECTOR_PORTS = frozenset({4317, 4318})


@dataclass(frozen=True, slots=True)
class FoundExporter:
    """An OTLP exporter of somebody else.

    Attributes:
        kind: Its type, with the module.
        endpoint: The URL or ``host:port`` that it sends to, or ``None`` where it does not say.
    """

    kind: str
    endpoint: str | None


def current(signal: Signal) -> Any | None:
    """Return the provider that the process has set for ``signal``, or ``None``.

    Asking also starts what ``OTEL_PYTHON_*_PROVIDER`` names, as the API does for everybody.
    """
    if signal == "traces":
        from opentelemetry.trace import get_tracer_provider

        provider: Any = get_tracer_provider()
    elif signal == "metrics":
        from opentelemetry.metrics import get_meter_provider

        provider = get_meter_provider()
    else:
        from opentelemetry._logs import get_logger_provider

        provider = get_logger_provider()
    kind = type(provider)
    is_deferred = kind.__module__.startswith("opentelemetry.") and kind.__name__ in _PROXIES
    return None if is_deferred or kind.__name__ in _NO_OPS else provider


def joinable(signal: Signal, provider: Any) -> Any | None:
    """Return what takes our taps: ``provider``, or the SDK's behind it; ``None`` where nothing does.

    Logfire's meter provider stands in front of one of the SDK and hides ``add_metric_reader``; a vendor's
    that merely speaks the API has no taps at all.
    """
    for candidate in (provider, getattr(provider, "provider", None)):
        if callable(getattr(candidate, _HOOKS[signal], None)):
            return candidate
    return None


def otlp_exporter(provider: Any, endpoint: str | None = None) -> str | None:
    """Return the type of an OTLP exporter that hangs on ``provider``, or ``None``.

    Args:
        provider: The provider.
        endpoint: Count only what sends there, or does not say where.
    """
    for found in otlp_exporters(provider):
        if endpoint is None or found.endpoint is None or is_same(endpoint, found.endpoint):
            return found.kind
    return None


def otlp_exporters(provider: Any) -> Iterator[FoundExporter]:
    """Yield the OTLP exporters that hang on ``provider``.

    SDK and vendor classes keep their processors and exporters in private fields of various names, so
    the objects below the provider are walked, bounded in depth and number.
    """
    seen: set[int] = set()
    level: list[Any] = [provider]
    for _ in range(_MAX_DEPTH):
        below: list[Any] = []
        for one in level:
            if id(one) in seen or len(seen) > _MAX_OBJECTS:
                continue
            seen.add(id(one))
            if _is_otlp_exporter(type(one)):
                endpoint = getattr(one, "_endpoint", None)
                kind = f"{type(one).__module__}.{type(one).__qualname__}"
                yield FoundExporter(kind, endpoint if isinstance(endpoint, str) else None)
                continue
            below += _parts(one)
        level = below


def is_same(ours: str, theirs: str) -> bool:
    """Return whether two endpoints are one receiver; a Collector takes gRPC on 4317 and HTTP on 4318."""
    one, other = _split(ours), _split(theirs)
    if one[0] != other[0]:
        return False
    if one[1] != other[1]:
        return {one[1], other[1]} == _COLLECTOR_PORTS
    return not (one[2] and other[2]) or one[2] == other[2]


def _split(endpoint: str) -> tuple[str, int | None, str]:
    """Return host, port and path; the names of the loopback are one."""
    parts = urlsplit(endpoint if "://" in endpoint else f"//{endpoint}")
    host = (parts.hostname or "").lower()
    try:
        port = parts.port
    except ValueError:
        port = None
    if port is None:
        port = {"http": 80, "https": 443}.get(parts.scheme)
    return "localhost" if host in _LOOPBACK else host, port, parts.path.rstrip("/")


def _is_otlp_exporter(kind: type) -> bool:
    return any(
        base.__name__.startswith("OTLP")
        and base.__name__.endswith("Exporter")
        and base.__module__.startswith("opentelemetry.exporter.")
        for base in kind.__mro__
    )


def _parts(one: Any) -> list[Any]:
    if isinstance(one, (list, tuple, set, frozenset)):
        return list(one)
    if isinstance(one, dict):
        return list(one.keys()) + list(one.values())
    module = type(one).__module__
    if not module.startswith(_WALKED):
        return []
    if module in ("weakref", "_weakrefset"):
        return list(one) if hasattr(one, "__iter__") else []
    fields = list(getattr(one, "__dict__", {}).values())
    slots = [getattr(one, name, None) for name in getattr(type(one), "__slots__", ())]
    return [
        value for value in fields + slots if value is not None and not isinstance(value, (str, int, float))
    ]
