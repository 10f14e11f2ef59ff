"""Every option: default, unit, environment variable, one line of explanation."""

from otel_monitoring.settings.groups import Settings
from otel_monitoring.settings.load import LoadedSettings, differences, examine_settings, load_settings
from otel_monitoring.settings.sources import Origin

__all__ = ["LoadedSettings", "Origin", "Settings", "differences", "examine_settings", "load_settings"]
