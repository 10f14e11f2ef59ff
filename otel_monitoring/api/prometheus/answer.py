"""The envelope of every answer, and the errors of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from starlette.responses import Response

from otel_monitoring.api.prometheus.encode import Raw, dumped

if TYPE_CHECKING:
    from collections.abc import Sequence

ErrorType = Literal["bad_data", "execution", "timeout", "not_found", "unavailable", "internal"]

_STATUS: dict[ErrorType, int] = {
    "bad_data": 400,
    "execution": 422,
    "timeout": 503,
    "not_found": 404,
    "unavailable": 503,
    "internal": 500,
}


class ApiError(Exception):
    """A request that is answered with an error.

    Args:
        message: What is wrong.
        kind: The ``errorType`` of Prometheus, which decides the status.
    """

    def __init__(self, message: str, *, kind: ErrorType = "bad_data") -> None:
        super().__init__(message)
        self.kind = kind


def success(
    data: Any, *, warnings: Sequence[str] = (), infos: Sequence[str] = (), tiers: Sequence[str] = ()
) -> Response:
    """Return an answer with data; ``tiers`` is ours, and says from where its samples came."""
    body: dict[str, Any] = {"status": "success", "data": data}
    if warnings:
        body["warnings"] = list(warnings)
    if infos:
        body["infos"] = list(infos)
    if tiers:
        body["tiers"] = list(tiers)
    return _response(body, 200)


def failure(error: ApiError) -> Response:
    """Return the answer that says what is wrong."""
    body = {"status": "error", "errorType": error.kind, "error": str(error)}
    return _response(body, _STATUS[error.kind])


def _response(body: dict[str, Any], status: int) -> Response:
    text = ",".join(f'"{name}":{one if isinstance(one, Raw) else dumped(one)}' for name, one in body.items())
    return Response(f"{{{text}}}".encode(errors="replace"), status_code=status, media_type="application/json")
