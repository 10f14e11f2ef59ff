"""Errors as problem details (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

MEDIA_TYPE = "application/problem+json"


def problem(*, status: int, title: str, detail: str = "", **more: Any) -> dict[str, Any]:
    """Return the members of a problem; an empty ``detail`` is left out."""
    members: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        members["detail"] = detail
    return {**members, **more}


def problem_body(*, status: int, title: str, detail: str = "", **more: Any) -> bytes:
    """Return a problem as it is sent."""
    return json.dumps(problem(status=status, title=title, detail=detail, **more)).encode()
