"""The registry of checks, with those of the toolkit itself and those that settings state."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.bootstrap.api.checks import own_checks
from otel_monitoring.health import metrics
from otel_monitoring.health.check import Pace
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.health.stated import stated

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Iterable

    from otel_monitoring.bootstrap.lazy import LazyAnalysis
    from otel_monitoring.bootstrap.parts import Builder

_LOOK_EVERY_S = 1.0
_SHARE = 0.8


class AppLoop:
    """The event loop of the application, for checks that are awaited on it.

    Args:
        then: Called in the loop as well.
    """

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then
        self._loop: AbstractEventLoop | None = None

    def started(self) -> None:
        """Remember the loop that runs in this thread."""
        from asyncio import get_running_loop

        self._loop = get_running_loop()
        self._then()

    def get(self) -> AbstractEventLoop | None:
        """Return the loop; ``None`` before it has started and after it has ended."""
        return None if self._loop is None or self._loop.is_closed() else self._loop


def health(builder: Builder, analysis: LazyAnalysis, app_loop: AppLoop) -> HealthRegistry:
    """Return the registry with the checks of the toolkit itself, none of which is critical, and those stated.

    Raises:
        MonitoringError: ``health.checks`` states what is no check, or one that needs a package.
    """
    settings = builder.settings.health
    registry = HealthRegistry(
        clock=builder.clock,
        pace=Pace(
            timeout_s=settings.timeout_s,
            interval_s=settings.interval_s,
            failures=settings.failures,
            successes=settings.successes,
        ),
        redact=builder.redactor.text,
        shield=suppress_instrumentation,
        app_loop=app_loop.get,
        left_out=settings.disabled,
    )
    for name, check in own_checks(builder, analysis).items():
        registry.register(name, check)
    if settings.checks:
        _register_stated(registry, [url.get_secret_value() for url in settings.checks], settings.timeout_s)
    builder.parts.append(registry)
    builder.services.append(registry)
    builder.loop.add("health", _LOOK_EVERY_S, lambda _now_ms: registry.run_due())
    builder.metrics.observe(metrics.STATUS, partial(metrics.status_rows, registry))
    builder.metrics.observe(metrics.DURATION, partial(metrics.duration_rows, registry))
    builder.metrics.observe(metrics.READY, partial(metrics.ready_rows, registry))
    return registry


def _register_stated(registry: HealthRegistry, urls: Iterable[str], timeout_s: float) -> None:
    from otel_monitoring.health.checks.url import check_from_url

    names: set[str] = set()
    for url in urls:
        one = stated(url, taken=names)
        names.add(one.name)
        # The check gives up first, so that it can say why.
        asked_s = _SHARE * one.terms.get("timeout_s", timeout_s)
        registry.register(one.name, check_from_url(one.with_option("timeout_s", f"{asked_s:g}")), **one.terms)
