"""Shares as people read them."""

from __future__ import annotations

import pytest

from otel_monitoring.reports.slos.standing import measured


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1.0, "100%"),
        (0.854302, "85.43%"),
        (0.5, "50%"),
        (0.99875, "99.875%"),
        (0.9999727, "99.99727%"),
        (1 - 1e-9, "100%"),
        (0.0, "0%"),
    ],
)
def test_a_share_has_the_digits_that_tell_what_was_not_good(ratio: float, text: str) -> None:
    assert measured(ratio) == text
