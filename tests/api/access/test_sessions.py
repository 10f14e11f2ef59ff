"""Cookies that every process can read, and nobody else can write."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.access.caller import Caller
from otel_monitoring.api.access.sessions import Sessions
from otel_monitoring.testing import FakeClock

T_MS = 1_700_000_000_000
CALLER = Caller("key ci", "viewer", "key", proof="key abc", routes=("/metrics",))


def sessions(*secrets: str, clock: FakeClock | None = None) -> Sessions:
    return Sessions(secrets=lambda: secrets or ("s",), clock=clock or FakeClock(T_MS), session_s=3600)


def test_what_was_opened_is_read_at_another_process() -> None:
    text, lasting_s = sessions().open(CALLER)

    found = sessions().read(text)

    assert lasting_s == 3600
    assert found == Caller(
        "key ci", "viewer", "session", proof="key abc", routes=("/metrics",), until_ms=T_MS + 3_600_000
    )


def test_a_session_ends() -> None:
    clock = FakeClock(T_MS)
    found = sessions(clock=clock)
    text, _ = found.open(CALLER)

    clock.advance(3600)

    assert found.read(text) is None


def test_no_session_outlives_its_proof() -> None:
    text, lasting_s = sessions().open(Caller("user 42", "admin", "jwt", until_ms=T_MS + 60_000))

    found = sessions().read(text)

    assert lasting_s == 60
    assert found is not None
    assert found.until_ms == T_MS + 60_000


def test_a_secret_of_before_still_reads_and_one_of_others_does_not() -> None:
    text, _ = sessions("old").open(CALLER)

    assert sessions("new", "old").read(text) is not None
    assert sessions("new").read(text) is None


def test_who_writes_another_role_into_it_is_nobody() -> None:
    body, _, signature = sessions().open(CALLER)[0].partition(".")
    claims = {**json.loads(base64.urlsafe_b64decode(body + "==")), "role": "admin"}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    assert sessions().read(f"{forged}.{signature}") is None


def test_a_forgery_token_is_no_session_and_belongs_to_one() -> None:
    text, _ = sessions().open(CALLER)
    other, _ = sessions().open(Caller("token", "admin", "token"))
    word = sessions().forgery_token(text)

    assert sessions().is_forgery_token(word, text)
    assert not sessions().is_forgery_token(word, other)
    assert sessions().read(f"{text.partition('.')[0]}.{word}") is None


@pytest.mark.parametrize("text", ["", ".", "a", "a.", ".b", "ä.b", "a.b.c", "x" * 5000, "\x00.\x00"])
def test_what_is_no_cookie_of_ours_is_nobody(text: str) -> None:
    assert sessions().read(text) is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_nothing_that_is_made_up_is_a_session_or_a_word(text: str, word: str) -> None:
    assert sessions().read(text) is None
    assert not sessions().is_forgery_token(word, text)
