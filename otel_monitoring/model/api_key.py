"""An API key as it is kept: who it is, what it opens, and the hash of its secret."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from otel_monitoring.errors import AccessError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_ID = re.compile(r"[a-z2-7]{10}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ROUTE = re.compile(r"(/[A-Za-z0-9_~:-][A-Za-z0-9._~:-]*)+(/\*)?|/\*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret.

    Attributes:
        id: What it is looked up by, ten characters of base 32; part of the key, and no secret.
        name: What people call it.
        role: What it allows.
        digest: The SHA-256 of the whole key, 64 hexadecimal digits.
        created_ms: When it was made, Unix milliseconds; 0 where that is not known.
        expires_ms: From when on it opens nothing, Unix milliseconds; ``None`` for never.
        revoked_ms: When it was taken back, Unix milliseconds; ``None`` where it was not.
        routes: The routes below the prefix that it opens; empty for all that the role does. One that ends
            with ``/*`` stands for whatever lies below.

    Raises:
        AccessError: A field is not as described here.
    """

    id: str
    name: str
    role: Literal["viewer", "admin"]
    digest: str
    created_ms: int = 0
    expires_ms: int | None = None
    revoked_ms: int | None = None
    routes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could be taken for something else."""
        _check("name", self.name, _NAME, "letters, digits, '.', '_' and '-', 64 at most")
        _check("id", self.id, _ID, "ten of a-z and 2-7")
        if not _DIGEST.fullmatch(self.digest):  # what stands there by mistake may be the secret
            msg = f"digest of an API key has {len(self.digest)} characters, expected 64 hexadecimal digits"
            raise AccessError(msg)
        for route in self.routes:
            _check("route", route, _ROUTE, "a path below the prefix such as /metrics or /alerts/*")
        if self.role not in ("viewer", "admin"):
            msg = f"role of an API key is {self.role!r}, expected viewer or admin"
            raise AccessError(msg)

    def has_expired(self, now_ms: int) -> bool:
        """Tell whether its time is over."""
        return self.expires_ms is not None and now_ms >= self.expires_ms


def _check(field: str, value: str, pattern: re.Pattern[str], expected: str) -> None:
    if not pattern.fullmatch(value):
        msg = f"{field} of an API key is {value!r}, expected {expected}"
        raise AccessError(msg)
