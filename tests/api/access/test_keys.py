"""API keys: those that hold, and all the ways not to."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.access.key_text import make_key
from otel_monitoring.api.access.keys import ApiKeys
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.api.access.caller import Caller
    from otel_monitoring.api.access.key_text import MadeKey

CLOCK = FakeClock()
NOW_MS = CLOCK.now_ms()


def made(name: str = "ci", role: Any = "viewer", **limits: Any) -> MadeKey:
    return make_key(name, role, now_ms=NOW_MS, **limits)


def asked(keys: ApiKeys, credential: str) -> Caller | None:
    return asyncio.run(keys.caller(credential))


def reasons(keys: ApiKeys) -> dict[str, int]:
    return {reason: count for reason, count in keys.refused().items() if count}


def test_a_key_names_its_caller() -> None:
    key, text = made("ci", "admin", routes=("/metrics",), expires_ms=NOW_MS + 1)

    caller = asked(ApiKeys(clock=FakeClock(), stated=[key]), text)

    assert caller is not None
    assert (caller.name, caller.role, caller.by) == ("key ci", "admin", "key")
    assert (caller.routes, caller.proof, caller.until_ms) == (("/metrics",), f"key {key.id}", NOW_MS + 1)


def test_a_key_expires_to_the_millisecond() -> None:
    clock = FakeClock()
    key, text = made(expires_ms=clock.now_ms() + 1000)
    keys = ApiKeys(clock=clock, stated=[key])

    clock.advance(0.999)
    before = asked(keys, text)
    clock.advance(0.001)

    assert before is not None
    assert asked(keys, text) is None
    assert reasons(keys) == {"expired": 1}


def test_a_key_that_was_revoked_opens_nothing() -> None:
    key, text = made()
    keys = ApiKeys(clock=FakeClock())
    keys.replace([key])
    before = asked(keys, text)

    keys.replace([replace(key, revoked_ms=NOW_MS)])

    assert before is not None
    assert asked(keys, text) is None
    assert reasons(keys) == {"revoked": 1}


def test_a_key_that_is_not_kept_any_more_is_unknown() -> None:
    key, text = made()
    keys = ApiKeys(clock=FakeClock())
    keys.replace([key])

    keys.replace([])

    assert asked(keys, text) is None
    assert reasons(keys) == {"unknown": 1}


def test_the_id_of_one_key_with_the_secret_of_another_opens_nothing() -> None:
    """Somebody who read the id in a log puts a secret of their own behind it."""
    key, _ = made()
    forged = ""
    while not forged.startswith(f"omk_{key.id}_"):
        text = made().text
        forged = _with_checksum(f"omk_{key.id}_{text[15:58]}")
    keys = ApiKeys(clock=FakeClock(), stated=[key])

    assert asked(keys, forged) is None
    assert reasons(keys) == {"secret": 1}


def _with_checksum(body: str) -> str:
    from otel_monitoring.api.access.key_text import _checksum

    return body + _checksum(body)


def test_what_is_no_key_is_left_to_other_proofs() -> None:
    keys = ApiKeys(clock=FakeClock(), stated=[made().key])

    assert asked(keys, "eyJhbGciOiJub25lIn0.e30.") is None
    assert reasons(keys) == {}


@pytest.mark.parametrize("text", ["omk_", "omk_\udcff", "omk_" + "é" * 60, "omk_" + "a" * 1_000_000])
def test_odd_texts_are_refused_without_an_error(text: str) -> None:
    keys = ApiKeys(clock=FakeClock(), stated=[made().key])

    assert asked(keys, text) is None
    assert reasons(keys) == {"malformed": 1}


def test_stated_keys_stay_whatever_the_storage_holds() -> None:
    (stated, text), (kept, other) = made("stated"), made("kept")
    keys = ApiKeys(clock=FakeClock(), stated=[stated])

    keys.replace([kept])

    assert [caller.name for one in (text, other) if (caller := asked(keys, one))] == [
        "key stated",
        "key kept",
    ]


def test_a_session_holds_as_long_as_its_key() -> None:
    clock = FakeClock()
    key, _ = made(expires_ms=clock.now_ms() + 1000)
    keys = ApiKeys(clock=clock, stated=[key])
    proof = f"key {key.id}"

    assert keys.holds(proof)
    assert not keys.holds(key.id)
    assert not keys.holds("")
    clock.advance(1)
    assert not keys.holds(proof)


def test_only_right_keys_count_as_used() -> None:
    (key, text), (gone, _) = made(), made()
    clock = FakeClock()
    keys = ApiKeys(clock=clock, stated=[key, gone])
    clock.advance(5)

    asked(keys, text)
    asked(keys, text[:-1])

    assert keys.uses() == {key.id: NOW_MS + 5000}


def test_a_known_key_that_is_refused_is_told_once_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    """The log names the key and the reason, never the secret."""
    clock = FakeClock()
    key, text = made(expires_ms=NOW_MS)
    keys = ApiKeys(clock=clock, stated=[key])

    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            asked(keys, text)
        clock.advance(3600)
        asked(keys, text)

    assert caplog.messages == [f"the API key ci ({key.id}) was refused: expired"] * 2
    assert text[15:] not in caplog.text


def test_guesses_of_unknown_keys_fill_no_log(caplog: pytest.LogCaptureFixture) -> None:
    keys = ApiKeys(clock=FakeClock(), stated=[made().key])

    with caplog.at_level(logging.DEBUG, logger="otel_monitoring"):
        for _ in range(20):
            assert asked(keys, made().text) is None

    assert caplog.messages == []
    assert reasons(keys) == {"unknown": 20}
