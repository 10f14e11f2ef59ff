"""Errors as problem details (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any, Final

MEDIA_TYPE = "application/problem+json"
BLANK: Final = "about:blank"
"""The type of a problem of which its status says all."""

_NAMES: Final = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    413: "too-large",
    422: "not-valid",
    429: "too-many-requests",
    503: "unavailable",
}


def problem_type(status: int) -> str:
    """Return the URI that names a kind of problem, in every version; it leads nowhere."""
    name = _NAMES.get(status)
    return f"urn:otel-monitoring:problem:{name}" if name else BLANK


def problem(*, status: int, title: str, detail: str = "", **more: Any) -> dict[str, Any]:
    """Return the members of a problem; an empty ``detail`` is left out.

    Args:
        status: The status of the answer, which also says of what type the problem is.
        title: The kind of problem in words.
        detail: What was wrong this time.
        **more: Further members, ``type`` among them where it is not that of the status.
    """
    members: dict[str, Any] = {"type": problem_type(status), "title": title, "status": status}
    if detail:
        members["detail"] = detail
    return {**members, **more}


def problem_body(*, status: int, title: str, detail: str = "", **more: Any) -> bytes:
    """Return a problem as it is sent."""
    return json.dumps(problem(status=status, title=title, detail=detail, **more)).encode()
