"""Put our middleware around an application, whichever instrumentation records its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring._version import __version__
from otel_monitoring.context.headers import RequestIdPolicy
from otel_monitoring.guard import Guard
from otel_monitoring.instrument.asgi import HttpInstruments, HttpMiddleware
from otel_monitoring.instrument.asgi.attributes import RequestAttributes
from otel_monitoring.instrument.asgi.choice import choose, settle
from otel_monitoring.instrument.asgi.correlation import CorrelationMiddleware
from otel_monitoring.instrument.asgi.exclude import AccessLogFilter, Exclusions
from otel_monitoring.instrument.asgi.front import Front
from otel_monitoring.instrument.asgi.route import RouteNames
from otel_monitoring.instrument.asgi.websocket import WebSocketInstruments, WebSocketMiddleware
from otel_monitoring.instrument.asgi.wrap import outermost

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.instrument.asgi.choice import HttpChoice
    from otel_monitoring.instrument.asgi.protocol import ASGIApp, Scope
    from otel_monitoring.settings import Settings
    from otel_monitoring.telemetry.providers import Providers

SCOPE = "otel_monitoring.asgi"
SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0"


class Server:
    """The instruments of one application's server, and the way in."""

    def __init__(self, *, settings: Settings, providers: Providers, bind: Any) -> None:
        self.guard = Guard("tap.asgi")
        self.policy = request_ids(settings)
        self._settings = settings
        self._providers = providers
        self._tracer = providers.tracer.get_tracer(SCOPE, __version__, SCHEMA_URL)
        self._logger = providers.logger.get_logger(SCOPE, __version__, SCHEMA_URL)
        meter = providers.meter.get_meter(SCOPE, __version__, SCHEMA_URL)
        self.http = HttpInstruments(meter, bind=bind)
        self.websocket = WebSocketInstruments(meter)
        self._exclusions = Exclusions(
            paths=settings.http.excluded_paths, user_agents=settings.http.excluded_user_agents
        )
        self._access_log = AccessLogFilter(self._exclusions, prefix=settings.api.prefix)
        self._fronts: list[Front] = []
        self._middlewares: list[HttpMiddleware] = []
        self.choices: list[HttpChoice] = []
        self.limit: Callable[[ASGIApp, Any], ASGIApp] | None = None
        """Puts rate limits around an application: inside of telemetry, so that refusals are measured."""

    def instrument(
        self,
        app: Any,
        *,
        pages: ASGIApp | None,
        start: Callable[[], None],
        stop: Callable[[], Any],
        loop_started: Callable[[], None],
        identify: Any = None,
        ending: Callable[[], Any] = lambda: None,
    ) -> Any:
        """Put telemetry around ``app``; return the application to serve, which is ``app`` where it can be."""
        choice = choose(
            app,
            wanted=self._settings.http_instrumentation,
            tracer_provider=self._providers.tracer,
            meter_provider=self._providers.meter,
            logger_provider=self._providers.logger,
            leaves_out=self._leaves_out,
        )

        def around(unlimited: ASGIApp) -> Front:
            inner = unlimited if self.limit is None else self.limit(unlimited, app)
            settled = settle(unlimited, choice)
            self.choices.append(settled)
            http, websocket = self._middleware(inner, app, settled, identify)
            front = Front(
                inner,
                http=http,
                websocket=websocket,
                exclusions=self._exclusions,
                pages=pages,
                prefix=self._settings.api.prefix,
                on_request=start,
                on_startup=start,
                on_shutdown=stop,
                loop_started=loop_started,
                guard=self.guard,
                on_ending=ending,
            )
            self._fronts.append(front)
            return front

        return outermost(app, around)

    def start(self) -> None:
        """Keep what is left out of telemetry out of the access log too; the server has its loggers by now."""
        self._access_log.install()

    def stop(self, timeout_s: float) -> None:  # noqa: ARG002 - there is nothing to wait for
        """Let the access log have everything again."""
        self._access_log.remove()

    def after_fork(self) -> None:
        """Start anew in a child process."""
        self.guard.after_fork()
        self.http.after_fork()
        self.websocket.after_fork()
        for front in self._fronts:
            front.after_fork()
        for middleware in self._middlewares:
            middleware.after_fork()

    def _leaves_out(self, scope: Scope) -> bool:
        return any(front.leaves_out(scope) for front in self._fronts)

    def _middleware(
        self, inner: ASGIApp, app: Any, choice: HttpChoice, identify: Any
    ) -> tuple[ASGIApp, ASGIApp]:
        """Return what HTTP requests and WebSocket connections pass through."""
        if choice.recorder == "ours":
            return self._http(inner, app, identify), self._websocket(inner, app)
        http = self._settings.http
        correlating = CorrelationMiddleware(
            inner,
            request_ids=self.policy,
            attributes=self._attributes(),
            routes=RouteNames(app),
            guard=self.guard,
            is_within=choice.is_within,
            logger=None if choice.logs_errors else self._logger,
            measures=choice.measures(self.http),
            answer_trace=http.traceresponse,
            answer_timing=http.server_timing,
            identify=identify,
        )
        return correlating, correlating

    def _attributes(self) -> RequestAttributes:
        return RequestAttributes(
            id_headers=self.policy.header_names,
            request_headers=self._settings.http.captured_request_headers,
            trusted_proxies=[str(network) for network in self._settings.http.trusted_proxies],
        )

    def _http(self, inner: ASGIApp, app: Any, identify: Any) -> ASGIApp:
        http = self._settings.http
        middleware = HttpMiddleware(
            inner,
            tracer=self._tracer,
            logger=self._logger,
            instruments=self.http,
            attributes=self._attributes(),
            routes=RouteNames(app),
            request_ids=self.policy,
            guard=self.guard,
            answer_trace=http.traceresponse,
            answer_timing=http.server_timing,
            identify=identify,
        )
        self._middlewares.append(middleware)
        return middleware

    def _websocket(self, inner: ASGIApp, app: Any) -> ASGIApp:
        return WebSocketMiddleware(
            inner,
            tracer=self._tracer,
            logger=self._logger,
            instruments=self.websocket,
            attributes=self._attributes(),
            routes=RouteNames(app),
            request_ids=self.policy,
            guard=self.guard,
        )


def request_ids(settings: Settings) -> RequestIdPolicy:
    """Return which incoming request ids are taken over; the header that goes out is looked at first."""
    correlation = settings.correlation
    names = dict.fromkeys((correlation.request_id_header, *correlation.accepted_headers))
    return RequestIdPolicy(
        header_names=tuple(names),
        pattern=correlation.pattern,
        max_length=correlation.max_length,
        trust=correlation.trust,
    )
