"""One call, ``setup_telemetry(app)``, and the application is observable, watched and explained."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from otel_monitoring._version import __version__

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.setup import setup_telemetry
    from otel_monitoring.monitoring.instance import Monitoring
    from otel_monitoring.settings import Settings

_HOMES = {
    "Monitoring": "otel_monitoring.monitoring.instance",
    "Settings": "otel_monitoring.settings",
    "setup_telemetry": "otel_monitoring.bootstrap.setup",
}

__all__ = ["Monitoring", "Settings", "__version__", "setup_telemetry"]


def __getattr__(name: str) -> Any:
    """Import a public name from its home at its first use, so that ``import otel_monitoring`` stays light."""
    home = _HOMES.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
