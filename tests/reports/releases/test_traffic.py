"""What endpoints did, from the buckets of their durations."""

from __future__ import annotations

import numpy as np

from otel_monitoring.reports.asking import Window
from otel_monitoring.reports.releases.traffic import Endpoint, traffic
from tests.reports.releases.shop_at_hand import BOUNDS_S, END_MS, MINUTE_MS, START_MS, query


def test_a_bound_that_is_spelt_in_two_ways_is_one() -> None:
    """The exporter of the second version writes 1.0 where the first one wrote 1."""
    window = Window(START_MS, END_MS, 5 * MINUTE_MS)

    alike = traffic(query(), window)
    found = traffic(query(spelling=("g", "")), window)

    cart = Endpoint("shop", "GET", "/cart")
    assert found[cart].bounds_s.tolist() == list(BOUNDS_S)
    assert np.array_equal(found[cart].slots.counts, alike[cart].slots.counts, equal_nan=True)
    assert found[cart].rate == alike[cart].rate
