"""Which series go together, and how often chance is taken for it."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.correlation.pairs import Method, correlate
from tests.analytics.correlation.incidents import red_noise


def test_a_delayed_copy_is_found_at_its_delay() -> None:
    """The second follows the first by seven steps, turned around."""
    rng = np.random.default_rng(1)
    noise = red_noise(rng, np.array([0.5, 0.5]), 407)
    one = noise[0][7:]
    other = -noise[0][:-7] + 0.3 * noise[1][7:]

    [pair] = correlate(np.stack([one, other]), most_lag=20)

    assert pair.lag == 7
    assert pair.coefficient == pytest.approx(-0.95, abs=0.05)
    assert pair.rate < 0.001


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("phi", [0.0, 0.8, 0.95])
def test_noise_that_repeats_itself_is_seldom_called_related(method: Method, phi: float) -> None:
    """Of 200 pairs of unrelated series at most 8 % stand out at the level of 5 %, over all lags."""
    rng = np.random.default_rng(11)
    noise = red_noise(rng, np.full(400, phi), 640)[:, 400:]

    found = [correlate(noise[at : at + 2], method=method, most_lag=10)[0] for at in range(0, 400, 2)]

    assert np.mean([pair.p_value <= 0.05 for pair in found]) <= 0.08


def test_of_many_unrelated_series_hardly_a_pair_is_a_finding() -> None:
    """435 pairs at 5 % each would be some twenty."""
    noise = red_noise(np.random.default_rng(5), np.full(30, 0.6), 500)

    assert sum(pair.rate <= 0.05 for pair in correlate(noise)) <= 1


def test_ranks_are_not_swayed_by_an_outlier() -> None:
    """One point that is far out hides the relation from Pearson, not from Spearman."""
    rng = np.random.default_rng(3)
    one = rng.standard_normal(200)
    other = one + 0.2 * rng.standard_normal(200)
    other[50] = 1e6

    [pearson] = correlate(np.stack([one, other]))
    [spearman] = correlate(np.stack([one, other]), method="spearman")

    assert abs(pearson.coefficient) < 0.5
    assert spearman.coefficient > 0.9


def test_gaps_are_left_out_pair_by_pair() -> None:
    """Only points that both have count."""
    rng = np.random.default_rng(4)
    one, other = rng.standard_normal(100), rng.standard_normal(100)
    one[:10], other[20:30] = np.nan, np.inf
    both = np.isfinite(one) & np.isfinite(other)

    [pair] = correlate(np.stack([one, other]))

    assert pair.points == 80
    assert pair.coefficient == pytest.approx(np.corrcoef(one[both], other[both])[0, 1])


@pytest.mark.parametrize(
    "other",
    [np.full(50, 3.0), np.full(50, np.nan), np.full(50, np.inf), np.zeros(50)],
    ids=["constant", "nan", "infinite", "zero"],
)
def test_where_nothing_can_be_said_the_reason_is(other: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """No number is made up for a series that does not move or is not there."""
    [pair] = correlate(np.stack([np.arange(50.0), other]), most_lag=5)

    assert pair.reason
    assert np.isnan(pair.p_value)


@pytest.mark.parametrize("points", [0, 1, 2, 5])
def test_few_points_are_too_few(points: int) -> None:
    """Two points always lie on a line."""
    [pair] = correlate(np.arange(2.0 * points).reshape(2, points), most_lag=5)

    assert "at least 10" in pair.reason


def test_huge_values_are_as_good_as_others() -> None:
    """The squares of 1e300 are infinite; the answer is that of small numbers."""
    one = np.random.default_rng(6).standard_normal((2, 60))

    assert correlate(one * 1e300)[0].coefficient == pytest.approx(correlate(one)[0].coefficient)


def test_no_series_are_no_pairs() -> None:
    """Nor is one of them."""
    assert correlate(np.zeros((0, 50))) == []
    assert correlate(np.arange(50.0).reshape(1, 50), most_lag=5) == []
