"""Keys in a setting."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from otel_monitoring.api.access.key_text import make_key
from otel_monitoring.api.access.stated_keys import stated_keys, statement
from otel_monitoring.errors import AccessError

HASH = "5e" * 32


def test_a_key_is_what_its_statement_says() -> None:
    """What the command prints is what the setting takes."""
    key, _ = make_key(
        "ci", "viewer", now_ms=0, expires_ms=1_800_000_000_000, routes=("/metrics", "/prometheus/*")
    )

    assert stated_keys({"ci": statement(key)}) == [key]


def test_a_key_without_limits_says_role_and_hash_alone() -> None:
    [key] = stated_keys({"ci": f"admin 2fo3kq7xab:{HASH}"})

    assert (key.role, key.expires_ms, key.routes) == ("admin", None, ())


@pytest.mark.parametrize("text", ["2027-03-01", "2027-03-01T00:00:00Z", "2027-03-01T01:00:00+01:00"])
def test_the_end_is_a_date_or_a_time(text: str) -> None:
    [key] = stated_keys({"ci": f"viewer 2fo3kq7xab:{HASH} until={text}"})

    assert key.expires_ms == datetime(2027, 3, 1, tzinfo=UTC).timestamp() * 1000


def test_of_two_ends_the_earlier_one_counts() -> None:
    [key] = stated_keys({"ci": f"viewer 2fo3kq7xab:{HASH} until=2028-01-01 until=2027-03-01"})

    assert key.expires_ms == datetime(2027, 3, 1, tzinfo=UTC).timestamp() * 1000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 words"),
        ("viewer", "1 words"),
        ("viewer hash", "expected 'viewer ID:HASH'"),
        (f"root 2fo3kq7xab:{HASH}", "expected viewer or admin"),
        ("viewer 2fo3kq7xab:5e5e", "4 characters"),
        (f"viewer ID:{HASH}", "id of an API key"),
        (f"viewer 2fo3kq7xab:{HASH} until=tomorrow", "expected a date"),
        (f"viewer 2fo3kq7xab:{HASH} metrics", "route of an API key is 'metrics'"),
    ],
)
def test_what_is_no_statement_says_what_was_expected(text: str, said: str) -> None:
    with pytest.raises(AccessError, match=said):
        stated_keys({"ci": text})


def test_a_key_in_place_of_its_hash_is_not_repeated_in_the_error() -> None:
    """Somebody pastes the key itself."""
    text = make_key("ci", "viewer", now_ms=0).text

    with pytest.raises(AccessError) as error:
        stated_keys({"ci": f"viewer 2fo3kq7xab:{text}"})

    assert text[15:] not in str(error.value)
