"""``make demo``: a small shop with visitors, an outage, and the alert that tells of it."""
