"""Standing outermost around real Starlette applications and plain ASGI ones."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware

from otel_monitoring.instrument.asgi.wrap import outermost


class Around:
    """What is put around an application."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


def test_a_starlette_application_is_changed_in_place() -> None:
    app = Starlette()

    served = outermost(app, Around)

    assert served is app
    assert isinstance(app.build_middleware_stack(), Around)


def test_middleware_that_is_added_later_stands_within() -> None:
    app = Starlette()
    outermost(app, Around)
    app.add_middleware(Around)

    stack: Any = app.build_middleware_stack()

    assert isinstance(stack, Around)
    assert type(stack.app).__name__ == "ServerErrorMiddleware"
    assert isinstance(stack.app.app, Around)


def test_a_stack_that_was_built_before_is_wrapped_at_once() -> None:
    app = Starlette(middleware=[Middleware(Around)])
    app.middleware_stack = before = app.build_middleware_stack()

    outermost(app, Around)

    assert isinstance(app.middleware_stack, Around)
    assert app.middleware_stack.app is before


def test_a_plain_application_is_returned_wrapped() -> None:
    async def plain(_scope: Any, _receive: Any, _send: Any) -> None:
        return None

    served = outermost(plain, Around)

    assert isinstance(served, Around)
    assert served.app is plain
