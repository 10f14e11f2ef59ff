"""Where a value behind a secret name ends."""

from __future__ import annotations

import pytest

from otel_monitoring.context.redact import Redactor

REDACTOR = Redactor(hash_key=b"k")
M = "[redacted]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=a,b=c", f"password={M},b=c"),
        ("password=a;b=c", f"password={M};b=c"),
        ("password=a&b=c", f"password={M}&b=c"),
        ("password=a&b c", f"password={M} c"),
        ("password=a,b c", f"password={M} c"),
        ("(password=a)", f"(password={M})"),
        ("f(password='a b', c=1)", f"f(password='{M}', c=1)"),
        ('{"password":"a\\"b","c":1}', f'{{"password":"{M}","c":1}}'),
        ("{'password': ['a', 'b'], 'c': 1}", f"{{'password': {M}, 'c': 1}}"),
        ("password='a\nnext", f"password='{M}\nnext"),
        ("Cookie: a=b; c=d\nnext: 1", f"Cookie: {M}\nnext: 1"),
        ("-H 'Cookie: a=b' x", f"-H 'Cookie: {M}' x"),
        ('<a href="/x?token=x9">c</a>', f'<a href="/x?token={M}">c</a>'),
        ("--token a --b", f"--token {M} --b"),
        ("password: x9 b", f"password: {M} b"),
        ("my_password :a", f"my_password :{M}"),
        ("PASSWORD => 'a'", f"PASSWORD => '{M}'"),
    ],
)
def test_takes_the_value_out_and_no_more(text: str, expected: str) -> None:
    assert REDACTOR.text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "password:",
        "password=",
        "password = ",
        "password=''",
        "password is set",
        "the password and the token",
        "token: a, secret: none",
        "password=%(password)s",
        "password=settings.db_password",
        "password: str = Field(...)",
        "--password",
        "--password --other",
    ],
)
def test_leaves_what_holds_no_value(text: str) -> None:
    assert REDACTOR.text(text) == text
