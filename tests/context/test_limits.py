"""What stays of a text that is too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.context.limits import clip, clip_middle


def test_leaves_short_texts_as_they_are() -> None:
    assert clip("abc", 3) == "abc"
    assert clip_middle("abc", 3) == "abc"


def test_marks_a_cut_end() -> None:
    assert clip("abcdef", 4) == "abc…"


def test_keeps_head_and_tail_and_says_how_much_is_gone() -> None:
    text = "head" + "x" * 1000 + "tail"

    left = clip_middle(text, 264)

    assert left.startswith("head")
    assert left.endswith("tail")
    assert "808 characters left out" in left


@pytest.mark.parametrize("cut", [clip, clip_middle])
@given(text=st.text(), limit=st.integers(0, 300))
def test_is_never_longer_than_the_limit_but_for_the_mark(cut: object, text: str, limit: int) -> None:
    assert callable(cut)

    left = cut(text * 5, limit)

    assert len(left) <= max(limit, 1)
