"""Check digits of cards and bank accounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.context.redact.checks import iban_length, is_card, luhn

CARDS = [
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "6011111111111117",
    "3530111333300000",
    "4222222222222",
]


@pytest.mark.parametrize("digits", CARDS)
def test_knows_cards_of_several_networks(digits: str) -> None:
    assert is_card(digits)


@pytest.mark.parametrize(
    "digits", ["4111111111111112", "1714644672345678", "0000000000000000", "411111111111", ""]
)
def test_refuses_other_numbers(digits: str) -> None:
    assert not is_card(digits)


@given(digits=st.sampled_from(CARDS), at=st.integers(0, 12), other=st.integers(1, 9))
def test_sees_any_single_wrong_digit(digits: str, at: int, other: int) -> None:
    changed = str((int(digits[at]) + other) % 10)

    assert not luhn(digits[:at] + changed + digits[at + 1 :])


@pytest.mark.parametrize(
    ("compact", "length"),
    [
        ("DE89370400440532013000", 22),
        ("NO9386011117947AND", 15),
        ("GB82WEST12345698765432", 22),
        ("DE89370400440532013001", 0),
        ("XX89370400440532013000", 0),
        ("DE89", 0),
    ],
)
def test_finds_the_account_at_the_start(compact: str, length: int) -> None:
    assert iban_length(compact) == length
