"""Parameters that nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_router import ask


def problem(path: str) -> Any:
    answer = ask(path)
    assert answer.status_code == 422
    return answer.json()


def test_a_misspelt_parameter_is_refused_with_the_one_that_was_meant() -> None:
    assert problem("/alerts?limt=5")["errors"] == [
        {"field": "query.limt", "message": "'limt' is no parameter of this route: did you mean limit?"}
    ]


def test_every_unknown_parameter_is_named_once() -> None:
    fields = [one["field"] for one in problem("/alerts?a=1&zz=2&zz=3")["errors"]]

    assert fields == ["query.a", "query.zz"]


def test_a_route_without_parameters_says_so() -> None:
    assert problem("/health/live?x=1")["detail"].endswith("expected none")


@pytest.mark.parametrize("query", ["", "?", "?state=firing", "?limit=5&state=firing"])
def test_known_parameters_pass(query: str) -> None:
    assert ask(f"/alerts{query}").status_code == 200


def test_names_are_not_echoed_at_any_length() -> None:
    assert len(problem("/alerts?" + "x" * 5000 + "=1")["detail"]) < 200


def test_no_more_are_named_than_somebody_reads() -> None:
    query = "&".join(f"unknown{number}=1" for number in range(500))

    assert len(problem(f"/alerts?{query}")["errors"]) == 10
