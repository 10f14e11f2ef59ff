"""Everybody who may come to the door: those who may enter, and all the ways to pretend.

``everybody()`` gives each with the header that they bring and the role that it opens; ``keys()`` and
``tokens()`` are the verifiers that know the genuine ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from otel_monitoring.api.access.jwt import JwtCallers
from otel_monitoring.api.access.key_text import make_key
from otel_monitoring.api.access.keys import ApiKeys
from otel_monitoring.context.keys import FixedKeys
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.api.access.caller import Role
    from otel_monitoring.api.access.key_text import MadeKey
    from otel_monitoring.model.clock import Clock

ISSUER = "https://issuer.example"
AUDIENCE = "monitoring"
SIGNING = RSAKey.generate_key(2048, {"kid": "genuine"})
FOREIGN = RSAKey.generate_key(2048, {"kid": "genuine"})
"""Somebody else's key under the name of the genuine one."""

PUBLISHED = json.dumps(SIGNING.as_dict(private=False))
PUBLIC_PEM = SIGNING.as_pem(private=False)
VIEWER, ADMIN = "monitoring-viewer", "monitoring-admin"

_NOW_MS = SystemClock().now_ms()
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who comes with a credential.

    Attributes:
        name: Who they are.
        headers: What they bring.
        role: What it opens; ``None`` where it opens nothing.
        routes: The routes that it opens; empty for all that the role does.
    """

    name: str
    headers: dict[str, str] = field(default_factory=dict)
    role: Role | None = None
    routes: tuple[str, ...] = ()


@cache
def made_keys() -> dict[str, MadeKey]:
    """Return the keys that there are, by what they are like."""
    now_ms = _NOW_MS
    return {
        "viewer": make_key("viewer", "viewer", now_ms=now_ms),
        "admin": make_key("admin", "admin", now_ms=now_ms),
        "scraper": make_key("scraper", "viewer", now_ms=now_ms, routes=("/metrics",)),
        "expired": make_key("expired", "admin", now_ms=now_ms, expires_ms=now_ms - 1000),
        "revoked": make_key("revoked", "admin", now_ms=now_ms),
        "unknown": make_key("unknown", "admin", now_ms=now_ms),
    }


def keys(clock: Clock | None = None) -> ApiKeys:
    """Return what knows the keys; ``unknown`` is not among them, and one was revoked."""
    made = made_keys()
    kept = [one.key for name, one in made.items() if name not in ("unknown", "revoked")]
    found = ApiKeys(clock=clock or SystemClock())
    found.replace([*kept, replace(made["revoked"].key, revoked_ms=_NOW_MS)])
    return found


def tokens(clock: Clock | None = None) -> JwtCallers:
    """Return what knows the issuer of the genuine tokens."""
    return JwtCallers(
        keys=FixedKeys(PUBLISHED),
        clock=clock or SystemClock(),
        issuers=[ISSUER],
        audiences=[AUDIENCE],
        role_claim="realm_access.roles",
        viewer_values=[VIEWER],
        admin_values=[ADMIN],
    )


def claims(value: str = ADMIN, *, without: str = "", **other: Any) -> dict[str, Any]:
    """Return what a genuine token says, but for what is given."""
    now_s = _NOW_MS // 1000
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "42",
        "iat": now_s - 60,
        "exp": now_s + 24 * _HOUR_S,
        "realm_access": {"roles": ["offline_access", value]},
        **other,
    }
    return {name: value for name, value in said.items() if name != without}


def token(said: dict[str, Any] | None = None, *, key: Any = SIGNING, **header: Any) -> str:
    """Return a signed token."""
    return jwt.encode({"alg": "RS256", "kid": "genuine", **header}, said or claims(), key)


def unsigned(said: dict[str, Any], *, signature: str = "", **header: Any) -> str:
    """Return a token that no library would make."""
    return f"{_part(header)}.{_part(said)}.{signature}"


def signed_with_the_public_key(said: dict[str, Any], secret: bytes) -> str:
    """Return a token whose HMAC is computed with what everybody may read."""
    body = f"{_part({'alg': 'HS256', 'kid': 'genuine', 'typ': 'JWT'})}.{_part(said)}"
    return f"{body}.{_encoded(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def tampered() -> str:
    """Return a genuine token of a viewer whose claims somebody changed."""
    head, _, signature = token(claims(VIEWER)).split(".")
    return f"{head}.{_part(claims(ADMIN))}.{signature}"


def genuine() -> list[Comer]:
    """Return those who may enter."""
    made = made_keys()
    return [
        _bearing("key of a viewer", made["viewer"].text, "viewer"),
        _bearing("key of an admin", made["admin"].text, "admin"),
        Comer("key of an admin in its own header", {"X-API-Key": made["admin"].text}, "admin"),
        replace(_bearing("key of a scraper", made["scraper"].text, "viewer"), routes=("/metrics",)),
        _bearing("token of a viewer", token(claims(VIEWER)), "viewer"),
        _bearing("token of an admin", token(claims(ADMIN)), "admin"),
    ]


def pretenders() -> list[Comer]:
    """Return those who may not."""
    return [_bearing(name, text) for name, text in (*_bad_keys(), *_bad_tokens())]


def everybody() -> Sequence[Comer]:
    """Return everybody with a credential, whether it opens something or not."""
    return (*genuine(), *pretenders())


def _bad_keys() -> list[tuple[str, str]]:
    made = made_keys()
    admin, other = made["admin"].text, made["unknown"].text
    return [
        ("key that expired", made["expired"].text),
        ("key that was revoked", made["revoked"].text),
        ("key that nobody knows", other),
        ("key with another's secret", admin[:15] + other[15:]),
        ("key with a typo", admin[:-1] + ("A" if admin[-1] != "A" else "B")),
        ("id of a key alone", admin[:14]),
        ("hash of a key", made["admin"].key.digest),
    ]


def _bad_tokens() -> list[tuple[str, str]]:
    now_s = _NOW_MS // 1000
    return [
        ("token that expired", token(claims(exp=now_s - _HOUR_S))),
        ("token without an end", token(claims(without="exp"))),
        ("token that begins later", token(claims(nbf=now_s + 48 * _HOUR_S))),
        ("token of another issuer", token(claims(iss="https://evil.example"))),
        ("token without an issuer", token(claims(without="iss"))),
        ("token for another audience", token(claims(aud=["shop"]))),
        ("token without an audience", token(claims(without="aud"))),
        ("token that was tampered with", tampered()),
        ("token of another key", token(key=FOREIGN)),
        ("token of a key that it brings along", token(key=FOREIGN, jwk=FOREIGN.as_dict(private=False))),
        ("token without algorithm", unsigned(claims(), alg="none", typ="JWT")),
        ("token without algorithm, in capitals", unsigned(claims(), alg="NONE", typ="JWT")),
        ("token of an HMAC with the public key", signed_with_the_public_key(claims(), PUBLIC_PEM)),
        ("token of an HMAC with the key set", signed_with_the_public_key(claims(), PUBLISHED.encode())),
        ("token of an HMAC with nothing", signed_with_the_public_key(claims(), b"")),
        ("token of a secret", token(key=OctKey.import_key("s" * 40), alg="HS256")),
        ("token without a signature", token().rpartition(".")[0] + "."),
        ("token of nobody", token(claims(without="sub"))),
        ("token without a role", token(claims("offline_access"))),
        ("token with the role elsewhere", token(claims("user", roles=[ADMIN]))),
        ("token that is too long", token(claims(more="x" * 9000))),
    ]


def _bearing(name: str, text: str, role: Role | None = None) -> Comer:
    return Comer(name, {"Authorization": f"Bearer {text}"}, role)


def _part(document: dict[str, Any]) -> str:
    return _encoded(json.dumps(document).encode())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
