"""Users from tokens: genuine, stale, forged and nonsensical ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from otel_monitoring.context.correlation import Correlation, hash_user
from otel_monitoring.context.identity import Identity, JwtIdentity
from otel_monitoring.context.keys import FixedKeys
from otel_monitoring.context.tokens import ALGORITHMS, REASONS
from otel_monitoring.errors import ContextError, MissingExtraError
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER_RSA = RSAKey.generate_key(2048, {"kid": "other"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
SECRET = OctKey.import_key("a shared secret of forty characters here", {"kid": "secret"})
PUBLISHED = json.dumps(KeySet([RSA, EC, ED]).as_dict(private=False))

NOW_S = FakeClock().now_ms() // 1000
CLAIMS = {"sub": "ada", "sid": "visit", "tenant_id": "acme", "exp": NOW_S + 600}


class NoKeysYet:
    """A source whose first fetch is still under way."""

    def __init__(self) -> None:
        self.missed_count = 0

    def known(self) -> Sequence[Any] | None:
        return None

    def missed(self) -> None:
        self.missed_count += 1


def made(*, clock: FakeClock | None = None, **options: Any) -> JwtIdentity:
    options.setdefault("keys", FixedKeys(PUBLISHED))
    return JwtIdentity(clock=clock or FakeClock(), **options)


def bearer(
    claims: dict[str, Any] | None = None, *, key: Any = RSA, algorithm: str = "RS256", **header: Any
) -> bytes:
    header = {"alg": algorithm, "kid": key.kid, **header}
    token = jwt.encode(header, dict(CLAIMS if claims is None else claims), key, algorithms=[algorithm])
    return b"Bearer " + token.encode()


def unpadded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def forged(header: dict[str, Any], *, signature: bytes = b"") -> bytes:
    """Return a token that joserfc itself would refuse to make."""
    return b"Bearer " + b".".join(
        unpadded(part) for part in (json.dumps(header).encode(), json.dumps(CLAIMS).encode(), signature)
    )


def reasons(identity: JwtIdentity) -> dict[str, int]:
    return {reason: count for reason, count in identity.refused().items() if count}


@pytest.mark.parametrize(
    ("key", "algorithm"), [(RSA, "RS256"), (RSA, "PS384"), (EC, "ES256"), (ED, "Ed25519")]
)
def test_a_genuine_token_names_user_session_and_tenant(key: Any, algorithm: str) -> None:
    identity = made()

    found = identity.identify(bearer(key=key, algorithm=algorithm))

    assert found == Identity(user_hash=hash_user("ada"), session_id="visit", tenant_id="acme")
    assert reasons(identity) == {}


def test_the_names_of_the_claims_are_settings() -> None:
    identity = made(
        user_claims=("email", "preferred_username"),
        session_claims=(),
        tenant_claims=("https://acme.example/org",),
    )
    claims = CLAIMS | {"preferred_username": "ada@acme.example", "https://acme.example/org": 7}

    found = identity.identify(bearer(claims))

    assert found == Identity(user_hash=hash_user("ada@acme.example"), session_id=None, tenant_id="7")


def test_a_claim_that_is_no_text_names_nobody() -> None:
    found = made(user_claims=("roles", "admin", "nick")).identify(
        bearer(CLAIMS | {"roles": ["a"], "admin": True, "nick": ""})
    )

    assert found is not None
    assert found.user_hash is None


def test_a_session_claim_is_bounded_and_holds_no_control_characters() -> None:
    found = made().identify(bearer(CLAIMS | {"sid": "a\r\nb" + "x" * 1000}))

    assert found is not None
    assert found.session_id is not None
    assert found.session_id.startswith("a??bx")
    assert len(found.session_id) == 256


def test_the_second_request_with_a_token_is_not_verified_again() -> None:
    keys = FixedKeys(PUBLISHED)
    identity = made(keys=keys)
    header = bearer()
    first = identity.identify(header)

    keys._keys = ()

    assert identity.identify(header) is first


def test_a_remembered_token_still_expires() -> None:
    clock = FakeClock()
    identity = made(clock=clock, leeway_s=30, cache_s=10_000)
    header = bearer()

    while_valid = identity.identify(header)
    clock.advance(629)
    within_leeway = identity.identify(header)
    clock.advance(1)
    after = identity.identify(header)

    assert while_valid is not None
    assert within_leeway is not None
    assert after is None
    assert reasons(identity) == {"expired": 1}


def test_a_remembered_token_is_verified_again_after_a_while() -> None:
    clock = FakeClock()
    keys = FixedKeys(PUBLISHED)
    identity = made(clock=clock, keys=keys, cache_s=300)
    header = bearer({"sub": "ada"})
    identity.identify(header)

    keys._keys = ()
    clock.advance(300)

    assert identity.identify(header) is None
    assert reasons(identity) == {"unknown_key": 1}


def test_the_memory_is_bounded() -> None:
    identity = made(keys=FixedKeys(json.dumps(SECRET.as_dict())), algorithms=("HS256",), cache_size=10)

    headers = [bearer({"sub": str(n)}, key=SECRET, algorithm="HS256") for n in range(50)]
    found = [identity.identify(header) for header in headers]

    assert all(found)
    assert len(identity._cache._young) + len(identity._cache._old) <= 10
    assert identity.identify(headers[-1]) is found[-1]


def test_a_token_in_use_stays_remembered() -> None:
    keys = FixedKeys(json.dumps(SECRET.as_dict()))
    identity = made(keys=keys, algorithms=("HS256",), cache_size=4)
    often = bearer({"sub": "often"}, key=SECRET, algorithm="HS256")
    first = identity.identify(often)

    for n in range(20):
        identity.identify(bearer({"sub": str(n)}, key=SECRET, algorithm="HS256"))
        assert identity.identify(often) is first


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": NOW_S - 31}, "expired"),
        ({"exp": "soon"}, "expired"),
        ({"nbf": NOW_S + 31}, "not_yet_valid"),
        ({"iat": NOW_S + 3600}, "not_yet_valid"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": ["another", "third"]}, "audience"),
        ({"aud": []}, "audience"),
        ({"sub": 7}, "claims"),
    ],
)
def test_a_claim_that_does_not_hold_names_nobody(claims: dict[str, Any], reason: str) -> None:
    identity = made(issuers=("https://issuer.example",), audiences=("shop",))
    good = CLAIMS | {"iss": "https://issuer.example", "aud": ["shop"]}

    assert identity.identify(bearer(good)) is not None
    assert identity.identify(bearer(good | claims)) is None
    assert reasons(identity) == {reason: 1}


@pytest.mark.parametrize(("missing", "reason"), [("iss", "issuer"), ("aud", "audience")])
def test_an_expected_claim_has_to_be_there(missing: str, reason: str) -> None:
    identity = made(issuers=("https://issuer.example",), audiences=("shop",))
    claims = CLAIMS | {"iss": "https://issuer.example", "aud": "shop"}
    del claims[missing]

    assert identity.identify(bearer(claims)) is None
    assert reasons(identity) == {reason: 1}


def test_a_tampered_token_names_nobody() -> None:
    identity = made()
    header, payload, signature = bearer().removeprefix(b"Bearer ").split(b".")
    other = unpadded(json.dumps(CLAIMS | {"sub": "root"}).encode())

    assert identity.identify(b"Bearer " + b".".join((header, other, signature))) is None
    assert identity.identify(b"Bearer " + b".".join((header, payload, signature[::-1]))) is None
    assert reasons(identity) == {"signature": 2}


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_without_a_signature_names_nobody(name: str) -> None:
    identity = made()

    assert identity.identify(forged({"alg": name, "kid": "rsa"})) is None
    assert reasons(identity) == {"algorithm": 1}


@pytest.mark.parametrize("algorithms", [ALGORITHMS, ("RS256", "HS256"), ("HS256",)])
def test_a_public_key_is_no_secret(algorithms: tuple[str, ...]) -> None:
    public = RSA.as_pem(private=False)
    identity = made(keys=FixedKeys(public), algorithms=algorithms)
    unsigned = forged({"alg": "HS256"}).removeprefix(b"Bearer ").rpartition(b".")[0]
    signature = hmac.digest(public, unsigned, hashlib.sha256)

    assert identity.identify(b"Bearer " + unsigned + b"." + unpadded(signature)) is None
    assert set(reasons(identity)) <= {"algorithm", "unknown_key"}
    assert sum(reasons(identity).values()) == 1


def test_an_hmac_is_believed_only_where_it_is_allowed() -> None:
    keys = FixedKeys("a shared secret of forty characters here")
    header = bearer(key=SECRET, algorithm="HS256")

    assert made(keys=keys, algorithms=("HS256",)).identify(header) is not None
    assert made(keys=keys).identify(header) is None


def test_a_key_that_is_meant_for_another_algorithm_does_not_count() -> None:
    key = RSA.as_dict(private=False, alg="RS512")
    identity = made(keys=FixedKeys(json.dumps(key)))

    assert identity.identify(bearer(algorithm="RS256")) is None
    assert reasons(identity) == {"unknown_key": 1}


def test_an_unknown_key_is_asked_for() -> None:
    class Watched(FixedKeys):
        asked = 0

        def missed(self) -> None:
            self.asked += 1

    keys = Watched(PUBLISHED)
    identity = made(keys=keys)

    assert identity.identify(bearer(key=OTHER_RSA)) is None
    assert keys.asked == 1
    assert reasons(identity) == {"unknown_key": 1}


def test_a_token_that_names_no_key_is_tried_with_those_that_fit() -> None:
    identity = made(keys=FixedKeys(json.dumps(KeySet([OTHER_RSA, EC, RSA]).as_dict(private=False))))
    token = jwt.encode({"alg": "RS256"}, dict(CLAIMS), RSA).encode()

    assert identity.identify(b"Bearer " + token) is not None


def test_a_key_without_a_name_fits_any() -> None:
    identity = made(keys=FixedKeys(RSA.as_pem(private=False)))

    assert identity.identify(bearer()) is not None


def test_while_there_are_no_keys_there_is_no_user() -> None:
    identity = made(keys=NoKeysYet())

    assert identity.identify(bearer()) is None
    assert reasons(identity) == {"no_keys": 1}


def test_a_key_inside_the_token_is_not_believed() -> None:
    identity = made()
    header = bearer(key=OTHER_RSA, jwk=OTHER_RSA.as_dict(private=False))

    assert identity.identify(header) is None


def test_header_parameters_that_nobody_knows_are_ignored() -> None:
    assert made().identify(bearer(x5t="abc")) is not None


def test_a_token_of_ten_kilobytes_is_not_read() -> None:
    identity = made()

    assert identity.identify(bearer(CLAIMS | {"padding": "x" * 10_240})) is None
    assert reasons(identity) == {"too_long": 1}


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"garbage",
        b"a.b.c",
        b"....",
        b"a.b.c.d.e",
        b"\xff\xfe.\x00.\r\n",
        unpadded(b"[]") + b".e30.",
        unpadded(b"3") + b".e30.",
        unpadded(b'{"alg": 3}') + b".e30.",
        unpadded(b'{"alg": ["RS256"]}') + b".e30.",
        unpadded(b'{"alg": "RS256", "kid": {}}') + b".e30.",
        unpadded(b'{"alg": "RS256", "crit": ["x"], "x": 1}') + b".e30.",
        unpadded(b"[" * 400) + b".e30.",
        b"A" * 8000,
    ],
)
def test_nonsense_names_nobody(token: bytes) -> None:
    identity = made()

    assert identity.identify(b"Bearer " + token) is None
    assert sum(identity.refused().values()) == 1


def test_a_signed_payload_that_is_no_object_names_nobody() -> None:
    from joserfc import jws

    identity = made()
    token = jws.serialize_compact({"alg": "RS256", "kid": "rsa"}, b"[1]", RSA).encode()

    assert identity.identify(b"Bearer " + token) is None
    assert reasons(identity) == {"malformed": 1}


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    identity = made(keys=FixedKeys(RSA.as_pem(private=False)))

    assert identity.identify(data) is None
    assert identity.identify(b"Bearer " + data) is None


@pytest.mark.parametrize("header", [None, b"", b"Basic YTpi", b"Bearer", b"Negotiate abc"])
def test_another_kind_of_authorization_is_no_failure(header: bytes | None) -> None:
    identity = made()

    assert identity.identify(header) is None
    assert reasons(identity) == {}


def test_the_scheme_is_read_in_any_case() -> None:
    assert made().identify(b"bEARER " + bearer().removeprefix(b"Bearer ")) is not None


def test_a_source_of_keys_that_fails_costs_the_user_and_is_counted() -> None:
    class Broken(NoKeysYet):
        def known(self) -> Sequence[Any] | None:
            raise LookupError

    identity = made(keys=Broken())

    assert identity.identify(bearer()) is None
    assert reasons(identity) == {"error": 1}


def test_what_is_known_is_written_into_the_correlation() -> None:
    correlation = Correlation("r", session_id="from a header")

    Identity(user_hash="u", tenant_id="acme").apply_to(correlation)

    assert correlation.log_fields() == {
        "request_id": "r",
        "user_hash": "u",
        "session_id": "from a header",
        "tenant_id": "acme",
    }


def test_the_headers_of_a_request_name_its_user() -> None:
    identity = made()
    correlation, other = Correlation("r1"), Correlation("r2")

    identity.apply(correlation, [(b"host", b"shop"), (b"authorization", bearer())])
    identity.apply(other, [(b"authorization", b"Bearer x"), (b"authorization", bearer())])
    identity.apply(other, [(b"host", b"shop")])

    assert correlation.user_hash == hash_user("ada")
    assert other.is_bare()


@pytest.mark.parametrize("name", ["none", "RS1", "", "rs256"])
def test_an_unknown_algorithm_is_named(name: str) -> None:
    with pytest.raises(ContextError, match=f"'{name}'"):
        made(algorithms=("RS256", name))


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "joserfc.jwt", None)

    with pytest.raises(MissingExtraError, match=r"otel-monitoring\[jwt\]"):
        made(keys=NoKeysYet())


def test_every_reason_is_there_from_the_start() -> None:
    assert made().refused() == dict.fromkeys(REASONS, 0)
