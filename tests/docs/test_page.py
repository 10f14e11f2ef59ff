"""What the generators share."""

from __future__ import annotations

from tools.docs.page import code, table


def test_a_bar_inside_a_cell_is_escaped() -> None:
    assert table(("a", "b"), [("1|2", "3")]) == "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |\n"


def test_nothing_is_no_code() -> None:
    assert (code("x"), code("")) == ("`x`", "")
