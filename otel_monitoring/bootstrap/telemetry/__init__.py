"""OpenTelemetry, wired: what is observed, what is exported, and who it is about."""
