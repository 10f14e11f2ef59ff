"""Performance budgets as settings."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from otel_monitoring.reports.budgets.budget import parse_budgets
from otel_monitoring.settings.analytics import AnalyticsSettings


@pytest.mark.parametrize(
    "budgets",
    [
        {"GET /cart": "p95 < 300ms"},
        {"*": "errors < .5% and mean <= 1s; p99 < 2.5s"},
        {"/pay": "p50<20ms;"},
    ],
)
def test_whatever_the_settings_take_is_understood(budgets: dict[str, str]) -> None:
    """The desk is made long after the start: nothing may be wrong by then."""
    taken = AnalyticsSettings(budgets=budgets).budgets

    assert parse_budgets(taken)


@pytest.mark.parametrize(
    "budgets",
    [
        {"cart": "p95 < 1s"},
        {"GET /cart": "p95"},
        {"GET /cart": "errors < 1s"},
        {"GET /cart": "p95 < 1s, mean < 1s"},
    ],
)
def test_what_is_no_budget_is_refused_at_the_start(budgets: dict[str, str]) -> None:
    """The message has an example."""
    with pytest.raises(ValidationError, match="expected"):
        AnalyticsSettings(budgets=budgets)
