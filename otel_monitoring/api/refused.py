"""A request that is refused: raised by routes, answered as a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.api.problems import MEDIA_TYPE
from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_FOUND, CONFLICT, UNPROCESSABLE = 404, 409, 422

_DESCRIPTIONS: Mapping[int, str] = {
    NOT_FOUND: "There is nothing of that name.",
    CONFLICT: "That cannot be done to it as it stands.",
    UNPROCESSABLE: "A field is not valid; `errors` names each.",
}


class RefusedError(MonitoringError):
    """A request cannot be done.

    Args:
        detail: What was wrong, with the value, and what was expected.
        status: The status of the answer.
        field: Which part of the request is to blame, such as ``body.endsAt``.
        errors: Several problems, in place of the one.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int = UNPROCESSABLE,
        field: str = "",
        errors: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        own = [{"field": field, "message": detail}] if field else []
        self.errors = own if errors is None else errors


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how a route describes that it may refuse."""
    schema = {"type": "object", "properties": {"title": {"type": "string"}, "detail": {"type": "string"}}}
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }
