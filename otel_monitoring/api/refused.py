"""A request that is refused: raised by routes, answered as a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.api.problems import MEDIA_TYPE
from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Mapping

FORBIDDEN, NOT_FOUND, CONFLICT, UNPROCESSABLE, UNAVAILABLE = 403, 404, 409, 422, 503

_DESCRIPTIONS: Mapping[int, str] = {
    FORBIDDEN: "Who asks may not do that.",
    NOT_FOUND: "There is nothing of that name.",
    CONFLICT: "That cannot be done to it as it stands.",
    UNPROCESSABLE: "A field is not valid; `errors` names each.",
    UNAVAILABLE: "It cannot be done now; try again later.",
}


class RefusedError(MonitoringError):
    """A request cannot be done.

    Args:
        detail: What was wrong, with the value, and what was expected.
        status: The status of the answer.
        field: Which part of the request is to blame, such as ``body.endsAt``.
        errors: Several problems, in place of the one.
        headers: Further headers of the answer, such as ``Retry-After``.
        members: Further members of the problem, such as who was faster.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int = UNPROCESSABLE,
        field: str = "",
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers
        self.members = members or {}
        own = [{"field": field, "message": detail}] if field else []
        self.errors = own if errors is None else errors


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how a route describes that it may refuse."""
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: {}}} for status in statuses
    }
