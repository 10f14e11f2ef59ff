"""Ranks."""

from __future__ import annotations

import numpy as np

from otel_monitoring.analytics.correlation.ranks import ranked


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    """Two values at the places two and three have the rank 2.5; a gap has none."""
    found = ranked(np.array([[5.0, 1.0, np.nan, 5.0, 9.0]]))

    assert np.array_equal(found, [[2.5, 1.0, np.nan, 2.5, 4.0]], equal_nan=True)
