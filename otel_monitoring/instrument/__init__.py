"""Telemetry by patching: servers, libraries, the system and the runtime."""
