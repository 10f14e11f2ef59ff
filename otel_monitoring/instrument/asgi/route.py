"""The route template of a request, read from the ASGI scope after routing.

A template such as ``/orders/{order_id}`` is what metrics and span names may carry; a raw path never is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping

_KEPT = 1024
_MOUNT_TAIL = "/{path}"


class RouteNames:
    """Find route templates through routers, mounts and sub-applications.

    Routers say which route matched, and mounts move the matched part of the path to ``root_path``. The
    template of that part is looked up once per distinct value, in the routes of the application.

    Args:
        app: The application, whose ``routes`` are walked where a mount has to be named.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._mounts: dict[str, str] = {}

    def of(self, scope: MutableMapping[str, Any], root_path: str) -> str | None:
        """Return the template of the route that served ``scope``, or ``None`` where none matched.

        Args:
            scope: The scope as the application left it.
            root_path: The ``root_path`` that the request came in with.
        """
        path = _own_path(scope)
        now = scope.get("root_path") or ""
        if len(now) <= len(root_path):
            return path
        if path is None:  # a mounted application in which nothing matched
            path = _MOUNT_TAIL
        mounted = now[len(root_path) :]
        template = self._mounts.get(mounted)
        if template is None:
            if len(self._mounts) >= _KEPT:
                self._mounts.clear()
            template = self._mounts[mounted] = _template(getattr(self._app, "routes", ()), mounted)
        return template + path


def _own_path(scope: MutableMapping[str, Any]) -> str | None:
    included = scope.get("fastapi")
    if included is not None:
        path = getattr(included.get("effective_route_context"), "path", None)
        if path is not None:
            return str(path)
    route = scope.get("route")
    if route is None:
        template = scope.get("path_template")  # what Litestar leaves in the scope
        return template if isinstance(template, str) else None
    if hasattr(route, "routes"):  # a mount whose application did not say more
        return _MOUNT_TAIL
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    return path if isinstance(path, str) else None


def _template(routes: Iterable[Any], mounted: str) -> str:
    """Return the template of the mounts that matched ``mounted``; unknown mounts share one name."""
    for route in routes:
        expression = getattr(route, "path_regex", None)
        if expression is None or not hasattr(route, "app"):
            continue
        match = expression.match(mounted + "/")
        if match is None:
            continue
        name = str(getattr(route, "path_format", "")).removesuffix(_MOUNT_TAIL)
        rest = (match.groupdict().get("path") or "").rstrip("/")
        if not rest:
            return name
        return name + _template(getattr(route, "routes", None) or (), "/" + rest)
    return "/{mount}"
