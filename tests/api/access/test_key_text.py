"""The text of a key: made by chance, recognised without asking anybody."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.access.key_text import digest_of, id_in, make_key
from otel_monitoring.errors import AccessError

NOW_MS = 1_700_000_000_000


def test_a_key_bears_its_id_and_is_kept_as_a_hash() -> None:
    key, text = make_key("ci", "admin", now_ms=NOW_MS, expires_ms=NOW_MS + 1, routes=("/metrics",))

    assert re.fullmatch(r"omk_[a-z2-7]{10}_[0-9A-Za-z]{49}", text)
    assert id_in(text) == key.id
    assert key.digest == hashlib.sha256(text.encode()).hexdigest()
    assert (key.name, key.role, key.created_ms, key.expires_ms) == ("ci", "admin", NOW_MS, NOW_MS + 1)
    assert key.routes == ("/metrics",)


def test_no_two_keys_are_the_same() -> None:
    texts = {make_key("ci", "viewer", now_ms=NOW_MS).text for _ in range(200)}

    assert len(texts) == 200
    assert len({id_in(text) for text in texts}) == 200


@given(st.integers(0, 63), st.sampled_from("aZ7_ -é\n"))
def test_a_typo_is_told_from_a_key(at: int, wrong: str) -> None:
    """Whichever character is another one, it is no key any more."""
    text = make_key("ci", "viewer", now_ms=NOW_MS).text
    at %= len(text)
    typo = text[:at] + wrong + text[at + 1 :]

    assert (id_in(typo) is None) == (typo != text)


@pytest.mark.parametrize("text", ["", "omk_", "omk_" + "a" * 100_000, "omk_2222222222_" + "0" * 49, "ghp_x"])
def test_what_is_no_key_has_no_id(text: str) -> None:
    assert id_in(text) is None


def test_a_trailing_line_break_is_no_part_of_a_key() -> None:
    assert id_in(make_key("ci", "viewer", now_ms=NOW_MS).text + "\n") is None


def test_what_is_kept_tells_nothing_of_the_secret() -> None:
    """Neither the record nor its text forms hold any part of the secret."""
    key, text = make_key("ci", "viewer", now_ms=NOW_MS)

    assert text.rpartition("_")[2][:8] not in repr(key)
    assert digest_of(text) in repr(key)


@pytest.mark.parametrize(
    ("name", "routes", "field"),
    [
        ("", (), "name"),
        ("a b", (), "name"),
        ("x" * 65, (), "name"),
        ("ci\n", (), "name"),
        ("ci", ("metrics",), "route"),
        ("ci", ("/..",), "route"),
        ("ci", ("/alerts/*/x",), "route"),
        ("ci", ("/",), "route"),
    ],
)
def test_a_name_or_a_route_that_could_mean_something_else_is_refused(
    name: str, routes: tuple[str, ...], field: str
) -> None:
    with pytest.raises(AccessError, match=f"^{field} of an API key is "):
        make_key(name, "viewer", now_ms=NOW_MS, routes=routes)
