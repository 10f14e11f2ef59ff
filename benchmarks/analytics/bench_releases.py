"""How often a release is called slower that is not, and how often one that is.

Requests are counted in the buckets of our middleware. Each comparison is one of 2,000 requests before with
2,000 after, in 24 slots of time each, with a median between 10 ms and 2 s. ``restless`` traffic has slots
that differ by themselves. Beside ours stands what dashboards show: the 95th percentile, called slower where
it grew by a twentieth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.analytics.comparison.durations import Slowdown, slowdown
from tests.analytics.comparison.traffic import BOUNDS_S, SHAPES, slots

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.timeout(900)

EACH = 400
MOST_FALSE, LEAST_FOUND = 0.05, 0.9
SLOWER = 1.1


def called_slower(answer: Slowdown) -> bool:
    """Tell what we say."""
    return answer.p_value <= 0.05 and answer.ratio > 0


def by_percentile(answer: Slowdown) -> bool:
    """Tell what the 95th percentile says."""
    return answer.after.p95_s > 1.05 * answer.before.p95_s


def shares(judge: Callable[[Slowdown], bool], *, slower: float, restless: float, seed: int) -> list[float]:
    """Return how often each shape is called slower."""
    found = []
    for shape in SHAPES:
        rng = np.random.default_rng([seed, SHAPES.index(shape)])
        hits = 0
        for _ in range(EACH):
            median_s = 10 ** rng.uniform(-2, 0.3)
            before = slots(rng, shape, median_s, restless=restless)
            after = slots(rng, shape, median_s, restless=restless, slower=slower)
            hits += judge(slowdown(before, after, BOUNDS_S))
        found.append(hits / EACH)
    return found


def test_regressions_are_found_and_hardly_any_is_made_up() -> None:
    """A/A at most 5 %, a slowdown of 10 % over 2,000 requests in at least 90 %."""
    print(f"\n{EACH} comparisons each, 2,000 requests before and after: called slower")
    print(f"{'':34}{'all':>8}" + "".join(f"{shape:>8}" for shape in SHAPES))
    means = {}
    for name, judge in (("ours", called_slower), ("p95 grew by 5 %", by_percentile)):
        for what, slower, restless in (
            ("A/A", 1.0, 0.0),
            ("A/A, restless 5 %", 1.0, 0.05),
            ("A/B, 10 % slower", SLOWER, 0.0),
        ):
            found = shares(judge, slower=slower, restless=restless, seed=4)
            means[name, what] = float(np.mean(found))
            print(f"{name:16}{what:18}{means[name, what]:8.1%}" + "".join(f"{one:8.1%}" for one in found))

    assert means["ours", "A/A"] <= MOST_FALSE
    assert means["ours", "A/B, 10 % slower"] >= LEAST_FOUND
