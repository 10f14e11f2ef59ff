"""Whether one time differs from another: durations, shares, rates."""
