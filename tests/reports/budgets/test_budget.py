"""What a performance budget says."""

from __future__ import annotations

import pytest

from otel_monitoring.reports.budgets.budget import Budget, own_budgets, parse_budgets
from otel_monitoring.reports.errors import AnalysisError


def test_texts_are_read() -> None:
    """Several figures of an endpoint, in any unit."""
    found = parse_budgets(
        {"GET /cart": "p95 < 300ms and errors < 1%", "/pay": "mean <= 0.2s;", "*": "p99 < 2s"}
    )

    assert found == [
        Budget("GET", "/cart", "p95", 0.3),
        Budget("GET", "/cart", "errors", 0.01),
        Budget("", "/pay", "mean", 0.2),
        Budget("", "", "p99", 2.0),
    ]
    assert [one.endpoint for one in found] == ["GET /cart", "GET /cart", "/pay", "*"]


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        ("cart", "p95 < 1s"),
        ("GET /cart", "p95 < 1%"),
        ("GET /cart", "errors < 1s"),
        ("GET /cart", "p42 < 1s"),
        ("GET /cart", ""),
        ("*", "p95 > 1s"),
    ],
)
def test_what_is_no_budget_is_refused(endpoint: str, text: str) -> None:
    """The message has an example."""
    with pytest.raises(AnalysisError, match="expected"):
        parse_budgets({endpoint: text})


def test_an_endpoint_with_a_budget_of_its_own_is_not_among_all_others() -> None:
    """For the same figure."""
    budgets = parse_budgets({"GET /cart": "p95 < 1s", "/pay": "errors < 1%", "*": "p95 < 2s"})

    own = own_budgets(budgets[-1], budgets)

    assert [one.endpoint for one in own] == ["GET /cart"]
    assert own[0].covers("GET", "/cart")
    assert not own[0].covers("POST", "/cart")
    assert own_budgets(budgets[0], budgets) == []
