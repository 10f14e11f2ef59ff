"""The bank: rows, what it says, what it passes over, and a restart."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from otel_monitoring.analytics.anomaly.bank import AnomalyBank
from otel_monitoring.analytics.anomaly.errors import AnomalyError, StateError

MINUTE_S = 60.0


def ones(bank: AnomalyBank, *, row: int, value: float, minute: int) -> bool:
    """Give one point to one row, and return whether it is anomalous."""
    said = bank.update(np.array([row]), np.array([MINUTE_S * minute]), np.array([value]))
    return bool(said.is_anomalous[0])


def test_a_removed_row_is_given_out_again_as_a_series_never_seen() -> None:
    """What the former series taught is gone."""
    bank = AnomalyBank(capacity=1)
    row = bank.add()
    fresh = bank.dump(row)
    ones(bank, row=row, value=5.0, minute=1)

    bank.remove(row)

    assert bank.add() == row
    assert bank.dump(row) == fresh


def test_rows_beyond_the_capacity_are_made() -> None:
    """The capacity is where a bank begins, not where it ends."""
    bank = AnomalyBank(capacity=2)

    assert [bank.add() for _ in range(5)] == [0, 1, 2, 3, 4]


def test_a_point_that_is_no_number_is_passed_over() -> None:
    """NaN and infinities leave the state as it was."""
    bank = AnomalyBank(capacity=3)
    rows = np.array([bank.add() for _ in range(3)])
    before = [bank.dump(row) for row in rows.tolist()]

    said = bank.update(rows, np.array([1.0, 1.0, 1.0]), np.array([np.nan, np.inf, 4.0]))

    assert said.scores.tolist()[:2] == [0.0, 0.0]
    assert [bank.dump(row) == old for row, old in zip(rows.tolist(), before, strict=True)] == [
        True,
        True,
        False,
    ]


def test_points_of_too_little_weight_are_passed_over() -> None:
    """Two requests say nothing about a ratio."""
    bank = AnomalyBank(capacity=1, minimum_weight=10.0)
    row = bank.add()
    before = bank.dump(row)

    bank.update(np.array([row]), np.array([1.0]), np.array([0.5]), weights=np.array([2.0]))

    assert bank.dump(row) == before


@pytest.mark.parametrize("method", ["adaptive", "zscore"])
def test_a_tick_without_any_point_says_nothing(method: Literal["adaptive", "zscore"]) -> None:
    """No rows at all, and rows whose points are all no numbers."""
    bank = AnomalyBank(method=method)
    row = bank.add()
    nothing = np.array([])

    assert bank.update(np.array([], dtype=np.intp), nothing, nothing).scores.size == 0
    assert bank.update(np.array([row]), np.array([1.0]), np.array([np.nan])).scores.tolist() == [0.0]


def test_rows_of_any_order_say_what_rows_side_by_side_say() -> None:
    """Every second row, backwards, against a bank of its own."""
    rng = np.random.default_rng(7)
    every, alone = AnomalyBank(capacity=6), AnomalyBank(capacity=3)
    for _ in range(6):
        every.add()
    side_by_side = np.array([alone.add() for _ in range(3)])

    for minute in range(400):
        values = rng.standard_normal(3)
        times_s = np.full(3, MINUTE_S * minute)
        spread = every.update(np.array([5, 3, 1]), times_s, values)
        together = alone.update(side_by_side, times_s, values)

        assert spread.scores.tolist() == together.scores.tolist()


def test_refuses_a_state_of_another_method() -> None:
    """What a z-score learned is nothing to the adaptive method."""
    classic = AnomalyBank(method="zscore")
    state = classic.dump(classic.add())
    bank = AnomalyBank()
    row = bank.add()

    with pytest.raises(StateError, match="state begins with"):
        bank.load(row, state)


@pytest.mark.parametrize("hours", [0.0, -1.0, 25.0, float("nan")])
def test_refuses_a_budget_that_is_none(hours: float) -> None:
    """The message names the value."""
    with pytest.raises(AnomalyError, match="false_alarm_hours"):
        AnomalyBank(false_alarm_hours=hours)
