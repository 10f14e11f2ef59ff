"""Tokens of an identity provider: genuine ones, and whatever somebody may make up."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import KeySet, OctKey, RSAKey

from otel_monitoring.api.access.jwt import JwtCallers
from otel_monitoring.context.keys import FixedKeys, RemoteKeys
from otel_monitoring.errors import AccessError, ContextError, MissingExtraError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.testing import FakeClock
from tests.api.access import callers
from tests.api.access.callers import ADMIN, AUDIENCE, ISSUER, PUBLISHED, SIGNING, VIEWER, Comer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.api.access.caller import Caller

SECRET = "a shared secret of forty characters here"


def made(**options: Any) -> JwtCallers:
    defaults = {
        "keys": FixedKeys(PUBLISHED),
        "clock": SystemClock(),
        "issuers": [ISSUER],
        "audiences": [AUDIENCE],
        "role_claim": "realm_access.roles",
        "viewer_values": [VIEWER],
        "admin_values": [ADMIN],
    }
    return JwtCallers(**{**defaults, **options})


def asked(verifier: JwtCallers, credential: str) -> Caller | None:
    return asyncio.run(verifier.caller(credential))


def reasons(verifier: JwtCallers) -> dict[str, int]:
    return {reason: count for reason, count in verifier.refused().items() if count}


def credential(comer: Comer) -> str:
    return comer.headers["Authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize("comer", callers.pretenders(), ids=lambda comer: comer.name)
def test_nobody_who_pretends_is_let_in(comer: Comer) -> None:
    """Whatever they bring, neither kind of proof believes it."""
    assert asked(callers.tokens(), credential(comer)) is None
    assert asyncio.run(callers.keys().caller(credential(comer))) is None


def test_a_token_names_its_user_and_its_role() -> None:
    claims = callers.claims(ADMIN)

    found = asked(made(), callers.token(claims))

    assert found is not None
    assert (found.name, found.role, found.by) == ("user 42", "admin", "jwt")
    assert found.until_ms == claims["exp"] * 1000


@pytest.mark.parametrize(
    ("path", "claims", "role"),
    [
        ("role", {"role": VIEWER}, "viewer"),
        ("role", {"role": [VIEWER, ADMIN]}, "admin"),
        ("scope", {"scope": f"openid {ADMIN}"}, "admin"),
        ("role", {"role": f"openid {ADMIN}"}, None),
        ("https://shop.example/roles", {"https://shop.example/roles": [ADMIN]}, "admin"),
        ("a.b.c", {"a": {"b": {"c": [VIEWER]}}}, "viewer"),
        ("a.b", {"a": [ADMIN]}, None),
        ("a.b", {"a": {"b": {ADMIN: True}}}, None),
        ("role", {"role": {"admin": ADMIN}}, None),
        ("role", {"role": [[ADMIN]]}, None),
        ("role", {"role": True}, None),
        ("role", {"role": ADMIN.upper()}, None),
        ("role", {"role": f"{ADMIN} "}, None),
        ("role", {"role": None}, None),
        ("role", {}, None),
    ],
)
def test_the_claim_that_says_the_role_is_believed_to_the_letter(
    path: str, claims: dict[str, Any], role: str | None
) -> None:
    found = asked(made(role_claim=path), callers.token(callers.claims("none", **claims)))

    assert (found and found.role) == role


@pytest.mark.parametrize("said", [float("inf"), float("nan"), "tomorrow", True, None, [], -1])
def test_an_end_that_is_none_opens_nothing(said: Any) -> None:
    assert asked(made(), callers.token(callers.claims(exp=said))) is None


def test_a_token_ends_when_it_says_so_although_it_is_remembered() -> None:
    clock = FakeClock(SystemClock().now_ms())
    verifier = made(clock=clock, leeway_s=0)
    text = callers.token(callers.claims(exp=clock.now_ms() // 1000 + 30))
    before = asked(verifier, text)

    clock.advance(30)

    assert before is not None
    assert asked(verifier, text) is None
    assert reasons(verifier) == {"expired": 1}


def test_a_token_of_a_key_that_was_withdrawn_is_forgotten_after_a_minute() -> None:
    class Withdrawn(FixedKeys):
        is_gone = False

        def known(self) -> Any:
            return () if self.is_gone else super().known()

    clock, keys = FakeClock(SystemClock().now_ms()), Withdrawn(PUBLISHED)
    verifier = made(clock=clock, keys=keys)
    before = asked(verifier, callers.token())

    keys.is_gone = True
    clock.advance(61)

    assert before is not None
    assert asked(verifier, callers.token()) is None


def test_a_name_from_a_token_writes_no_line_of_its_own_into_an_audit() -> None:
    found = asked(made(), callers.token(callers.claims(sub="eve\nuser 42: nothing")))

    assert found is not None
    assert found.name == "user eve?user 42: nothing"


def test_a_machine_is_named_by_its_client() -> None:
    found = asked(made(), callers.token(callers.claims(without="sub", client_id="deploy")))

    assert found is not None
    assert found.name == "user deploy"


@pytest.mark.parametrize("text", ["", "a token", "a.b", "a.b.c.d.e", "omk_2fo3kq7xab_x"])
def test_what_is_no_token_is_left_to_other_proofs(text: str) -> None:
    verifier = made()

    assert asked(verifier, text) is None
    assert reasons(verifier) == {}


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_whatever_looks_like_a_token_raises_nothing(head: str, body: str, signature: str) -> None:
    assert asked(made(), f"{head}.{body}.{signature}") is None


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"alg": 5},
        {"alg": ["RS256"]},
        {"alg": None},
        {"alg": ""},
        {"alg": "rs256"},
        {"alg": "RS256", "kid": ["genuine"]},
        {"alg": "RS256", "kid": {"a": 1}},
        {"alg": "RS256", "kid": 7},
        {"alg": "RS256", "crit": ["exp"]},
        {"alg": "RS256", "crit": ["b64"], "b64": False},
        {"alg": "RS256", "b64": False},
        {"alg": "RS256", "jku": "http://127.0.0.1:1/jwks.json", "kid": "elsewhere"},
        {"alg": "RS256", "x5u": "http://127.0.0.1:1/cert.pem"},
        {"alg": "dir", "enc": "A256GCM"},
    ],
    ids=str,
)
def test_whatever_a_header_says_it_opens_nothing_without_a_signature(header: dict[str, Any]) -> None:
    genuine = callers.token().rpartition(".")[2]
    body = callers.claims()

    for signature in ("", genuine):
        assert asked(made(), callers.unsigned(body, signature=signature, **header)) is None


@pytest.mark.parametrize("text", ["[" * 6000, '{"a":' * 1500])
def test_a_deep_document_raises_nothing(text: str) -> None:
    head = callers._encoded(text.encode())

    assert asked(made(), f"{head}.{head}.") is None


def test_the_reason_is_told_once_in_the_log_and_holds_no_token(caplog: pytest.LogCaptureFixture) -> None:
    text = callers.token(callers.claims(aud="shop"))
    verifier = made()

    with caplog.at_level(logging.DEBUG, logger="otel_monitoring"):
        for _ in range(3):
            asked(verifier, text)

    assert caplog.messages == ["a bearer token was refused: audience"]
    assert reasons(verifier) == {"audience": 3}


def test_a_shared_secret_serves_where_its_algorithm_is_named() -> None:
    key = OctKey.import_key(SECRET)
    text = callers.token(key=key, alg="HS256")

    named = asked(made(keys=FixedKeys(SECRET), algorithms=["HS256"]), text)
    unnamed = asked(made(keys=FixedKeys(SECRET)), text)

    assert named is not None
    assert unnamed is None


def test_a_public_key_is_no_secret_even_where_both_kinds_are_allowed() -> None:
    """The classical confusion: the HMAC of a public key, which everybody can read."""
    verifier = made(keys=FixedKeys(callers.PUBLIC_PEM), algorithms=["RS256", "HS256"])

    forged = callers.signed_with_the_public_key(callers.claims(), callers.PUBLIC_PEM)

    assert asked(verifier, callers.token()) is not None
    assert asked(verifier, forged) is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"issuers": []}, "issuers, expected one"),
        ({"issuers": [""]}, "issuers, expected one"),
        ({"audiences": []}, "audiences, expected one"),
        ({"viewer_values": [], "admin_values": []}, "values, expected one"),
        ({"admin_values": [" "]}, "values, expected one"),
        ({"keys": FixedKeys("short")}, "secret of 5 bytes, expected 32"),
    ],
)
def test_what_would_let_in_too_many_is_refused_at_the_start(options: dict[str, Any], said: str) -> None:
    with pytest.raises(AccessError, match=said):
        made(**options)


def test_an_algorithm_that_nobody_knows_is_refused_at_the_start() -> None:
    with pytest.raises(ContextError, match="'none', expected names among"):
        made(algorithms=["none"])


def test_the_extra_is_named_where_its_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = FixedKeys(PUBLISHED)
    monkeypatch.setitem(sys.modules, "joserfc.jwt", None)

    with pytest.raises(MissingExtraError, match=r"otel-monitoring\[jwt\]"):
        made(keys=keys)


class Issuer:
    """A server that publishes its keys, and waits with its answer while it is held up."""

    def __init__(self, *keys: RSAKey) -> None:
        self.keys = keys
        self.asked = 0
        self.goes_on = threading.Event()
        self.goes_on.set()


@contextmanager
def publishing(issuer: Issuer) -> Iterator[str]:
    """Serve the keys of an issuer; give the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            issuer.goes_on.wait(10)
            body = json.dumps(KeySet(list(issuer.keys)).as_dict(private=False)).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/jwks.json"
    finally:
        issuer.goes_on.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_the_first_token_waits_for_the_keys_of_its_issuer() -> None:
    """Nobody is sent away because a process has just started."""
    with publishing(Issuer(SIGNING)) as url:
        found = asked(made(keys=RemoteKeys(url, clock=SystemClock()), wait_s=30), callers.token())

    assert found is not None


def test_a_new_key_of_the_issuer_is_fetched_and_a_made_up_one_asks_once_a_minute() -> None:
    clock = FakeClock(SystemClock().now_ms())
    rotated = RSAKey.generate_key(2048, {"kid": "rotated"})
    issuer = Issuer(SIGNING)
    with publishing(issuer) as url:
        verifier = made(keys=RemoteKeys(url, clock=clock), clock=clock, wait_s=30)
        first = asked(verifier, callers.token())
        clock.advance(61)
        issuer.keys = (SIGNING, rotated)
        second = asked(verifier, callers.token(key=rotated, kid="rotated"))
        guesses = [asked(verifier, callers.token(key=callers.FOREIGN, kid=str(kid))) for kid in range(20)]

    assert first is not None
    assert second is not None
    assert guesses == [None] * 20
    assert issuer.asked == 2


def test_an_issuer_that_hangs_holds_up_neither_the_loop_nor_the_caller() -> None:
    """Others are served while a token waits, and its wait has an end."""
    issuer = Issuer(SIGNING)
    issuer.goes_on.clear()

    async def ask(verifier: JwtCallers) -> tuple[Any, int]:
        waiting = asyncio.create_task(verifier.caller(callers.token()))
        served = 0
        while not waiting.done():
            served += 1
            await asyncio.sleep(0)
        return await waiting, served

    with publishing(issuer) as url:
        verifier = made(keys=RemoteKeys(url, clock=SystemClock()), wait_s=0.05)
        found, served = asyncio.run(ask(verifier))

    assert found is None
    assert served > 1
    assert reasons(verifier) == {"no_keys": 1}


def test_keys_are_asked_for_before_the_first_token_comes() -> None:
    issuer = Issuer(SIGNING)
    with publishing(issuer) as url:
        keys = RemoteKeys(url, clock=SystemClock())
        made(keys=keys, wait_s=30).start()
        if keys._thread is not None:
            keys._thread.join(10)

    assert issuer.asked == 1
    assert len(keys.known() or ()) == 1
