"""How fast is too fast."""

from __future__ import annotations

import pytest

from otel_monitoring.analytics.slos.levels import DAY_MS, error_budget, levels


def test_thirty_days_have_the_factors_of_the_workbook() -> None:
    assert [level.factor for level in levels(30 * DAY_MS)] == pytest.approx([14.4, 6, 3, 1])


def test_a_week_has_factors_that_its_budget_can_lead_to() -> None:
    assert [round(level.factor, 2) for level in levels(7 * DAY_MS)] == [13.44, 3.5, 1.4, 0.98]


@pytest.mark.parametrize("days", [7, 10, 14, 21, 28, 30, 90, 365])
def test_shorter_windows_ask_for_faster_burns(days: int) -> None:
    factors = [level.factor for level in levels(days * DAY_MS)]

    assert factors == sorted(factors, reverse=True)
    assert factors[-1] > 0.9


def test_each_level_spends_its_share_within_its_long_window() -> None:
    for level in levels(28 * DAY_MS):
        assert level.factor * level.long_ms / (28 * DAY_MS) * 100 == pytest.approx(level.share_percent)


@pytest.mark.parametrize(("target", "budget"), [(0.999, 0.0009999999999999432), (0.5, 0.5), (0.9, 0.1)])
def test_the_budget_is_reckoned_in_percent(target: float, budget: float) -> None:
    assert error_budget(target) == budget
