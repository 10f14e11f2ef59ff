"""API keys as people and programs see them: everything but the hash."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.model.api_key import ApiKey

HEADS = ("NAME", "ID", "ROLE", "STATE", "EXPIRES", "LAST USED", "SERVICE", "ROUTES")


def state(key: ApiKey, now_ms: int) -> str:
    """Return whether a key opens anything: ``active``, ``expired`` or ``revoked``."""
    if key.revoked_ms is not None:
        return "revoked"
    return "expired" if key.has_expired(now_ms) else "active"


def document(key: ApiKey, *, now_ms: int, used_ms: int | None = None) -> dict[str, Any]:
    """Return what programs read of a key."""
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "state": state(key, now_ms),
        "routes": list(key.routes),
        "createdAt": time(key.created_ms or None),
        "expiresAt": time(key.expires_ms),
        "revokedAt": time(key.revoked_ms),
        "lastUsedAt": time(used_ms),
    }


def row(key: ApiKey, *, now_ms: int, used_ms: int | None = None, service: str = "") -> Sequence[str]:
    """Return the cells of a key below ``HEADS``."""
    return (
        key.name,
        key.id,
        key.role,
        state(key, now_ms),
        time(key.expires_ms) or "never",
        time(used_ms) or "",
        service,
        " ".join(key.routes) or "all",
    )


def time(time_ms: int | None) -> str | None:
    """Return a time in RFC 3339."""
    if time_ms is None:
        return None
    found = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="seconds")
    return found.replace("+00:00", "Z")
