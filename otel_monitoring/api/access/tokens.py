"""The token: one text that opens everything."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from otel_monitoring.api.access.caller import Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_PROOF: Final = "token "
_STRONG_CHARS, _STRONG_KINDS = 32, 10


class TokenVerifier:
    """Accept a token as an admin; a ``Verifier``.

    Args:
        token: The token, or what returns those that are accepted at the moment; an empty one accepts nobody.
        keys: What returns the secrets that proofs are made with, the same at every process; without it they
            are known here alone.
    """

    def __init__(
        self,
        token: str | Callable[[], Collection[str]] | None,
        *,
        keys: Callable[[], Collection[str]] | None = None,
    ) -> None:
        stated = token if isinstance(token, str) else ""
        own = secrets.token_urlsafe()
        self._tokens = token if callable(token) else lambda: (stated,)
        self._keys = keys or (lambda: (own,))

    async def caller(self, credential: str) -> Caller | None:
        """Return an admin for the token; takes the same time for every guess."""
        given = hashlib.sha256(credential.encode()).digest()
        same = [
            hmac.compare_digest(given, hashlib.sha256(one.encode()).digest()) for one in self._tokens() if one
        ]
        if not any(same):
            return None
        return Caller("token", "admin", "token", proof=_proof(credential, next(iter(self._keys()))))

    def holds(self, proof: str) -> bool:
        """Tell whether a proof is of a token that is accepted at the moment."""
        if not proof.startswith(_PROOF):
            return False
        same = [
            hmac.compare_digest(proof, _proof(token, key))
            for token in self._tokens()
            for key in self._keys()
            if token
        ]
        return any(same)


def is_strong(token: str) -> bool:
    """Tell whether a token is long and mixed enough that nobody finds it by trying."""
    return len(token) >= _STRONG_CHARS and len(set(token)) >= _STRONG_KINDS


def _proof(token: str, key: str) -> str:
    """Return a name for a token that gives nothing of it away, even if it can be guessed."""
    return _PROOF + hmac.new(key.encode(), token.encode(), hashlib.sha256).hexdigest()[:32]
