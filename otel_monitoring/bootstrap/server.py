"""Put our middleware around an application, whichever instrumentation records its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring._version import __version__
from otel_monitoring.context.headers import RequestIdPolicy
from otel_monitoring.guard import Guard
from otel_monitoring.instrument import wrap_app
from otel_monitoring.instrument.asgi import HttpInstruments, HttpMiddleware
from otel_monitoring.instrument.asgi_front import Front
from otel_monitoring.instrument.asgi_websocket import WebSocketInstruments, WebSocketMiddleware
from otel_monitoring.instrument.http_attributes import RequestAttributes
from otel_monitoring.instrument.http_exclude import Exclusions
from otel_monitoring.instrument.http_route import RouteNames

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.instrument.asgi import ASGIApp
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
        self._tracer = providers.tracer.get_tracer(SCOPE, __version__, SCHEMA_URL)
        self._logger = providers.logger.get_logger(SCOPE, __version__, SCHEMA_URL)
        meter = providers.meter.get_meter(SCOPE, __version__, SCHEMA_URL)
        self.http = HttpInstruments(meter, bind=bind)
        self.websocket = WebSocketInstruments(meter)
        self._fronts: list[Front] = []
        self._middlewares: list[HttpMiddleware] = []

    def instrument(
        self,
        app: Any,
        *,
        pages: ASGIApp | None,
        start: Callable[[], None],
        stop: Callable[[], Any],
        loop_started: Callable[[], None],
        identify: Any = None,
    ) -> Any:
        """Put telemetry around ``app``; return the application to serve, which is ``app`` where it can be."""

        def around(inner: ASGIApp) -> Front:
            front = Front(
                inner,
                http=self._http(inner, app, identify),
                websocket=self._websocket(inner, app),
                exclusions=Exclusions(
                    paths=self._settings.http.excluded_paths,
                    user_agents=self._settings.http.excluded_user_agents,
                ),
                pages=pages,
                prefix=self._settings.api.prefix,
                on_request=start,
                on_startup=start,
                on_shutdown=stop,
                loop_started=loop_started,
                guard=self.guard,
            )
            self._fronts.append(front)
            return front

        return wrap_app.outermost(app, around)

    def after_fork(self) -> None:
        """Start anew in a child process."""
        self.guard.after_fork()
        self.http.after_fork()
        self.websocket.after_fork()
        for front in self._fronts:
            front.after_fork()
        for middleware in self._middlewares:
            middleware.after_fork()

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
