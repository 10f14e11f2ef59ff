"""One OpenAPI document of every route below the prefix, those of mounted applications included.

FastAPI describes its own routes; what is alike everywhere is added here, so that no route can forget it: who
may ask, what is answered in place of a result, and an example of each parameter and each answer.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from fastapi.openapi.utils import get_openapi

from otel_monitoring.api.document import alertmanager, prometheus
from otel_monitoring.api.document.examples import examples, put_examples
from otel_monitoring.api.document.refusing import PROBLEM, put_refusals
from otel_monitoring.api.document.security import SCHEMES, put_security
from otel_monitoring.api.document.tags import tags_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Operation = dict[str, Any]

_METHODS: Final = frozenset(("get", "put", "post", "delete", "patch"))
_OF_FASTAPI: Final = ("HTTPValidationError", "ValidationError")
_DESCRIPTION = """\
What an application that otel_monitoring watches says about itself.

Times are RFC 3339 in UTC; names of fields are in camel case. `since`, `until`, `window` and `hours` mean the
same on every route that takes them, and so do `limit` and `cursor`. Errors are problem details (RFC 9457).
Answers to GET carry an ETag and are compressed for whoever accepts that.
"""


class Document:
    """The description of an application, made when it is first asked for.

    Args:
        app: The FastAPI application.
        role_of: Who may use a route, by its method and its path below the prefix: ``public``, ``viewer`` or
            ``admin``.
    """

    def __init__(self, app: Any, *, role_of: Callable[[str, str], str]) -> None:
        self._app = app
        self._role_of = role_of
        self._lock = threading.Lock()
        self._made: dict[str, Any] | None = None

    def at(self, root_path: str) -> dict[str, Any]:
        """Return the document, for who reaches the application below ``root_path``."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return {**self._made, "servers": [{"url": root_path or "/"}]}

    def _make(self) -> dict[str, Any]:
        app = self._app
        made: dict[str, Any] = get_openapi(
            title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes
        )
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        for name in _OF_FASTAPI:
            schemas.pop(name, None)
        schemas["Problem"] = PROBLEM
        for path, method, operation in operations(made):
            put_refusals(operation, method=method, role=self._role_of(method.upper(), path))
        mounts = {getattr(route, "path", "") for route in app.routes}
        for part in (prometheus, alertmanager):
            if part.MOUNT in mounts:
                _add(made, part, self._role_of)
                schemas.update(part.SCHEMAS)
        made["components"]["securitySchemes"] = SCHEMES
        known = examples()
        for path, method, operation in operations(made):
            put_security(operation, role=self._role_of(method.upper(), path))
            put_examples(operation, known)
        made["tags"] = tags_of(operation for _, _, operation in operations(made))
        return made


def _add(made: dict[str, Any], part: Any, role_of: Callable[[str, str], str]) -> None:
    """Add the routes of a mounted application."""
    paths = part.paths()
    for path, method, operation in operations({"paths": paths}):
        put_refusals(operation, method=method, role=role_of(method.upper(), path), is_mounted=True)
    made["paths"].update(paths)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    """Return path, method in lower case, and description of every operation of a document."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, method, operation
