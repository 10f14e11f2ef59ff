"""Who may use a route, in the words of OpenAPI."""

from __future__ import annotations

from typing import Any, Final

SCHEMES: Final[dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of the settings, an API key, or a JWT.",
    },
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "otel_monitoring_session",
        "description": "A browser that has signed in.",
    },
}
_ROLES: Final = {
    "public": "Open to everybody.",
    "viewer": "Needs the role `viewer`.",
    "admin": "Needs the role `admin`.",
}


def put_security(operation: dict[str, Any], *, role: str) -> None:
    """Add to the description of an operation who may use it."""
    operation["security"] = [] if role == "public" else [{name: []} for name in SCHEMES]
    said = operation.get("description", "")
    operation["description"] = f"{said}\n\n{_ROLES[role]}".strip()
    operation["x-role"] = role
