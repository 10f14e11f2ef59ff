"""What health checks and probes cost."""
