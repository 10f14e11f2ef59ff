"""JSON Web Tokens that hold in every respect: their algorithm, signature, times, issuer and audience.

Source: RFC 7519 (JWT), RFC 8725 (best current practices). Needs the extra ``jwt``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Generic, TypeVar

from otel_monitoring.context.keys import require_joserfc
from otel_monitoring.errors import ContextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from joserfc.jwk import Key
    from joserfc.jws import CompactSignature, JWSRegistry
    from joserfc.jwt import Claims, ClaimsOption, JWTClaimsRegistry

    from otel_monitoring.context.keys import KeySource
    from otel_monitoring.model.clock import Clock

T = TypeVar("T")

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
"""Why a token may name nobody."""

_CLAIM_REASONS = {
    "exp": "expired",
    "nbf": "not_yet_valid",
    "iat": "not_yet_valid",
    "iss": "issuer",
    "aud": "audience",
}
_MAX_KEYS_TRIED = 8


class RefusedTokenError(ContextError):
    """A token names nobody.

    Args:
        reason: Why, one of ``REASONS``.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(f"the token is refused: {reason}")
        self.reason = reason


class TokenReader:
    """Read the claims of tokens that hold.

    Args:
        keys: Where the keys come from.
        clock: What tells the time.
        algorithms: The algorithms that are believed.
        issuers: Accepted values of ``iss``; empty accepts any.
        audiences: Accepted values of ``aud``; empty accepts any.
        leeway_s: Seconds by which clocks may differ.
        required: Claims without which a token does not hold.

    Raises:
        ContextError: An algorithm is not known.
        MissingExtraError: The extra ``jwt`` is not installed.
    """

    def __init__(
        self,
        *,
        keys: KeySource,
        clock: Clock,
        algorithms: Sequence[str] = ALGORITHMS,
        issuers: Sequence[str] = (),
        audiences: Sequence[str] = (),
        leeway_s: int = 30,
        required: Iterable[str] = (),
    ) -> None:
        require_joserfc()
        self._algorithms = tuple(_known_algorithm(name) for name in algorithms)
        self._keys = keys
        self._registry = _header_registry(self._algorithms)
        expected: dict[str, ClaimsOption] = {name: {"essential": True} for name in required}
        if issuers:
            expected["iss"] = {"essential": True, "values": list(issuers)}
        if audiences:
            expected["aud"] = {"essential": True, "values": list(audiences)}
        self._claims = _claims_registry(expected, leeway_s=leeway_s, clock=clock)
        self._leeway_s = leeway_s

    def claims(self, token: bytes) -> Claims:
        """Return the claims of a token that holds in every respect.

        Raises:
            RefusedTokenError: It does not.
        """
        from joserfc.errors import BadSignatureError, ClaimError, JoseError, UnsupportedAlgorithmError

        try:
            claims = self._decoded(token)
            self._claims.validate(claims)
        except ClaimError as error:
            raise RefusedTokenError(reason=_CLAIM_REASONS.get(error.claim, "claims")) from None
        except UnsupportedAlgorithmError:
            raise RefusedTokenError(reason="algorithm") from None
        except BadSignatureError:
            raise RefusedTokenError(reason="signature") from None
        except (JoseError, ValueError, TypeError):
            raise RefusedTokenError(reason="malformed") from None
        return claims

    def until_s(self, claims: Claims) -> float:
        """Return when a token ends, Unix seconds; infinity where it does not say."""
        return float(claims.get("exp", math.inf)) + self._leeway_s

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
            raise RefusedTokenError(reason="no_keys")
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
            raise RefusedTokenError(reason="unknown_key")
        return fitting[:_MAX_KEYS_TRIED]


class TokenCache(Generic[T]):
    """Remember what tokens that were used lately stand for, in two generations, so that no lock is needed.

    A full young generation becomes the old one, and what was in the old one is forgotten.

    Args:
        size: Tokens that are remembered.
    """

    __slots__ = ("_half", "_old", "_young")

    def __init__(self, *, size: int) -> None:
        self._half = max(size // 2, 1)
        self._young: dict[bytes, tuple[T, float]] = {}
        self._old: dict[bytes, tuple[T, float]] = {}

    def get(self, digest: bytes, *, at_s: float) -> T | None:
        """Return what a token stands for by its hash; ``None`` where that is not known, or not any more."""
        entry = self._young.get(digest)
        if entry is None:
            entry = self._old.get(digest)
            if entry is None:
                return None
            self.put(digest, entry[0], until_s=entry[1])
        found, until_s = entry
        return found if at_s < until_s else None

    def put(self, digest: bytes, found: T, *, until_s: float) -> None:
        """Remember what a token stands for until a Unix time in seconds."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[digest] = (found, until_s)


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


def _claims_registry(expected: dict[str, ClaimsOption], *, leeway_s: int, clock: Clock) -> JWTClaimsRegistry:
    from joserfc import jwt

    return jwt.JWTClaimsRegistry(now=lambda: clock.now_ms() // 1000, leeway=leeway_s, **expected)
