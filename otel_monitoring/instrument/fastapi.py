"""The switches of FastAPI's own telemetry, and contrib's instrumentation of one application.

FastAPI 0.142 and later records by itself as soon as a global provider exists, and with
``FASTAPI_OTEL_AUTO_CONFIGURE`` adds exporters of its own. What it does stands in one dictionary of the
application, which is read with every request.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.instrument.asgi.protocol import Scope

CONTRIB = "opentelemetry.instrumentation.fastapi"


def own_telemetry(app: Any) -> dict[str, Any] | None:
    """Return the switches of FastAPI's own telemetry, or ``None`` where ``app`` has none."""
    own = getattr(app, "_telemetry", None)
    return own if isinstance(own, dict) else None


def silence(app: Any) -> bool:
    """Switch FastAPI's own telemetry off for ``app``; return whether there was any."""
    own = own_telemetry(app)
    if own is None:
        return False
    own.update(tracing=False, metrics=False, logs=False, auto_configure=False)
    return True


def use_own(
    app: Any,
    *,
    tracer_provider: Any,
    meter_provider: Any,
    logger_provider: Any,
    leaves_out: Callable[[Scope], bool],
) -> bool:
    """Let FastAPI's own telemetry record ``app``: one span a request, export left to us.

    Args:
        app: The application.
        tracer_provider: Where spans go, unless the application gave FastAPI a provider.
        meter_provider: Where metrics go, likewise.
        logger_provider: Where log records go, likewise.
        leaves_out: Tells which requests are not recorded, beside those that the application excluded.

    Returns:
        Whether ``app`` has telemetry of its own.
    """
    own = own_telemetry(app)
    if own is None:
        return False
    theirs = own.get("exclude")

    def exclude(scope: Scope) -> bool:
        return leaves_out(scope) or bool(theirs and theirs(scope))

    own.update(
        tracing=True,
        metrics=True,
        logs=True,
        operation_spans=False,
        auto_configure=False,
        tracer_provider=own.get("tracer_provider") or tracer_provider,
        meter_provider=own.get("meter_provider") or meter_provider,
        logger_provider=own.get("logger_provider") or logger_provider,
        exclude=exclude,
    )
    return True


def is_fastapi(app: Any) -> bool:
    """Return whether ``app`` is a FastAPI application, without importing FastAPI."""
    return any(kind.__module__ == "fastapi.applications" for kind in type(app).__mro__)


def is_contrib_installed() -> bool:
    """Return whether ``opentelemetry-instrumentation-fastapi`` is there, without importing it."""
    return find_spec(CONTRIB) is not None


def use_contrib(app: Any, *, tracer_provider: Any, meter_provider: Any) -> None:
    """Let contrib record ``app``: one span a request, none for receiving and sending.

    A middleware stack that was built before is built anew, since contrib stands in the building of it.
    """
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    FastAPIInstrumentor.instrument_app(
        app,
        tracer_provider=tracer_provider,
        meter_provider=meter_provider,
        exclude_spans=["receive", "send"],
    )
    if app.middleware_stack is not None:
        app.middleware_stack = app.build_middleware_stack()


def has_contrib(app: Any) -> bool:
    """Return whether contrib instruments ``app`` already, by whomever."""
    return bool(getattr(app, "_is_instrumented_by_opentelemetry", False))
