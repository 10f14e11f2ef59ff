"""What else instruments this process, and what follows from that for us.

Nothing is imported for the answer: what nobody has loaded does nothing. Each finding says what it means
here, in the words that ``otel-monitoring doctor`` shows.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from opentelemetry.propagate import get_global_textmap

from otel_monitoring.instrument import fastapi
from otel_monitoring.instrument.asgi.choice import recorder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

State = Literal["on", "off", "warn"]

_LAUNCHER = "opentelemetry/instrumentation/auto_instrumentation"
_YES = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Foreign:
    """Somebody else's instrumentation.

    Attributes:
        name: Who.
        state: ``on`` beside ours, ``off`` because ours switched it off, or ``warn``.
        consequence: What that means, in one sentence without a full stop.
        advice: What to do about it, or nothing.
    """

    name: str
    state: State
    consequence: str
    advice: str = ""


def foreign(*, environ: Mapping[str, str], app: Any = None) -> tuple[Foreign, ...]:
    """Return what else instruments this process and ``app``.

    Args:
        environ: The environment variables.
        app: The application, where there is one.
    """
    found = [made for look in _LOOKS if (made := look()) is not None]
    return (*_launcher(environ), *found, *_propagator(), *_applications(app, environ))


def _launcher(environ: Mapping[str, str]) -> Iterator[Foreign]:
    python_path = environ.get("PYTHONPATH", "").replace("\\", "/")
    if _LAUNCHER in python_path or "opentelemetry.instrumentation.auto_instrumentation" in sys.modules:
        yield Foreign(
            "opentelemetry-instrument",
            "on",
            "it started this process; its providers are joined, its instrumentations stay, what it exports "
            "is not exported again",
        )


def _logfire() -> Foreign | None:
    instance = getattr(sys.modules.get("logfire"), "DEFAULT_LOGFIRE_INSTANCE", None)
    if not getattr(getattr(instance, "config", None), "_initialized", False):
        return None
    return Foreign("Logfire", "on", "its providers are joined; what it sends to its own server is its affair")


def _sentry() -> Foreign | None:
    sdk = sys.modules.get("sentry_sdk")
    if sdk is None or not sdk.is_initialized():
        return None
    client = sdk.get_client()
    if client.get_integration("otlp") is not None:
        return Foreign("Sentry", "on", "it exports our spans to Sentry by OTLP; ours go to the Collector too")
    traces = client.options.get("traces_sample_rate") or client.options.get("traces_sampler")
    recorded = "its errors and transactions" if traces else "its errors"
    return Foreign("Sentry", "on", f"it records {recorded} in a form of its own, which doubles no span")


def _datadog() -> Foreign | None:
    if "ddtrace" not in sys.modules:
        return None
    return Foreign("Datadog", "on", "ddtrace records traces in a form of its own, which doubles no span")


def _elastic() -> Foreign | None:
    module = sys.modules.get("elasticapm")
    if module is None or module.get_client() is None:
        return None
    return Foreign("Elastic APM", "on", "it records traces in a form of its own, which doubles no span")


def _new_relic() -> Foreign | None:
    if "newrelic.agent" not in sys.modules:
        return None
    return Foreign("New Relic", "on", "it records traces in a form of its own, which doubles no span")


_LOOKS: tuple[Callable[[], Foreign | None], ...] = (_logfire, _sentry, _datadog, _elastic, _new_relic)


def _propagator() -> Iterator[Foreign]:
    """Tell of a propagator that sends no ``traceparent``: traces then end at the next service."""
    propagator = get_global_textmap()
    if "traceparent" not in propagator.fields:
        kind = type(propagator)
        yield Foreign(
            f"{kind.__module__.partition('.')[0]}: {kind.__name__}",
            "warn",
            f"outgoing calls carry {', '.join(sorted(propagator.fields)) or 'nothing'} and no traceparent",
            "leave OTEL_PROPAGATORS to its default, or keep the vendor from setting a propagator",
        )


def _applications(app: Any, environ: Mapping[str, str]) -> Iterator[Foreign]:
    if environ.get("FASTAPI_OTEL_AUTO_CONFIGURE", "").strip().lower() in _YES:
        yield Foreign(
            "FASTAPI_OTEL_AUTO_CONFIGURE",
            "off",
            "applications given to setup_telemetry add no exporters of their own",
            "unset it; setup_telemetry does all of it",
        )
    if app is None:
        return
    recorder = recorder_of(app)
    if recorder is not None:
        yield Foreign(
            f"{recorder} middleware",
            "on",
            "it records the requests of the application; ours adds what it leaves out",
        )
    own = fastapi.own_telemetry(app)
    if own is not None and (own.get("tracing") or own.get("metrics")):
        yield Foreign("FastAPI", "on", "it records the requests of the application by itself")
