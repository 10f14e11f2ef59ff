"""Matchers: conditions on one label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher, MatchOp, compile_regex


@pytest.mark.parametrize(
    ("op", "value", "verdict"),
    [
        ("=", "shop", True),
        ("=", "sho", False),
        ("!=", "shop", False),
        ("!=", "", True),
        ("=~", "sh.p", True),
        ("=~", "sh", False),
        ("=~", "cart|shop", True),
        ("!~", "s.*", False),
        ("!~", "(?i:SHOP)x", True),
    ],
)
def test_tells_whether_a_label_set_fulfils_it(op: MatchOp, value: str, verdict: bool) -> None:
    assert Matcher("job", op, value).matches(Labels.of(job="shop")) is verdict


def test_a_missing_label_is_the_empty_string() -> None:
    assert Matcher("job", "=", "").matches(Labels.of())
    assert Matcher("job", "=~", ".*").matches(Labels.of())


def test_is_written_as_promql_writes_it() -> None:
    assert str(Matcher("job", "=~", 'a"\\b\n')) == 'job=~"a\\"\\\\b\\n"'


def test_an_expression_that_is_not_re2_is_refused() -> None:
    with pytest.raises(QueryError, match="is not a regular expression of RE2"):
        Matcher("job", "=~", r"(a)\1").test()


@given(st.lists(st.text("ab", max_size=3), min_size=1, max_size=4), st.text("ab", max_size=3))
def test_plain_alternatives_match_as_the_expression_would(words: list[str], value: str) -> None:
    pattern = "|".join(words)

    assert Matcher("x", "=~", pattern).test()(value) is (compile_regex(pattern).fullmatch(value) is not None)
