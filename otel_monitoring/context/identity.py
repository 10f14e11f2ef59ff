"""Who calls, as a verified token says: user, session and tenant from a JSON Web Token.

A token is believed only after its signature, its algorithm, its times and, where set, its issuer and
audience were checked. What cannot be verified names nobody: the request goes on without a user, and the
reason is counted. This serves telemetry; letting a caller in or not stays the application's matter.

Source: RFC 7519 (JWT), RFC 8725 (best current practices). Needs the extra ``jwt``.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.context.correlation import bounded, hash_user
from otel_monitoring.context.keys import require_joserfc
from otel_monitoring.errors import ContextError
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from joserfc.jwk import Key
    from joserfc.jws import CompactSignature, JWSRegistry
    from joserfc.jwt import Claims, ClaimsOption, JWTClaimsRegistry

    from otel_monitoring.context.correlation import Correlation
    from otel_monitoring.context.keys import KeySource
    from otel_monitoring.model.clock import Clock

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""What is allowed unless a setting says otherwise: signatures that only the issuer can make."""

FURTHER_ALGORITHMS = ("HS256", "HS384", "HS512", "EdDSA", "ES256K", "Ed448")
"""Allowed where they are named; mind that whoever can verify an HMAC can also make one."""

MAX_TOKEN_BYTES = 8192
REASONS = (
    "too_long",
    "malformed",
    "algorithm",
    "no_keys",
    "unknown_key",
    "signature",
    "expired",
    "not_yet_valid",
    "issuer",
    "audience",
    "claims",
    "error",
)

_CLAIM_REASONS = {
    "exp": "expired",
    "nbf": "not_yet_valid",
    "iat": "not_yet_valid",
    "iss": "issuer",
    "aud": "audience",
}
_MAX_KEYS_TRIED = 8


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


class _Refused(Exception):  # noqa: N818 - a verdict that stays in this module
    """A token names nobody, for one of REASONS."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
        require_joserfc()
        self._algorithms = tuple(_known_algorithm(name) for name in algorithms)
        self._keys = keys
        self._clock = clock
        self._claim_names = (tuple(user_claims), tuple(session_claims), tuple(tenant_claims))
        self._registry = _header_registry(self._algorithms)
        self._claims = _claims_registry(issuers=issuers, audiences=audiences, leeway_s=leeway_s, clock=clock)
        self._leeway_s = leeway_s
        self._cache = _Cache(size=cache_size)
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
                claims = self._claims_of(token)
            except _Refused as refused:
                self._refused[refused.reason] += 1
                return None
            identity = self._identity(claims)
            self._cache.put(digest, identity, until_s=self._fresh_until_s(claims))
            return identity
        self._refused["error"] += 1
        return None

    def _claims_of(self, token: bytes) -> Claims:
        """Return the claims of a token that holds in every respect, else raise _Refused."""
        from joserfc.errors import BadSignatureError, ClaimError, JoseError, UnsupportedAlgorithmError

        try:
            claims = self._decoded(token)
            self._claims.validate(claims)
        except ClaimError as error:
            raise _Refused(reason=_CLAIM_REASONS.get(error.claim, "claims")) from None
        except UnsupportedAlgorithmError:
            raise _Refused(reason="algorithm") from None
        except BadSignatureError:
            raise _Refused(reason="signature") from None
        except (JoseError, ValueError, TypeError):
            raise _Refused(reason="malformed") from None
        return claims

    def _decoded(self, token: bytes) -> Claims:
        from joserfc import jws, jwt
        from joserfc.errors import BadSignatureError

        parsed = jws.extract_compact(token, registry=self._registry)
        for key in self._fitting_keys(parsed):
            try:
                return jwt.decode(token, key, algorithms=self._algorithms, registry=self._registry).claims
            except BadSignatureError:
                continue
        raise BadSignatureError

    def _fitting_keys(self, parsed: CompactSignature) -> list[Key]:
        """Return the keys that may have signed; a key of another kind never verifies, whatever it says."""
        from joserfc.errors import JoseError

        headers = parsed.headers()
        algorithm = self._registry.get_alg(headers["alg"])
        keys = self._keys.known()
        if keys is None:
            raise _Refused(reason="no_keys")
        fitting = []
        for key in keys:
            try:
                algorithm.check_key(key)
            except JoseError:
                continue
            if headers.get("kid") is None or key.kid is None or key.kid == headers["kid"]:
                fitting.append(key)
        if not fitting:
            self._keys.missed()
            raise _Refused(reason="unknown_key")
        return fitting[:_MAX_KEYS_TRIED]

    def _identity(self, claims: Claims) -> Identity:
        user, session, tenant = (_first(claims, names) for names in self._claim_names)
        return Identity(hash_user(user), bounded(session), bounded(tenant))

    def _fresh_until_s(self, claims: Claims) -> float:
        expires_s: float = claims.get("exp", math.inf) + self._leeway_s
        return min(self._clock.now_ms() / 1000 + self._cache_s, expires_s)


class _Cache:
    """Remember what was used lately, in two generations, so that no lock is needed.

    A full young generation becomes the old one, and what was in the old one is forgotten.
    """

    __slots__ = ("_half", "_old", "_young")

    def __init__(self, *, size: int) -> None:
        self._half = max(size // 2, 1)
        self._young: dict[bytes, tuple[Identity, float]] = {}
        self._old: dict[bytes, tuple[Identity, float]] = {}

    def get(self, digest: bytes, *, at_s: float) -> Identity | None:
        entry = self._young.get(digest)
        if entry is None:
            entry = self._old.get(digest)
            if entry is None:
                return None
            self.put(digest, entry[0], until_s=entry[1])
        identity, until_s = entry
        return identity if at_s < until_s else None

    def put(self, digest: bytes, identity: Identity, *, until_s: float) -> None:
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[digest] = (identity, until_s)


def _first(claims: Claims, names: Sequence[str]) -> str | None:
    for name in names:
        value = claims.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            return str(value)
    return None


def _known_algorithm(name: str) -> str:
    if name not in ALGORITHMS and name not in FURTHER_ALGORITHMS:
        expected = ", ".join((*ALGORITHMS, *FURTHER_ALGORITHMS))
        msg = f"algorithms holds {name!r}, expected names among {expected}"
        raise ContextError(msg)
    return name


def _header_registry(algorithms: Sequence[str]) -> JWSRegistry:
    from joserfc import jws

    # RFC 7515, section 4: parameters that are not understood are ignored, unless "crit" names them.
    return jws.JWSRegistry(algorithms=list(algorithms), strict_check_header=False)


def _claims_registry(
    *, issuers: Sequence[str], audiences: Sequence[str], leeway_s: int, clock: Clock
) -> JWTClaimsRegistry:
    from joserfc import jwt

    expected: dict[str, ClaimsOption] = {}
    if issuers:
        expected["iss"] = {"essential": True, "values": list(issuers)}
    if audiences:
        expected["aud"] = {"essential": True, "values": list(audiences)}
    return jwt.JWTClaimsRegistry(now=lambda: clock.now_ms() // 1000, leeway=leeway_s, **expected)
