"""From a budget to a threshold, and back to how rare evidence is."""

from __future__ import annotations

import pytest

from otel_monitoring.analytics.anomaly.budget import HOURS_A_DAY, rarity_hours, threshold
from otel_monitoring.analytics.anomaly.errors import AnomalyError


@pytest.mark.parametrize("budget_hours", [0.001, 0.02, 0.05, 0.1, 1.0])
def test_what_just_reaches_a_budget_is_as_rare_as_the_budget_says(budget_hours: float) -> None:
    """One line, read in two ways."""
    assert rarity_hours(threshold(budget_hours)) == pytest.approx(HOURS_A_DAY / budget_hours)


def test_more_budget_is_a_lower_threshold() -> None:
    """Down to the lowest there is."""
    thresholds = [threshold(budget_hours) for budget_hours in (0.001, 0.05, 0.5, 5.0)]

    assert thresholds == sorted(thresholds, reverse=True)
    assert threshold(24.0) > 0.0


def test_nothing_strange_is_not_rare() -> None:
    """No evidence, no rarity."""
    assert rarity_hours(0.0) == 0.0


@pytest.mark.parametrize("budget_hours", [0.0, -1.0, 25.0])
def test_a_budget_out_of_its_range_is_refused(budget_hours: float) -> None:
    """More than nothing and at most the whole day."""
    with pytest.raises(AnomalyError, match="false_alarm_hours"):
        threshold(budget_hours)
