"""Which names announce a secret."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.semconv import attributes

from otel_monitoring.context.redact.keys import KeyRules, Verdict, split

SECRET = [
    "password",
    "userPassword",
    "DB_PASSWORD",
    "old-password",
    "dbpassword",
    "api_key",
    "X-Api-Key",
    "APIKey",
    "aws_secret_access_key",
    "client.secret",
    "PHPSESSID",
    "card_number",
    "password_hash",
    "http.request.header.cookie",
    "http.response.header.set-cookie",
    "session_id",
    "ｐａｓｓｗｏｒｄ",  # noqa: RUF001 - the disguise
]
DOUBTFUL = ["token", "accessToken", "password_reset_token", "proxy_auth", "session", "bearer"]
HARMLESS = [
    "token_count",
    "tokens",
    "session.id",
    "primary_key",
    "author",
    "auth_backend",
    "has_password",
    "password_length",
    "passwordless",
    "cookie_name",
    "compass",
    "keyboard",
    "num_tokens",
    "",
    "42",
]


@pytest.mark.parametrize("name", SECRET)
def test_knows_secret_names(name: str) -> None:
    assert KeyRules().verdict(name) is Verdict.SECRET


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubts_names_that_are_used_in_prose(name: str) -> None:
    assert KeyRules().verdict(name) is Verdict.DOUBTFUL


@pytest.mark.parametrize("name", HARMLESS)
def test_lets_harmless_names_pass(name: str) -> None:
    assert KeyRules().verdict(name) is Verdict.HARMLESS


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("userApiKey", ["user", "api", "key"]),
        ("USER_API_KEY", ["user", "api", "key"]),
        ("HTTPHeader2", ["http", "header", "2"]),
    ],
)
def test_takes_names_apart(name: str, words: list[str]) -> None:
    assert split(name) == words


def test_lets_the_stable_names_of_the_conventions_pass() -> None:
    names = [
        value
        for module in pkgutil.iter_modules(attributes.__path__)
        for constant, value in vars(importlib.import_module(f"{attributes.__name__}.{module.name}")).items()
        if constant.isupper() and isinstance(value, str)
    ]
    rules = KeyRules()

    assert len(names) > 50
    assert [name for name in names if rules.verdict(name)] == []


def test_knows_names_that_are_secret_in_queries_alone() -> None:
    rules = KeyRules()

    assert rules.in_query("sig")
    assert not rules.verdict("sig")
    assert not KeyRules(allow=["sig"]).in_query("sig")


def test_takes_an_allowed_name_in_any_spelling_of_case() -> None:
    assert KeyRules(allow=["API_KEY"]).verdict("api_key") is Verdict.HARMLESS


@given(st.text())
def test_never_raises_and_answers_alike(name: str) -> None:
    rules = KeyRules()

    assert rules.verdict(name) is rules.verdict(name)


def test_stays_bounded() -> None:
    rules = KeyRules()

    for number in range(10_000):
        rules.verdict(f"name{number}")

    assert len(rules._cache) <= 4096
