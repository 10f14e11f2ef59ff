"""Values in the messages of libraries."""

from __future__ import annotations

import pytest

from otel_monitoring.context.redact import Redactor

REDACTOR = Redactor(hash_key=b"k")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("x\n[SQL: SELECT ?]\n[parameters: (1, [2])]\ny", "x\n[SQL: SELECT ?]\n[parameters: [redacted]]\ny"),
        ("Key (a, b)=(1, x) already exists.", "Key (a, b)=([redacted]) already exists."),
        ("Failing row contains (1, (2), x).", "Failing row contains ([redacted])."),
        ("Duplicate entry 'it's' for key 'a'", "Duplicate entry '[redacted]' for key 'a'"),
    ],
)
def test_takes_values_out_and_leaves_the_message(message: str, expected: str) -> None:
    assert REDACTOR.text(message) == expected


def test_takes_the_values_of_secret_fields_alone_out_of_pydantics_message() -> None:
    message = (
        "2 errors\nage\n  Not a number [type=int_parsing, input_value='ten', input_type=str]\n"
        "user.password\n  Too short [type=too_short, input_value='ab', input_type=str]"
    )

    left = REDACTOR.text(message)

    assert "input_value='ten'" in left
    assert "input_value=[redacted], input_type=str]" in left


def test_keeps_functions_and_keys_that_hold_no_values() -> None:
    assert REDACTOR.text("Key (x) in f(y)=(z)") == "Key (x) in f(y)=(z)"
