"""What hearing telemetry costs."""
