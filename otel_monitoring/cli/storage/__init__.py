"""``otel-monitoring``: commands that work on a storage itself, whether an application runs on it or not."""
