"""URLs and query strings."""

from __future__ import annotations

import pytest

from otel_monitoring.context.redact import Redactor

REDACTOR = Redactor(hash_key=b"k")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ""),
        ("?token=a", "?token=[redacted]"),
        ("a=1&token=b;sid=c", "a=1&token=[redacted];sid=[redacted]"),
        ("token=", "token="),
        ("token", "token"),
        ("x=a%40b.cc&y=%2Fz", "x=[redacted]&y=%2Fz"),
        ("code=a&state=b", "code=[redacted]&state=b"),
        ("code=DE&page=2", "code=DE&page=2"),
        ("%74oken=a", "%74oken=[redacted]"),
    ],
)
def test_keeps_names_and_harmless_values(query: str, expected: str) -> None:
    assert REDACTOR.query(query) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a:b@h.example:8443/p?x=1#f", "https://[redacted]@h.example:8443/p?x=1#f"),
        ("https://h.example/u/a@b.cc/p", "https://h.example/u/[redacted]/p"),
        ("https://h.example/u/a%40b.cc/p", "https://h.example/u/[redacted]/p"),
        ("/p?token=a", "/p?token=[redacted]"),
        ("https://h.example/#token=a&x=1", "https://h.example/#token=[redacted]&x=1"),
        ("postgres://u:p?a#b@h/db", "postgres://[redacted]@h/db"),
        ("no url at all", "no url at all"),
    ],
)
def test_keeps_what_is_harmless_of_a_url(url: str, expected: str) -> None:
    assert REDACTOR.url(url) == expected
