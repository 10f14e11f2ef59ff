"""One call, ``setup_telemetry(app)``, and the application is observable, watched and explained."""

from otel_monitoring._version import __version__

__all__ = ["__version__"]
