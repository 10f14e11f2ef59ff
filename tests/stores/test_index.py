"""The index: from matchers to rows."""

from __future__ import annotations

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.stores import index as module
from otel_monitoring.stores.index import Index


def index_of(*sets: dict[str, str]) -> Index:
    index = Index()
    for labels in sets:
        index.add(Labels.of(labels))
    return index


ROUTES = index_of(
    {"__name__": "up", "route": "/a", "code": "200"},
    {"__name__": "up", "route": "/a", "code": "500"},
    {"__name__": "up", "route": "/b\nc", "code": "200"},
    {"__name__": "down", "code": "200"},
)


@pytest.mark.parametrize(
    ("matchers", "rows"),
    [
        ([("__name__", "=", "up")], [0, 1, 2]),
        ([("__name__", "=", "up"), ("code", "=", "200")], [0, 2]),
        ([("__name__", "=", "nobody")], []),
        ([("code", "!=", "200")], [1]),
        ([("route", "=", "")], [3]),
        ([("route", "!=", "")], [0, 1, 2]),
        ([("code", "=~", "2..")], [0, 2, 3]),
        ([("code", "=~", "2")], []),
        ([("code", "=~", "200|404")], [0, 2, 3]),
        ([("code", "!~", "5..")], [0, 2, 3]),
        ([("route", "=~", "/b.c")], [2]),
        ([("route", "=~", ".+"), ("code", "=~", "200")], [0, 2]),
        ([("route", "=~", "")], [3]),
    ],
)
def test_selects_by_all_four_operators(matchers: list[tuple[str, str, str]], rows: list[int]) -> None:
    wanted = tuple(Matcher(name, op, value) for name, op, value in matchers)  # type: ignore[arg-type]

    assert ROUTES.select(wanted).rows.tolist() == rows


def test_looks_only_at_the_rows_that_came_since() -> None:
    index = index_of({"__name__": "up", "job": "a"})
    wanted = (Matcher("job", "=~", "[ab]"),)
    first = index.select(wanted)

    index.add(Labels.of({"__name__": "up", "job": "c"}))
    second = index.select(wanted)
    index.add(Labels.of({"__name__": "up", "job": "b"}))
    third = index.select(wanted)

    assert second.labels is first.labels
    assert third.rows.tolist() == [0, 2]
    assert index.select(wanted) is third


def test_an_invalid_expression_is_an_error_that_names_it() -> None:
    with pytest.raises(QueryError, match=r"'\(a' is not a regular expression of RE2: missing \)"):
        ROUTES.select((Matcher("code", "=~", "(a"),))


def test_what_is_kept_of_selections_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS_KEPT_AT_LEAST", 1000)
    index = index_of({"__name__": "up"})

    for number in range(1000):
        index.select((Matcher("job", "!=", str(number)),))

    assert 0 < len(index._selections) < 1000 / 17 + 1
