"""How long requests took, from buckets as they are written."""

from __future__ import annotations

import math

from otel_monitoring.views.latency import Durations

CART, PAY = ("GET", "/cart"), ("POST", "/pay")


def test_a_bound_that_is_spelt_in_two_ways_is_one() -> None:
    """Half of the processes write 1.0 and Inf, the others 1 and +Inf."""
    apart = [
        (CART, "0.5", 8.0),
        (CART, "1", 5.0),
        (CART, "1.0", 5.0),
        (CART, "+Inf", 6.0),
        (CART, "Inf", 6.0),
    ]
    whole = [(CART, "0.5", 8.0), (CART, "1", 10.0), (CART, "+Inf", 12.0)]

    found = Durations(apart, [CART])

    assert found.bounds.tolist() == [0.5, 1.0, math.inf]
    assert found.each() == Durations(whole, [CART]).each()


def test_endpoints_that_are_not_wanted_are_left_out() -> None:
    (only,) = Durations([(CART, "1", 4.0), (CART, "+Inf", 4.0), (PAY, "1", 9.0)], [CART]).each()

    assert only == Durations([(CART, "1", 4.0), (CART, "+Inf", 4.0)], [CART]).each()[0]
