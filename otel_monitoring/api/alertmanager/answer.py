"""Answers and errors in the forms of Alertmanager's API."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from otel_monitoring.errors import MonitoringError

BAD_REQUEST, NOT_FOUND, UNSUPPORTED, UNPROCESSABLE = 400, 404, 415, 422
REQUIRED, TOO_FEW = 602, 612
"""Codes of go-openapi, which Alertmanager answers validation with."""


class ApiError(MonitoringError):
    """A request that cannot be answered.

    Args:
        message: What was wrong, and what was expected; empty for an answer without a body.
        status: The status of the answer.
        code: The code of a body that is not valid; 0 for a plain text in JSON, as handlers give it.
    """

    def __init__(self, message: str, *, status: int = BAD_REQUEST, code: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def answer(content: Any, *, status: int = 200) -> Response:
    """Return an answer in JSON."""
    return Response(
        json.dumps(content, separators=(",", ":")).encode(errors="replace") + b"\n",
        status_code=status,
        media_type="application/json",
    )


def failure(error: ApiError) -> Response:
    """Return an error as Alertmanager words it: a text, or code and message of what is not valid."""
    if error.code:
        return answer({"code": error.code, "message": str(error)}, status=error.status)
    return answer(str(error), status=error.status) if str(error) else Response(status_code=error.status)


def time_text(time_ms: int) -> str:
    """Write Unix milliseconds as Alertmanager does: ``2023-11-14T22:13:20.500Z``."""
    when = datetime.fromtimestamp(time_ms // 1000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03d}Z"
