"""Paths as rules name them, and the route template that a path belongs to.

Rules are matched against what the application's router will see: without a doubled or trailing slash, so that
``//login/`` is no way around a rule on ``/login``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.ratelimit.errors import RateLimitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UNMATCHED: Final = "(none)"
"""What stands for the route where none fits: all such paths share one window."""

_KEPT: Final = 2048
_DEEPEST: Final = 8
_PARAMETER: Final = re.compile(r"\{[^{}]*?(:path)?\}")
_CONVERTED: Final = re.compile(r"<(?:(path:)|[^<>]*?:)?([^<>]*)>")
_SLASHES: Final = re.compile(r"/{2,}")


def plain(path: str) -> str:
    """Return a path without doubled slashes and without one at its end."""
    if "//" in path:
        path = _SLASHES.sub("/", path)
    return path.rstrip("/") or "/"


class Paths:
    """A list of patterns, and whether one of them fits a path.

    Args:
        patterns: Paths in which ``*`` stands for anything and ``{name}`` for one part, such as ``/login``,
            ``/api/*`` or ``/orders/{order_id}``.

    Raises:
        RateLimitError: A pattern does not begin with a slash or a star.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        for pattern in self.patterns:
            if not pattern.startswith(("/", "*")):
                msg = f"path {pattern!r}: expected one that begins with /, such as /api/*"
                raise RateLimitError(msg)
        exact = [one for one in self.patterns if not set("*{") & set(one)]
        self._exact = frozenset(plain(one) for one in exact)
        others = [expression(one) for one in self.patterns if one not in exact]
        self._matches = re.compile("|".join(others)).fullmatch if others else None

    def __bool__(self) -> bool:
        """Return whether there is any pattern."""
        return bool(self.patterns)

    def fits(self, path: str) -> bool:
        """Return whether a plain path fits one of the patterns."""
        return path in self._exact or (self._matches is not None and self._matches(path) is not None)


class RouteTemplates:
    """Find the route template of a path before the application's router does.

    Templates are read from the ``routes`` of FastAPI, Starlette and whatever is mounted there, or from the
    ``url_map`` of Flask, anew when their number changes; the first that fits counts.

    Args:
        app: The application; one without ``routes`` has no templates, and each request is of no route.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._count = -1
        self._exact: frozenset[str] = frozenset()
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        self._found: dict[str, str] = {}

    def of(self, path: str) -> str:
        """Return the template of a plain path, or ``(none)``."""
        routes = _routes_of(self._app)
        if len(routes) != self._count:
            self._read(routes)
        found = self._found.get(path)
        if found is None:
            if len(self._found) >= _KEPT:  # clients choose paths
                self._found.clear()
            found = self._found[path] = self._search(path)
        return found

    def _search(self, path: str) -> str:
        if path in self._exact:
            return path
        return next((template for pattern, template in self._patterns if pattern.fullmatch(path)), UNMATCHED)

    def _read(self, routes: Any) -> None:
        templates = [plain(one) for one in _templates(routes, depth=0)]
        self._exact = frozenset(one for one in templates if not set("*{") & set(one))
        self._patterns = [(re.compile(expression(one)), one) for one in templates if one not in self._exact]
        self._found.clear()
        self._count = len(routes)


def _routes_of(app: Any) -> Any:
    """Return what holds the routes of an application, with their number as its length."""
    urls = getattr(app, "url_map", None)
    return getattr(app, "routes", None) or getattr(urls, "_rules", None) or ()


def expression(pattern: str) -> str:
    """Return the regular expression of a pattern or a template."""
    parts, at = [], 0
    for found in _PARAMETER.finditer(pattern):
        parts.append(_starred(pattern[at : found.start()]))
        parts.append(".*" if found.group(1) else "[^/]+")
        at = found.end()
    return "(?s:" + "".join((*parts, _starred(pattern[at:]))) + ")"


def _starred(text: str) -> str:
    return ".*".join(re.escape(part) for part in text.split("*"))


def _templates(routes: Iterable[Any], *, depth: int) -> Iterator[str]:
    """Yield the templates below ``routes``: those of mounts, and those of routers that FastAPI includes."""
    for route in routes:
        included = getattr(route, "effective_route_contexts", None)
        for one in included() if callable(included) else (route,):
            path = getattr(one, "path_format", None) or getattr(one, "path", None) or _of_flask(one)
            if not isinstance(path, str):
                continue
            inner = getattr(one, "routes", None)
            if not hasattr(one, "app") or inner is None or depth >= _DEEPEST:
                yield path
                continue
            mounted = path.removesuffix("/{path}").rstrip("/")
            yield from (mounted + below for below in _templates(inner, depth=depth + 1))
            yield mounted + "/{path:path}"


def _of_flask(rule: Any) -> str | None:
    """Return the template of a rule of werkzeug, ``/orders/<int:id>``, as the others write it."""
    text = getattr(rule, "rule", None)
    if not isinstance(text, str):
        return None
    return _CONVERTED.sub(lambda found: f"{{{found.group(2)}{':path' if found.group(1) else ''}}}", text)
