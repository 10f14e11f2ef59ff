"""Stand outermost around an ASGI application, in place where its framework lets us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.instrument.asgi.protocol import ASGIApp


def outermost(app: Any, around: Callable[[ASGIApp], ASGIApp]) -> Any:
    """Put ``around(inner)`` around ``app``, outside of its own error handlers.

    A Starlette or FastAPI application is changed in place and returned: its middleware stack is wrapped
    when it is built, or at once where it has been built. Any other ASGI application cannot be changed; the
    wrapped one is returned, and the server has to be given that.
    """
    build = getattr(app, "build_middleware_stack", None)
    if build is None:
        return around(app)

    def build_wrapped() -> ASGIApp:
        return around(build())

    app.build_middleware_stack = build_wrapped
    stack = getattr(app, "middleware_stack", None)
    if stack is not None:
        app.middleware_stack = around(stack)
    return app
