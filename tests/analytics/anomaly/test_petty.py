"""What is rare and yet not worth a word."""

from __future__ import annotations

import math

import numpy as np
import pytest

from otel_monitoring.analytics.anomaly.bank import AnomalyBank
from otel_monitoring.analytics.anomaly.petty import Least

START_S = 1_700_006_400.0


def least(above: float, below: float | None = None) -> Least:
    return Least(np.array([above]), np.array([above if below is None else below]))


@pytest.mark.parametrize(
    ("value", "low", "high", "distance", "is_petty"),
    [
        (0.9985, 1.0, 1.0, 0.0, True),
        (0.5, 1.0, 1.0, 0.0, False),
        (103.0, 90.0, 100.0, 0.0, True),
        (106.0, 90.0, 100.0, 0.0, False),
        (0.015, 0.0, 0.001, 0.02, True),
        (0.03, 0.0, 0.001, 0.02, False),
        (95.0, 90.0, 100.0, 50.0, False),
        (1.0, math.nan, math.nan, 50.0, False),
        (0.0, 0.0, 0.0, 0.0, False),
        (-1e300, 1.0, 2.0, 0.02, False),
    ],
)
def test_a_small_step_of_a_still_series_is_petty(
    value: float, low: float, high: float, distance: float, *, is_petty: bool
) -> None:
    found = least(distance).is_petty(np.array([value]), low=np.array([low]), high=np.array([high]))

    assert found.tolist() == [is_petty]


@pytest.mark.parametrize(("value", "is_petty"), [(0.0, True), (0.2, True), (0.9, False)])
def test_less_than_usual_is_petty_where_nobody_minds(value: float, *, is_petty: bool) -> None:
    found = least(0.0, math.inf).is_petty(np.array([value]), low=np.array([0.1]), high=np.array([0.3]))

    assert found.tolist() == [is_petty]


@pytest.mark.parametrize("method", ["adaptive", "zscore"])
def test_a_petty_point_does_not_deafen(method: str) -> None:
    """A first failure in a thousand is no finding; a third of all failing a day later is one."""
    bank = AnomalyBank(method=method)  # type: ignore[arg-type]
    rows = np.array([bank.add()])
    told = []
    rng = np.random.default_rng(4)
    for minute in range(1500):
        value = {100: 0.003, 400: 0.004}.get(minute, 0.0)
        if minute >= 1460:
            value = 0.3 + 0.02 * float(rng.standard_normal())
        time_s = np.array([START_S + 60 * minute])
        said = bank.update(rows, time_s, np.array([value]), least=least(0.02, math.inf))
        if said.is_anomalous[0]:
            told.append(minute)

    assert told
    assert 1460 <= told[0] <= 1470


def test_rows_without_a_verdict_have_no_least() -> None:
    bank = AnomalyBank(minimum_weight=1.0)
    rows = np.array([bank.add(), bank.add()])
    both = Least(np.array([0.1, 0.2]), np.array([0.1, 0.2]))

    said = bank.update(
        rows, np.full(2, START_S), np.array([1.0, math.nan]), weights=np.array([0.5, 2.0]), least=both
    )

    assert said.scores.tolist() == [0.0, 0.0]
