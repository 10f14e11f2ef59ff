"""Rows as text: lines of JSON, and CSV that does nothing in a spreadsheet but stand there."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.export.text import cell, chunks, csv_lines, json_line


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", '=HYPERLINK("http://x")']
)
def test_what_a_spreadsheet_takes_for_a_formula_is_marked(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "true"),
        (-1.5, "-1.5"),
        (7, "7"),
        (float("nan"), ""),
        (float("-inf"), ""),
        ("cart", "cart"),
        ("'cart", "'cart"),
        ({"plan": "=1"}, '{"plan":"=1"}'),
        ([1, float("nan")], "[1,null]"),
        ({}, "{}"),
    ],
)
def test_a_cell_says_what_it_holds(value: object, expected: str) -> None:
    assert cell(value) == expected


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), max_size=3))
def test_csv_is_read_as_it_was_written(rows: list[list[str]]) -> None:
    text = "".join(csv_lines(["a", "b"], rows))

    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found == [["a", "b"], *([cell(one) for one in row] for row in rows)]


def test_lines_of_csv_end_as_its_standard_says() -> None:
    assert "".join(csv_lines(["a", "b"], [["x,y", 'z"']])) == 'a,b\r\n"x,y","z"""\r\n'


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=3))
def test_a_line_of_json_is_one_line_without_numbers_that_json_does_not_have(row: dict[str, Any]) -> None:
    line = json_line(row)

    assert line.endswith("}\n")
    assert line.count("\n") == 1
    assert json.loads(line, parse_constant=pytest.fail).keys() == row.keys()


@given(st.lists(st.integers(0, 100_000), max_size=6))
def test_pieces_together_are_the_lines(lengths: list[int]) -> None:
    lines = ["ä" * length for length in lengths]

    assert b"".join(chunks(lines)) == "".join(lines).encode("utf-8", "replace")


def test_half_a_character_is_no_reason_to_fail() -> None:
    assert b"".join(chunks(["a\ud800b\n"])) == b"a?b\n"
