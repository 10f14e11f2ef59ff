"""Sessions of browsers: a signed cookie that every process can read, and nothing kept here.

The cookie says who signed in, by which proof and until when. A session ends with its proof: once a key is
revoked or a token is another, the cookie opens nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.api.access.caller import Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from otel_monitoring.model.clock import Clock

_LONGEST: Final = 4096
_VERSION: Final = 1
_SESSION, _FORGERY = b"session", b"csrf"


class Sessions:
    """Open sessions and read them.

    Args:
        secrets: Returns the secrets that are accepted at the moment, those of all processes alike; the first
            one signs.
        clock: Tells when a session has ended.
        session_s: How long one lasts.
    """

    def __init__(self, *, secrets: Callable[[], Collection[str]], clock: Clock, session_s: float) -> None:
        self._secrets = secrets
        self._clock = clock
        self._session_ms = round(session_s * 1000)

    def open(self, caller: Caller) -> tuple[str, int]:
        """Return the cookie of a new session, and in how many seconds it ends."""
        now_ms = self._clock.now_ms()
        until_ms = min(now_ms + self._session_ms, caller.until_ms or now_ms + self._session_ms)
        claims = {
            "v": _VERSION,
            "name": caller.name,
            "role": caller.role,
            "proof": caller.proof,
            "routes": list(caller.routes),
            "until": until_ms,
        }
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return f"{body}.{_signature(next(iter(self._secrets())), _SESSION, body)}", (
            until_ms - now_ms
        ) // 1000

    def read(self, text: str) -> Caller | None:
        """Return who signed in; ``None`` for what we have not signed, or what has ended."""
        body, _, signature = text.partition(".")
        if not 0 < len(text) <= _LONGEST or not text.isascii():
            return None
        same = [hmac.compare_digest(signature, _signature(one, _SESSION, body)) for one in self._secrets()]
        claims = _claims(body) if any(same) else None
        if claims is None or claims.get("v") != _VERSION or claims["until"] <= self._clock.now_ms():
            return None
        return Caller(
            claims["name"],
            claims["role"],
            "session",
            proof=claims["proof"],
            routes=tuple(claims["routes"]),
            until_ms=claims["until"],
        )

    def forgery_token(self, text: str) -> str:
        """Return what ``X-CSRF-Token`` has to say beside the cookie ``text``."""
        return _signature(next(iter(self._secrets())), _FORGERY, text)

    def is_forgery_token(self, given: str, text: str) -> bool:
        """Tell whether ``given`` belongs to the cookie ``text``."""
        same = [
            hmac.compare_digest(given.encode(), _signature(one, _FORGERY, text).encode())
            for one in self._secrets()
        ]
        return any(same)


def _signature(secret: str, purpose: bytes, text: str) -> str:
    return hmac.new(secret.encode(), purpose + b"\0" + text.encode(), hashlib.sha256).hexdigest()


def _claims(body: str) -> dict[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return None
    return found if isinstance(found, dict) else None
