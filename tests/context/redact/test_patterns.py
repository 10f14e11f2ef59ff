"""What is counted as what, and what is told apart."""

from __future__ import annotations

import pytest

from otel_monitoring.context.redact import Redactor
from otel_monitoring.context.redact.patterns import SHAPES, looks_secret
from tests import secrets


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (secrets.JWT, "jwt"),
        (secrets.AWS_KEY_ID, "aws_key"),
        (secrets.GITHUB, "github_token"),
        (secrets.SLACK_BOT, "slack_token"),
        (f"hooks.slack.com/services/{secrets.SLACK_HOOK}", "webhook"),
        (secrets.PEM, "private_key"),
        (secrets.CARD, "card"),
        (secrets.IBAN, "iban"),
        (secrets.SSN, "ssn"),
        (secrets.EMAIL, "email"),
        ("redis://:x@h", "url_credentials"),
        ("Bearer abc123", "bearer"),
        (f"Basic {secrets.BASIC}", "basic_auth"),
        ("password=x", "named"),
    ],
)
def test_counts_by_kind(text: str, kind: str) -> None:
    redactor = Redactor(hash_key=b"k")

    redactor.text(f"a {text} b")

    assert redactor.stats() == {kind: 1}


RESTS = (
    "0123456789abcdef" * 4,
    "A" * 64,
    "AgE" + "b1" * 20,
    "a1" * 12 + "." + "b2" * 12,
    "abcdefgh.abcdefgh.x",
    "services/abcdefgh1",
    "webhooks/abcdefgh1",
    "webhook/abcdefgh12",
    "bot123456789:abcdefghijklmnopqrst",
)
"""What follows the prefixes; each fits one of them at least."""


@pytest.mark.parametrize("prefix", [prefix for shape in SHAPES for prefix in shape.prefixes])
def test_has_a_hint_for_every_prefix(prefix: str) -> None:
    """What the hints pass over is never looked at, so each prefix must be among them."""
    candidates = [f"see {prefix}{rest} there" for rest in RESTS]
    redactor = Redactor(hash_key=b"k")

    assert any(redactor.text(text) != text for text in candidates)


def test_finds_each_of_several_cards_in_a_row_of_numbers() -> None:
    left = Redactor(hash_key=b"k").text(f"1 {secrets.CARD} 22 {secrets.CARD_DASHED} 3")

    assert left == "1 [redacted] 22 [redacted] 3"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("abc1", True), ("aBcDe", True), ("a" * 20, True), ("comma", False), ("Comma", False), ("COMMA", False)],
)
def test_tells_words_from_what_machines_make(value: str, expected: bool) -> None:
    assert looks_secret(value) is expected
