"""Service levels: what they promise, how much of the error budget is left, and what a month was like."""
