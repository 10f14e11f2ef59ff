"""Whether requests take longer than before."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.comparison.durations import slowdown
from otel_monitoring.analytics.comparison.slots import Slots
from tests.analytics.comparison.traffic import BOUNDS_S, SHAPES, slots


@pytest.mark.parametrize("shape", SHAPES)
def test_what_did_not_change_is_seldom_called_slower(shape: str) -> None:
    """Of 100 comparisons of the same with itself at most 5."""
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(100):
        median_s = 10 ** rng.uniform(-2, 0.3)
        both = [slots(rng, shape, median_s) for _ in range(2)]
        answer = slowdown(both[0], both[1], BOUNDS_S)
        found += answer.p_value <= 0.05 and answer.ratio > 0

    assert found <= 5


def test_a_tenth_more_is_found_over_2000_requests() -> None:
    """In nine of ten cases over all shapes; the benchmark has more of them."""
    rng = np.random.default_rng(2)
    found = 0
    for at in range(50):
        shape, median_s = SHAPES[at % len(SHAPES)], 10 ** rng.uniform(-2, 0.3)
        answer = slowdown(slots(rng, shape, median_s), slots(rng, shape, median_s, slower=1.1), BOUNDS_S)
        found += answer.p_value <= 0.05 and answer.ratio > 0

    assert found >= 45


def test_how_much_slower_comes_with_an_interval() -> None:
    """A fifth more, exact where histograms are coarse: the sum of durations is known."""
    rng = np.random.default_rng(3)

    answer = slowdown(
        slots(rng, "usual", 0.15, requests=20_000),
        slots(rng, "usual", 0.15, requests=20_000, slower=1.2),
        BOUNDS_S,
    )

    assert answer.low < 0.2 < answer.high
    assert answer.ratio == pytest.approx(0.2, abs=0.03)
    assert answer.high - answer.low < 0.1
    assert answer.slower > 0.55
    assert answer.after.p95_s > answer.before.p95_s


def test_what_happens_within_one_bucket_is_seen_by_the_mean() -> None:
    """All requests of both times are between 0.1 s and 0.25 s."""
    rng = np.random.default_rng(4)

    answer = slowdown(
        slots(rng, "narrow", 0.15, requests=500),
        slots(rng, "narrow", 0.15, requests=500, slower=1.1),
        BOUNDS_S,
    )

    assert answer.p_value < 0.001


def test_minutes_that_resemble_each_other_are_no_change() -> None:
    """Of 60 comparisons of restless times at most 5 in number, where requests alone would say 30."""
    rng = np.random.default_rng(5)
    answers = [
        slowdown(
            slots(rng, "usual", 0.1, times=96, restless=0.1),
            slots(rng, "usual", 0.1, times=96, restless=0.1),
            BOUNDS_S,
        )
        for _ in range(60)
    ]

    assert sum(answer.p_value <= 0.05 and answer.ratio > 0 for answer in answers) <= 5


def _full(slots: int, value: float) -> Slots:
    return Slots(np.full((slots, len(BOUNDS_S) + 1), value), np.full(slots, value))


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (_full(0, 0.0), "0 requests"),
        (_full(20, 0.0), "0 requests"),
        (_full(20, np.nan), "0 requests"),
        (_full(20, np.inf), "0 requests"),
        (_full(20, 1e308), "0 requests"),
        (_full(2, 100.0), "at 2 times"),
    ],
    ids=["none", "zero", "nan", "infinite", "huge", "few times"],
)
def test_where_nothing_can_be_said_the_reason_is(before: Slots, reason: str) -> None:
    """No figures are made up."""
    after = slots(np.random.default_rng(6), "usual", 0.1)

    answer = slowdown(before, after, BOUNDS_S)

    assert reason in answer.reason
    assert np.isnan(answer.p_value)


def test_the_very_same_requests_are_no_change() -> None:
    """Nothing differs, and nothing is divided by."""
    same = _full(10, 30.0)

    answer = slowdown(same, same, BOUNDS_S)

    assert (answer.p_value, answer.ratio) == (1.0, 0.0)
