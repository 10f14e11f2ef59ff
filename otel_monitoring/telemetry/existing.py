"""What the process has set up already: providers to join, exporters not to double.

Providers of others (``opentelemetry-instrument``, Logfire, a program's own set-up) are joined, never
replaced. Where one of them exports a signal over OTLP already, we do not export it a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otel_monitoring.telemetry.endpoint import Signal

_PROXIES = frozenset({"ProxyTracerProvider", "_ProxyMeterProvider", "ProxyLoggerProvider"})
_NO_OPS = frozenset({"NoOpTracerProvider", "NoOpMeterProvider", "NoOpLoggerProvider"})
_MAX_DEPTH = 8
_MAX_OBJECTS = 400
_EXPORTER_MODULES = ("opentelemetry.exporter.", "logfire.", "fastapi.")


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


def otlp_exporter(provider: Any) -> str | None:
    """Return the type of an OTLP exporter that hangs on ``provider``, or ``None``.

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
            if _is_otlp_exporter(one):
                return f"{type(one).__module__}.{type(one).__qualname__}"
            below += _parts(one)
        level = below
    return None


def _is_otlp_exporter(one: Any) -> bool:
    name, module = type(one).__name__, type(one).__module__
    return name.startswith("OTLP") and name.endswith("Exporter") and module.startswith(_EXPORTER_MODULES)


def _parts(one: Any) -> list[Any]:
    if isinstance(one, (list, tuple, set, frozenset)):
        return list(one)
    if isinstance(one, dict):
        return list(one.keys()) + list(one.values())
    module = type(one).__module__
    if not module.startswith(
        ("opentelemetry.", "logfire", "weakref", "_weakrefset", "sentry_sdk.", "fastapi.")
    ):
        return []
    if module in ("weakref", "_weakrefset"):
        return list(one) if hasattr(one, "__iter__") else []
    fields = list(getattr(one, "__dict__", {}).values())
    slots = [getattr(one, name, None) for name in getattr(type(one), "__slots__", ())]
    return [
        value for value in fields + slots if value is not None and not isinstance(value, (str, int, float))
    ]
