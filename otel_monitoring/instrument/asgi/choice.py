"""Who records the requests of an application: one, and under the same metric names whoever it is.

The decision falls in two steps. Before the application's middleware is wrapped, :func:`choose` switches on
who was asked for and off who was not. When the middleware stack is there, :func:`settle` looks into it: a
recorder that the application or ``opentelemetry-instrument`` put there stays, and ours steps back to what
it leaves out.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from otel_monitoring.instrument import fastapi
from otel_monitoring.instrument.asgi.correlation import Carry, Measures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from otel_monitoring.instrument.asgi.instruments import HttpInstruments
    from otel_monitoring.instrument.asgi.protocol import ASGIApp, Scope

_log = logging.getLogger(__name__)

Wanted = Literal["ours", "fastapi", "contrib", "off"]
Recorder = Literal["ours", "fastapi", "contrib", "starlette", "nobody"]
Metric = Literal["duration", "request_size", "response_size"]

_ALL: frozenset[Metric] = frozenset({"duration", "request_size", "response_size"})
_SIZES: frozenset[Metric] = frozenset({"request_size", "response_size"})
_NONE: frozenset[Metric] = frozenset()

_RECORDERS: dict[str, Recorder] = {
    "opentelemetry.instrumentation.asgi": "contrib",
    "starlette.middleware.opentelemetry": "starlette",
}
"""Modules of the class ``OpenTelemetryMiddleware``."""

_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class HttpChoice:
    """Who records, and what that leaves to us.

    Attributes:
        recorder: Who records; ``nobody`` where it was switched off.
        reason: Why, in one sentence without a full stop.
        is_within: Whether our middleware stands inside of the recorder's span.
        logs_errors: Whether unhandled errors need no log record from us.
        lacks: Metrics of the convention that the recorder does not record.
    """

    recorder: Recorder
    reason: str
    is_within: bool = False
    logs_errors: bool = False
    lacks: frozenset[Metric] = _NONE

    def measures(self, instruments: HttpInstruments) -> Measures:
        """Return the instruments for what the recorder lacks."""
        return Measures(**{name: getattr(instruments, name) for name in self.lacks})


OURS = HttpChoice("ours", "http_instrumentation is ours")
_NOBODY = HttpChoice("nobody", "http_instrumentation is off", logs_errors=True)
_FASTAPI = HttpChoice(
    "fastapi", "http_instrumentation is fastapi", is_within=True, logs_errors=True, lacks=_SIZES
)
_CONTRIB = HttpChoice("contrib", "http_instrumentation is contrib")


def choose(
    app: Any,
    *,
    wanted: Wanted,
    tracer_provider: Any,
    meter_provider: Any,
    logger_provider: Any,
    leaves_out: Callable[[Scope], bool],
) -> HttpChoice:
    """Switch on who is to record ``app``, and off who is not, before its middleware is wrapped.

    Args:
        app: The application.
        wanted: The setting ``http_instrumentation``.
        tracer_provider: Where spans go.
        meter_provider: Where metrics go.
        logger_provider: Where log records go.
        leaves_out: Tells which requests are in no telemetry, for a recorder that stands outside of us.

    Returns:
        Who will record; ours where what was asked for cannot be had, which the log tells.
    """
    if wanted == "fastapi" and not fastapi.has_contrib(app):
        has_own = fastapi.use_own(
            app,
            tracer_provider=tracer_provider,
            meter_provider=meter_provider,
            logger_provider=logger_provider,
            leaves_out=leaves_out,
        )
        return _FASTAPI if has_own else _instead("only FastAPI 0.142 and later records by itself")
    fastapi.silence(app)
    if wanted == "contrib":
        return _contrib(app, tracer_provider=tracer_provider, meter_provider=meter_provider)
    return _NOBODY if wanted == "off" else OURS


def settle(stack: ASGIApp, choice: HttpChoice) -> HttpChoice:
    """Return who records the requests that ``stack`` serves, now that it is built.

    Behind a recorder in it, the correlation of the request is brought in again.
    """
    found = next(_recorders(stack), None)
    if found is None:
        return _instead("contrib could not instrument this application") if choice == _CONTRIB else choice
    middleware, kind = found
    middleware.app = Carry(middleware.app)
    if choice == _NOBODY:
        return choice
    has_names = kind == "contrib" and getattr(middleware, "duration_histogram_new", None) is not None
    reason = choice.reason
    if choice.recorder != kind:
        reason = f"{kind} instrumentation was there first"
        _log.info("%s, so that this application's requests are recorded by it and not by ours", reason)
    return HttpChoice(kind, reason, lacks=_NONE if has_names else _ALL)


def recorder_of(app: Any) -> Recorder | None:
    """Return who but us records ``app``: a middleware in its stack, or one that will be there."""
    found = next(_recorders(getattr(app, "middleware_stack", None)), None)
    if found is not None:
        return found[1]
    if fastapi.has_contrib(app):
        return "contrib"
    classes = (getattr(each, "cls", None) for each in getattr(app, "user_middleware", ()))
    return next(filter(None, (_recorder(kind) for kind in classes if isinstance(kind, type))), None)


def _contrib(app: Any, *, tracer_provider: Any, meter_provider: Any) -> HttpChoice:
    if not fastapi.is_fastapi(app):
        return _instead("contrib's instrumentation is for FastAPI, and this application is none")
    if not fastapi.is_contrib_installed():
        return _instead("opentelemetry-instrumentation-fastapi is not installed")
    if not fastapi.has_contrib(app):
        fastapi.use_contrib(app, tracer_provider=tracer_provider, meter_provider=meter_provider)
    return _CONTRIB


def _instead(reason: str) -> HttpChoice:
    _log.warning("http_instrumentation: %s; ours records in its place", reason)
    return HttpChoice("ours", reason)


def _recorders(stack: Any) -> Iterator[tuple[Any, Recorder]]:
    """Yield the recorders in a middleware stack, the outermost first."""
    for _ in range(_MAX_DEPTH):
        if stack is None:
            return
        recorder = _recorder(type(stack))
        if recorder is not None:
            yield stack, recorder
        stack = getattr(stack, "app", None)


def _recorder(middleware: type) -> Recorder | None:
    for kind in middleware.__mro__:
        if kind.__name__ == "OpenTelemetryMiddleware" and kind.__module__ in _RECORDERS:
            return _RECORDERS[kind.__module__]
    return None
