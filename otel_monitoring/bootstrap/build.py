"""Put the parts together into a running instance."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from otel_monitoring.api.alone import Handed
from otel_monitoring.bootstrap import parts
from otel_monitoring.bootstrap.api.health import AppLoop, health
from otel_monitoring.bootstrap.api.limits import limited
from otel_monitoring.bootstrap.api.live import live
from otel_monitoring.bootstrap.api.pages import pages
from otel_monitoring.bootstrap.api.places import places
from otel_monitoring.bootstrap.lazy import LazyAnalysis
from otel_monitoring.bootstrap.storage import inheritance
from otel_monitoring.bootstrap.telemetry import identity, logs, observe
from otel_monitoring.context import propagate
from otel_monitoring.guard import Guard
from otel_monitoring.instrument import threads
from otel_monitoring.measure import providers as measure
from otel_monitoring.monitoring.instance import Monitoring
from otel_monitoring.monitoring.rules import Rules
from otel_monitoring.telemetry.foreign import foreign_flushes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from otel_monitoring.alerts.rules.simple import AlertRule
    from otel_monitoring.api.asgi import ASGIApp
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.bootstrap.reload import HangUp
    from otel_monitoring.bootstrap.server import Server
    from otel_monitoring.instrument.libraries import Libraries
    from otel_monitoring.notify.message import Message
    from otel_monitoring.reports.insights.given import Given
    from otel_monitoring.reports.slos.slo import SLO
    from otel_monitoring.settings import LoadedSettings, Settings
    from otel_monitoring.storage.ledger import Ledger

_EVALUATE_EVERY_S = 1.0  # rule groups have their own grid; this only asks whether one of them is due
_EXPLAIN_EVERY_S = 1.0
_TRIM_EVERY_S = 60.0
_RECORD_EVERY_S = 1.0


class Running:
    """An instance, and what is needed to instrument a further application with it."""

    def __init__(
        self,
        monitoring: Monitoring,
        settings: Settings,
        server: Server | None,
        *,
        loop_started: Callable[[], None],
        identify: Any = None,
        pages: ASGIApp | None = None,
        libraries: Libraries | None = None,
    ) -> None:
        self.monitoring = monitoring
        self.settings = settings
        self.libraries = libraries
        self._server = server
        self._loop_started = loop_started
        self._identify = identify
        self._pages = pages
        self._apps: list[Any] = []
        self.slos: Sequence[SLO] = ()
        self.insights: Given | None = None
        self.access: Callable[[Any], object] | None = None

    def has(self, app: Any) -> bool:
        """Return whether ``app`` is instrumented already."""
        return any(one is app for one in self._apps)

    def instrument(self, app: Any) -> Any:
        """Instrument ``app``; return what to serve."""
        self._apps.append(app)
        if self._server is None:
            return app
        return self._server.instrument(
            app,
            pages=self._pages,
            start=self.monitoring.start,
            stop=self.monitoring.stop,
            ending=self.monitoring.health.drain,
            loop_started=self._loop_started,
            identify=self._identify,
        )


def build(
    app: Any,
    loaded: LoadedSettings,
    environ: Mapping[str, str],
    *,
    rules: Sequence[AlertRule] = (),
    slos: Sequence[SLO] = (),
    insights: Given | None = None,
    functions: Mapping[str, Callable[[Message], object]] | None = None,
    access: Callable[[Any], object] | None = None,
) -> Running:
    """Return a running instance around ``app``, with what is stated in Python: rules, levels, functions."""
    settings = loaded.settings
    if not settings.enabled or environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return Running(_switched_off(app), settings, None, loop_started=_nothing)
    builder = parts.begin(loaded, environ)
    builder.functions, builder.insights, builder.access = functions or {}, insights, access
    try:
        return _put_together(builder, app, rules=rules, slos=slos)
    except BaseException:
        _undo(builder)
        raise


def _undo(builder: Builder) -> None:
    """Leave nothing patched by a set-up that is refused; the application may go on without us."""
    guard = Guard("setup")
    for close in builder.closers:
        guard.call(close)


def _put_together(builder: Builder, app: Any, *, rules: Sequence[AlertRule], slos: Sequence[SLO]) -> Running:
    settings, insights = builder.settings, builder.insights
    collect = parts.tap(builder)
    ledger = inheritance.ledger(builder)
    server = _server(builder, ledger)
    loop_started = observe.system(builder)
    libraries = observe.libraries(builder)
    analysis = _analysis(builder, rules, slos)
    inheritance.inherit(builder, analysis, ledger)
    app_loop = AppLoop(loop_started)
    registry = health(builder, analysis, app_loop)
    limits = limited(server, builder, registry)
    has_pages = app is not None or settings.api.admin_port is not None
    hub = live(builder, analysis, registry)
    found = (
        pages(builder, analysis=analysis, registry=registry, hub=hub, limit=limits.own) if has_pages else None
    )
    laid = places(builder, None if found is None else found.mounted)
    logs.hook_up(builder)
    _carry(builder, server)
    who = identity.identify(builder)
    hang_up = _hang_up(builder, analysis)
    builder.loop.add("records", _RECORD_EVERY_S, lambda _now_ms: analysis.record(registry.report))
    monitoring = Monitoring(
        clock=builder.clock,
        loop=builder.loop,
        exports=builder.exports,
        collect=collect,
        services=builder.services,
        parts=builder.parts,
        closers=builder.closers,
        flush_others=lambda: _flushes_of_others(builder),
        flush_timeout_s=settings.telemetry.flush_timeout_s,
        rules=Rules(lambda: analysis.get().rules),
        health=registry,
    )
    builder.loop.add(
        "collect", builder.settings.telemetry.collect_interval_s, lambda _now_ms: monitoring.collect()
    )
    builder.loop.add("evaluate", min(_EVALUATE_EVERY_S, settings.alerts.interval_s), analysis.evaluate)
    if settings.analytics.enabled:
        builder.loop.add("analytics", _EXPLAIN_EVERY_S, analysis.explain)
    builder.loop.add("trim", _TRIM_EVERY_S, analysis.trim)
    if hang_up is not None:
        builder.loop.add("reload", _EVALUATE_EVERY_S, hang_up.tick)
    running = Running(
        monitoring,
        settings,
        server,
        loop_started=app_loop.started,
        identify=who,
        pages=laid.on_app,
        libraries=libraries,
    )
    running.slos, running.insights, running.access = slos, insights, builder.access
    monitoring.pages = laid.handed
    monitoring.watch_process()
    if app is None:
        monitoring.start()
    else:
        monitoring.app = running.instrument(app)
    return running


def _flushes_of_others(builder: Builder) -> list[Callable[[int], Any]]:
    found = builder.providers
    return foreign_flushes((found.tracer, found.meter, found.logger))


def _analysis(builder: Builder, rules: Sequence[AlertRule], slos: Sequence[SLO]) -> LazyAnalysis:
    analysis = LazyAnalysis(builder, rules=rules, slos=slos)
    builder.on_collect.append(analysis.hear)
    builder.on_flush.append(analysis.hear_last)
    builder.services.append(analysis)
    builder.parts.append(analysis)
    return analysis


def _hang_up(builder: Builder, analysis: LazyAnalysis) -> HangUp | None:
    """Return what reloads on SIGHUP, where that is asked for and can be done."""
    alerts = builder.settings.alerts
    if not (alerts.enabled and alerts.reload_on_sighup):
        return None
    from otel_monitoring.bootstrap.reload import HangUp

    found = HangUp(lambda: analysis.get().reload_all())
    if not found.listen():
        return None
    builder.closers.append(found.close)
    return found


def _carry(builder: Builder, server: Server) -> None:
    """Let correlation and hand-made telemetry reach outgoing calls, threads and our providers."""
    found, closers = builder.providers, builder.closers
    closers.append(propagate.join_global(propagate.RequestIdPropagator(server.policy)))
    measure.configure(tracer_provider=found.tracer, meter_provider=found.meter, clock=builder.clock)
    closers.append(measure.configure)
    if builder.settings.instrumentation.threads:
        closers.append(threads.carry_context())


def _server(builder: Builder, ledger: Ledger | None) -> Server:
    from otel_monitoring.bootstrap.server import Server

    bind = builder.aggregations.bind if ledger is None else ledger.bind
    server = Server(settings=builder.settings, providers=builder.providers, bind=bind)
    builder.parts.append(server)
    builder.services.append(server)
    return server


def _switched_off(app: Any) -> Monitoring:
    """Return an instance that does nothing: no provider, no patch, no thread."""
    from otel_monitoring.model.clock import SystemClock
    from otel_monitoring.monitoring.export import Exports
    from otel_monitoring.monitoring.loop import Loop

    clock = SystemClock()

    def collect(*, export_now: bool) -> None:
        """Collect nothing."""

    loop = Loop(clock=clock, shield=nullcontext)
    monitoring = Monitoring(clock=clock, loop=loop, exports=Exports({}), collect=collect, app=app)
    monitoring.pages = Handed(None)
    return monitoring


def _nothing() -> None:
    """Measure no event loop."""
