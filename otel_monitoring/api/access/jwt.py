"""Bearer tokens of an identity provider: who it says is a viewer or an admin may be one here.

A token must hold in every respect before a claim of it is believed: signature, algorithm, end, issuer and
audience. One without an end, or made for somebody else, opens nothing.

Source: RFC 8725 (JWT best current practices), RFC 9068 (JWTs as access tokens). Needs the extra ``jwt``.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.api.access.caller import Caller
from otel_monitoring.api.access.sparing import Sparing
from otel_monitoring.context.correlation import bounded
from otel_monitoring.context.keys import FixedKeys
from otel_monitoring.context.tokens import (
    ALGORITHMS,
    MAX_TOKEN_BYTES,
    REASONS,
    RefusedTokenError,
    TokenCache,
    TokenReader,
)
from otel_monitoring.errors import AccessError
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.api.access.caller import Role
    from otel_monitoring.context.keys import KeySource
    from otel_monitoring.model.clock import Clock

_log = logging.getLogger(__name__)

NO_ROLE: Final = "role"
"""The reason where a token holds, and none of its values is one that opens the pages."""

_DOTS: Final = 2
_NAME_CLAIMS: Final = ("sub", "client_id", "azp")
_SCOPES: Final = frozenset({"scope", "scp"})
_FEWEST_SECRET_BYTES: Final = 32
_MOST_WAITING: Final = 64
_LOOK_EVERY_S: Final = 0.02
_MISSING_KEYS: Final = frozenset({"no_keys", "unknown_key"})


class JwtCallers:
    """Accept JSON Web Tokens; a ``Verifier``.

    Tokens that hold are remembered by their hash for ``cache_s`` seconds, so that a signature is not computed
    anew for each request. While the keys of the issuer are on their way, for the first token or for one that
    names a new key, a token waits for them, ``wait_s`` seconds at most and without holding up the event loop.

    Args:
        keys: Where the keys come from.
        clock: What tells the time.
        issuers: Accepted values of ``iss``.
        audiences: Accepted values of ``aud``.
        role_claim: The claim that says the role; its name, or the way to it, such as ``realm_access.roles``.
            It is a text, or a list of texts; ``scope`` and ``scp`` hold several in one text.
        viewer_values: The values that make a viewer.
        admin_values: The values that make an admin.
        algorithms: The algorithms that are believed.
        leeway_s: Seconds by which clocks may differ.
        cache_size: Tokens that are remembered.
        cache_s: Seconds after which a token is verified again.
        wait_s: Seconds that a token waits for keys.

    Raises:
        AccessError: Issuers, audiences or values are missing, or a shared secret is too short.
        ContextError: An algorithm is not known.
        MissingExtraError: The extra ``jwt`` is not installed.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting
        self,
        *,
        keys: KeySource,
        clock: Clock,
        issuers: Sequence[str],
        audiences: Sequence[str],
        role_claim: str,
        viewer_values: Sequence[str],
        admin_values: Sequence[str],
        algorithms: Sequence[str] = ALGORITHMS,
        leeway_s: int = 30,
        cache_size: int = 512,
        cache_s: float = 60.0,
        wait_s: float = 2.0,
    ) -> None:
        _check_filled(issuers=issuers, audiences=audiences, values=(*viewer_values, *admin_values))
        _check_secrets(keys)
        self._reader = TokenReader(
            keys=keys,
            clock=clock,
            algorithms=algorithms,
            issuers=issuers,
            audiences=audiences,
            leeway_s=leeway_s,
            required=("exp",),
        )
        self._keys = keys
        self._clock = clock
        self._role_claim = role_claim
        self._values: dict[Role, frozenset[str]] = {
            "admin": frozenset(admin_values),
            "viewer": frozenset(viewer_values),
        }
        self._cache = TokenCache[Caller](size=cache_size)
        self._cache_s = cache_s
        self._wait_s = wait_s
        self._waiting = 0
        self._guard = Guard("access.jwt")
        self._sparing = Sparing(clock=clock)
        self._refused = dict.fromkeys((*REASONS, NO_ROLE), 0)

    def start(self) -> None:
        """Begin to fetch keys that are published, so that they are there with the first token."""
        self._guard.call(self._keys.known)

    def stop(self, timeout_s: float) -> None:
        """End nothing: a fetch that is under way ends by itself."""

    async def caller(self, credential: str) -> Caller | None:
        """Return whom a token names; ``None`` where it is no token, or none that holds."""
        if credential.count(".") != _DOTS:
            return None
        reason = "error"
        with self._guard:
            try:
                return await self._verified(credential)
            except RefusedTokenError as refused:
                reason = refused.reason
        self._refused[reason] += 1
        if self._sparing.is_due(reason):
            _log.warning("a bearer token was refused: %s", reason)
        return None

    def refused(self) -> dict[str, int]:
        """Return how many tokens opened nothing so far, by reason."""
        return dict(self._refused)

    async def _verified(self, credential: str) -> Caller:
        if len(credential) > MAX_TOKEN_BYTES:
            raise RefusedTokenError(reason="too_long")
        if not credential.isascii():
            raise RefusedTokenError(reason="malformed")
        token = credential.encode()
        digest = hashlib.sha256(token).digest()
        known = self._cache.get(digest, at_s=self._clock.now_ms() / 1000)
        if known is not None:
            return known
        try:
            return self._read(token, digest)
        except RefusedTokenError as refused:
            if refused.reason not in _MISSING_KEYS or not await self._fetched():
                raise
        return self._read(token, digest)

    def _read(self, token: bytes, digest: bytes) -> Caller:
        claims = self._reader.claims(token)
        caller = self._caller(claims)
        until_s = min(self._clock.now_ms() / 1000 + self._cache_s, self._reader.until_s(claims))
        self._cache.put(digest, caller, until_s=until_s)
        return caller

    async def _fetched(self) -> bool:
        """Wait for keys that are on their way; return whether there were any to wait for."""
        if not self._keys.is_fetching or self._waiting >= _MOST_WAITING:
            return False
        from anyio import move_on_after, sleep

        self._waiting += 1
        try:
            with move_on_after(self._wait_s):
                while self._keys.is_fetching:  # noqa: ASYNC110 - a thread of its own fetches, and sets no event
                    await sleep(_LOOK_EVERY_S)
        finally:
            self._waiting -= 1
        return True

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        name = next((text for one in _NAME_CLAIMS if (text := _text(claims.get(one)))), None)
        if name is None:
            raise RefusedTokenError(reason="claims")
        values = _values(claims, self._role_claim)
        role = next((role for role, opening in self._values.items() if values & opening), None)
        if role is None:
            raise RefusedTokenError(reason=NO_ROLE)
        return Caller(f"user {name}", role, "jwt", until_ms=round(float(claims["exp"]) * 1000))


def _text(value: object) -> str | None:
    return bounded(value) if isinstance(value, str) and value.strip() else None


def _values(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    """Return the values of a claim; whatever is neither a text nor a list of texts has none."""
    found: Any = claims
    for name in (path,) if path in claims else path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, str):
        return frozenset(found.split() if path in _SCOPES else (found,))
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def _check_filled(**given: Sequence[str]) -> None:
    for name, texts in given.items():
        if not texts or not all(text.strip() for text in texts):
            msg = f"access by tokens has {tuple(texts)!r} as {name}, expected one at least, and none empty"
            raise AccessError(msg)


def _check_secrets(keys: KeySource) -> None:
    """Refuse a secret that can be found by trying, as RFC 7518, section 3.2 does; nobody publishes one."""
    for key in keys.known() if isinstance(keys, FixedKeys) else ():
        secret = key.raw_value if key.key_type == "oct" else None
        if isinstance(secret, bytes) and len(secret) < _FEWEST_SECRET_BYTES:
            msg = (
                f"access.jwt_key is a secret of {len(secret)} bytes, expected {_FEWEST_SECRET_BYTES} at least"
            )
            raise AccessError(msg)
