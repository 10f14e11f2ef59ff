"""``/metrics``: the newest sample of every series, as Prometheus scrapes it and as JSON."""
