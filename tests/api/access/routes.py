"""All routes of a real application, those of mounted applications too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from otel_monitoring.api.later import Staged

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARAMETER = re.compile(r"\{[^}]*\}")


def routes_of(app: Any) -> list[tuple[str, str]]:
    """Return the methods and the templates of what lies behind a gate, whatever is between."""
    while not hasattr(app, "routes"):
        app = app.later.made() if isinstance(app, Staged) else getattr(app, "app", None) or app._app
    return sorted(set(_walk(app.routes, "")))


def filled(template: str) -> str:
    """Return a path of a template, as somebody may ask for it."""
    return _PARAMETER.sub("x", template)


def _walk(routes: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for route in routes:
        inner = getattr(route, "original_router", route)
        if getattr(route, "methods", None):
            yield from ((method, prefix + route.path) for method in route.methods)
        elif hasattr(inner, "routes"):
            yield from _walk(inner.routes, prefix + getattr(route, "path", ""))
        else:
            msg = f"{route!r} is no route that this test knows"
            raise AssertionError(msg)
