"""Whether a larger share of requests fails than before."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.comparison.shares import Trials, shift


def failing(seed: int, share: float, *, slots: int = 24, each: float = 100.0, bursts: int = 0) -> Trials:
    """Return requests of which a share fails, and some slots in which half of them do."""
    rng = np.random.default_rng([9, seed])
    hits = rng.binomial(int(each), share, slots).astype(float)
    hits[rng.permutation(slots)[:bursts]] = each / 2
    return Trials(hits, np.full(slots, each))


@pytest.mark.parametrize("share", [0.0005, 0.01, 0.2])
def test_what_did_not_change_is_seldom_called_worse(share: float) -> None:
    """Of 200 comparisons of the same with itself at most 10, in either direction."""
    found = [shift(failing(2 * at, share), failing(2 * at + 1, share)) for at in range(200)]

    assert sum(one.p_value <= 0.05 for one in found) <= 10


def test_errors_that_tripled_are_found_with_an_interval() -> None:
    """One percent became three."""
    answer = shift(failing(1, 0.01), failing(2, 0.03))

    assert answer.p_value < 0.01
    assert answer.low < 0.02 < answer.high
    assert answer.low > 0


def test_a_few_bursts_are_no_change() -> None:
    """An exact test of single requests would be certain; three bad minutes against one are no release."""
    answer = shift(failing(1, 0.001, bursts=1), failing(2, 0.001, bursts=3))

    assert answer.p_value > 0.05


def test_an_error_more_or_less_is_no_change() -> None:
    """None before, one after."""
    before, after = failing(1, 0.0), failing(2, 0.0)
    after.hits[3] = 1.0

    assert shift(before, after).p_value > 0.3


@pytest.mark.parametrize(
    "trials",
    [
        Trials(np.zeros(0), np.zeros(0)),
        Trials(np.zeros(20), np.zeros(20)),
        Trials(np.full(20, np.nan), np.full(20, 100.0)),
        Trials(np.zeros(20), np.full(20, np.inf)),
        Trials(np.zeros(2), np.full(2, 100.0)),
    ],
    ids=["none", "no requests", "nan", "infinite", "few times"],
)
def test_where_nothing_can_be_said_the_reason_is(trials: Trials) -> None:
    """No figures are made up."""
    answer = shift(trials, failing(1, 0.1))

    assert answer.reason.startswith("before there were ")
    assert np.isnan(answer.p_value)


def test_many_errors_are_counted_as_well() -> None:
    """Beyond some thousand the normal distribution does what sums did."""
    answer = shift(failing(1, 0.5, each=1e4), failing(2, 0.51, each=1e4))

    assert answer.p_value < 0.001
