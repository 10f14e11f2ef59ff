"""The HTTP API of Prometheus, version 1, over our own series and rules."""
