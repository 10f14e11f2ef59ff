"""Parameters that a route does not know are refused: a misspelt ``limt=5`` would be ignored in silence."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from fastapi import Request  # noqa: TC002 - FastAPI reads the annotation

from otel_monitoring.api.refused import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_SHOWN = 40
_MOST_SHOWN = 10


class KnownParameters:
    """A dependency of the whole application: refuses a query that a route does not read all of.

    Pages for people, which are not in the description of the API, are left to say so themselves.
    """

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], frozenset[str]] = {}

    async def __call__(self, request: Request) -> None:
        """Look at the names in the query.

        Raises:
            RefusedError: One is not known; each is named, with the one that looks most like it.
        """
        route = request.scope["route"]
        if not request.scope.get("query_string") or not route.include_in_schema:
            return
        known = self._known(request.method, route)
        unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
        if unknown:
            errors = [_error(name, known) for name in unknown[:_MOST_SHOWN]]
            raise RefusedError("; ".join(one["message"] for one in errors), errors=errors)

    def _known(self, method: str, route: Any) -> frozenset[str]:
        key = (method, route.path_format)
        found = self._names.get(key)
        if found is None:
            found = self._names[key] = frozenset(query_names(route.dependant))
        return found


def query_names(dependant: Any) -> Iterator[str]:
    """Return the names of all parameters of the query that a route and its dependencies read."""
    for param in dependant.query_params:
        fields = getattr(param.field_info.annotation, "model_fields", None)
        if fields is None:
            yield param.alias
        else:
            yield from (field.alias or name for name, field in fields.items())
    for inner in dependant.dependencies:
        yield from query_names(inner)


def _error(name: str, known: frozenset[str]) -> dict[str, str]:
    shown = name[:_LONGEST_SHOWN].encode("utf-8", "replace").decode()
    near = get_close_matches(name[:_LONGEST_SHOWN], sorted(known), n=1)
    expected = f"did you mean {near[0]}?" if near else f"expected {', '.join(sorted(known)) or 'none'}"
    return {"field": f"query.{shown}", "message": f"{shown!r} is no parameter of this route: {expected}"}
