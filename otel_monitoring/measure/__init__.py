"""Telemetry by calling: timers, metrics, logs."""
