"""Who calls, as a verified token says: user, session and tenant from a JSON Web Token.

A token is believed only after its signature, its algorithm, its times and, where set, its issuer and
audience were checked. What cannot be verified names nobody: the request goes on without a user, and the
reason is counted. This serves telemetry; letting a caller in or not stays the application's matter.

Source: RFC 7519 (JWT), RFC 8725 (best current practices). Needs the extra ``jwt``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.context.correlation import bounded, hash_user
from otel_monitoring.context.tokens import (
    ALGORITHMS,
    MAX_TOKEN_BYTES,
    REASONS,
    RefusedTokenError,
    TokenCache,
    TokenReader,
)
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from joserfc.jwt import Claims

    from otel_monitoring.context.correlation import Correlation
    from otel_monitoring.context.keys import KeySource
    from otel_monitoring.model.clock import Clock


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls; user ids are hashed already.

    Attributes:
        user_hash: Keyed hash of the user's id, or ``None``.
        session_id: The visit, or ``None``.
        tenant_id: The customer or workspace, or ``None``.
    """

    user_hash: str | None = None
    session_id: str | None = None
    tenant_id: str | None = None

    def apply_to(self, correlation: Correlation) -> None:
        """Write what is known here into ``correlation``, before its first span starts."""
        correlation.user_hash = self.user_hash or correlation.user_hash
        correlation.session_id = self.session_id or correlation.session_id
        correlation.tenant_id = self.tenant_id or correlation.tenant_id


class JwtIdentity:
    """Read the identity out of the ``Authorization`` header of requests.

    Verified tokens are remembered by their hash until they expire, ``cache_s`` seconds at most, so that
    the second request with a token costs about two microseconds.

    Args:
        keys: Where the keys come from.
        clock: What tells the time.
        algorithms: The algorithms that are believed.
        issuers: Accepted values of ``iss``; empty accepts any.
        audiences: Accepted values of ``aud``; empty accepts any.
        leeway_s: Seconds by which clocks may differ.
        user_claims: Claims that may name the user, the first one that is there counts.
        session_claims: Claims that may name the session.
        tenant_claims: Claims that may name the tenant.
        cache_size: Tokens that are remembered.
        cache_s: Seconds after which a token is verified again.

    Raises:
        ContextError: An algorithm is not known.
        MissingExtraError: The extra ``jwt`` is not installed.
    """

    def __init__(  # noqa: PLR0913 - one argument per setting
        self,
        *,
        keys: KeySource,
        clock: Clock,
        algorithms: Sequence[str] = ALGORITHMS,
        issuers: Sequence[str] = (),
        audiences: Sequence[str] = (),
        leeway_s: int = 30,
        user_claims: Sequence[str] = ("sub",),
        session_claims: Sequence[str] = ("sid",),
        tenant_claims: Sequence[str] = ("tenant_id", "tid", "org_id"),
        cache_size: int = 2048,
        cache_s: float = 300.0,
    ) -> None:
        self._reader = TokenReader(
            keys=keys,
            clock=clock,
            algorithms=algorithms,
            issuers=issuers,
            audiences=audiences,
            leeway_s=leeway_s,
        )
        self._clock = clock
        self._claim_names = (tuple(user_claims), tuple(session_claims), tuple(tenant_claims))
        self._cache = TokenCache[Identity](size=cache_size)
        self._cache_s = cache_s
        self._guard = Guard("context.identity")
        self._refused = dict.fromkeys(REASONS, 0)

    def identify(self, authorization: bytes | None) -> Identity | None:
        """Return who an ``Authorization`` header names; ``None`` for nobody, and it never raises."""
        if authorization is None or authorization[:7].lower() != b"bearer ":
            return None
        if len(authorization) > MAX_TOKEN_BYTES:
            self._refused["too_long"] += 1
            return None
        token = authorization[7:].strip()
        digest = hashlib.sha256(token).digest()
        known = self._cache.get(digest, at_s=self._clock.now_ms() / 1000)
        return known if known is not None else self._verified(token, digest)

    def apply(self, correlation: Correlation, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Write into ``correlation`` who the ASGI ``headers`` name, before its first span starts."""
        for name, value in headers:
            if name == b"authorization":
                identity = self.identify(value)
                if identity is not None:
                    identity.apply_to(correlation)
                return

    def refused(self) -> dict[str, int]:
        """Return how many tokens named nobody so far, by reason."""
        return dict(self._refused)

    def _verified(self, token: bytes, digest: bytes) -> Identity | None:
        with self._guard:
            try:
                claims = self._reader.claims(token)
            except RefusedTokenError as refused:
                self._refused[refused.reason] += 1
                return None
            identity = self._identity(claims)
            self._cache.put(digest, identity, until_s=self._fresh_until_s(claims))
            return identity
        self._refused["error"] += 1
        return None

    def _identity(self, claims: Claims) -> Identity:
        user, session, tenant = (_first(claims, names) for names in self._claim_names)
        return Identity(hash_user(user), bounded(session), bounded(tenant))

    def _fresh_until_s(self, claims: Claims) -> float:
        return min(self._clock.now_ms() / 1000 + self._cache_s, self._reader.until_s(claims))


def _first(claims: Claims, names: Sequence[str]) -> str | None:
    for name in names:
        value = claims.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)
    return None
