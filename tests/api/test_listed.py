"""Pages of lists go on where the one before ended, whatever came or went meanwhile."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.listed import Key, listed, read_cursor, written_cursor
from otel_monitoring.api.refused import RefusedError


def key(one: tuple[int, str]) -> Key:
    return one


def pages(items: list[tuple[int, str]], limit: int) -> list[list[tuple[int, str]]]:
    found, cursor = [], None
    while True:
        page, cursor = listed(items, key=key, limit=limit, cursor=cursor)
        found.append(page)
        if cursor is None:
            return found


@given(st.sets(st.tuples(st.integers(), st.text(max_size=5))), st.integers(1, 4))
def test_all_pages_together_are_the_list_in_its_order(items: set[tuple[int, str]], limit: int) -> None:
    found = pages(list(items), limit)

    assert [one for page in found for one in page] == sorted(items)
    assert all(len(page) == limit for page in found[:-1])


def test_a_page_that_is_just_full_is_the_last_one() -> None:
    assert pages([(1, "a"), (2, "b")], 2) == [[(1, "a"), (2, "b")]]


def test_what_came_and_went_meanwhile_repeats_nothing() -> None:
    _, cursor = listed([(1, "a"), (2, "b"), (4, "d")], key=key, limit=2, cursor=None)
    page, _ = listed([(0, "new"), (3, "c"), (4, "d")], key=key, limit=2, cursor=cursor)

    assert page == [(3, "c"), (4, "d")]


@given(st.tuples(st.integers(), st.text(max_size=20)))
def test_a_cursor_is_read_as_it_was_written(found: Key) -> None:
    assert read_cursor(written_cursor(found), like=(0, "")) == found


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "ä",
        "1772442847000.314",
        encoded("[]"),
        encoded("{}"),
        encoded("[1]"),
        encoded('["a", 1]'),
        encoded("[true, null]"),
        encoded("[NaN, 1]"),
        encoded("[" * 500),
        encoded('[1, "' + "x" * 3000 + '"]'),
    ],
)
def test_a_cursor_of_something_else_is_refused(cursor: str) -> None:
    with pytest.raises(RefusedError, match=r"query\.cursor"):
        listed([(1, "a")], key=key, limit=2, cursor=cursor)


def test_of_an_empty_list_the_cursor_is_read_all_the_same() -> None:
    with pytest.raises(RefusedError):
        listed([], key=key, limit=2, cursor="!")

    assert listed([], key=key, limit=2, cursor=written_cursor((1, "a"))) == ([], None)
