"""Every secret of the corpus vanishes, and everything that only looks like one stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.context.redact import MARK, Redactor
from tests.secrets import HARMLESS, SECRETS, Harmless, Secret

KEY = b"a key of the tests, 32 bytes long"


def redacted(redactor: Redactor, *, where: str, carrier: str, key: str) -> str:
    """Return what leaves of ``carrier`` at the place that ``where`` names."""
    if where == "attribute":
        return str(redactor.attribute(key, carrier))
    if where == "header":
        return redactor.headers([(key.encode(), carrier.encode())])[key.lower()][0]
    if where in {"query", "url", "sql"}:
        return str(getattr(redactor, where)(carrier))
    return redactor.text(carrier)


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret.name)
def test_takes_the_secret_out(secret: Secret) -> None:
    left = redacted(Redactor(hash_key=KEY), where=secret.where, carrier=secret.carrier, key=secret.key)

    assert secret.secret in secret.carrier
    assert secret.secret not in left


@pytest.mark.parametrize("harmless", HARMLESS, ids=lambda harmless: harmless.name)
def test_leaves_what_is_harmless_as_it_is(harmless: Harmless) -> None:
    left = redacted(Redactor(hash_key=KEY), where=harmless.where, carrier=harmless.carrier, key=harmless.key)

    assert left == harmless.carrier


@pytest.mark.parametrize(
    "secret", [secret for secret in SECRETS if secret.where != "attribute"], ids=lambda secret: secret.name
)
def test_redacting_twice_is_redacting_once(secret: Secret) -> None:
    redactor = Redactor(hash_key=KEY)
    once = redacted(redactor, where=secret.where, carrier=secret.carrier, key=secret.key)
    counted = sum(redactor.stats().values())

    twice = redacted(redactor, where=secret.where, carrier=once, key=secret.key)

    assert twice == once
    assert sum(redactor.stats().values()) == counted


def test_is_large_enough_and_names_are_unique() -> None:
    assert len({secret.name for secret in SECRETS}) == len(SECRETS) >= 60
    assert len({harmless.name for harmless in HARMLESS}) == len(HARMLESS) >= 30


WORDS = st.sampled_from(
    ["order", "paid:", "user=ann", "in 3 ms", "{", "}", '"', "'", ",", ";", "&", "\n", "é", "\\", "="]
)


@given(
    secret=st.sampled_from([secret for secret in SECRETS if secret.where in {"text", "log", "exception"}]),
    before=st.lists(WORDS, max_size=6).map(" ".join),
    after=st.lists(WORDS, max_size=6).map(" ".join),
)
def test_takes_the_secret_out_of_any_surroundings(secret: Secret, before: str, after: str) -> None:
    """What stands in front and behind, on lines of their own, makes no difference."""
    left = Redactor(hash_key=KEY).text(f"{before}\n{secret.carrier}\n{after}")

    assert secret.secret not in left


@given(
    name=st.sampled_from(["password", "api_key", "db.secret", "X-Auth-Token", "SESSION_ID", "csrf"]),
    separator=st.sampled_from(["=", " = ", ": ", "='", '": "', "=>", " := ", "%3D"]),
    value=st.from_regex(re.compile(r"[A-Za-z0-9!?*+/_%]{6,40}", re.ASCII), fullmatch=True),
)
def test_takes_any_value_behind_a_secret_name_out(name: str, separator: str, value: str) -> None:
    value = f"S3{value}"

    left = Redactor(hash_key=KEY).text(f"before {name}{separator}{value}")

    assert value not in left
    assert MARK in left
