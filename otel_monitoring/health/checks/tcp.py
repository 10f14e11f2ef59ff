"""Whether something takes connections at a host and port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.health.checks.asking import SLOW_S, TIMEOUT_S, Asking
from otel_monitoring.health.checks.line import Line
from otel_monitoring.health.checks.place import Place

if TYPE_CHECKING:
    from otel_monitoring.health.check import Health
    from otel_monitoring.model.deadline import Deadline


class TcpCheck:
    """Connect to a port and hang up.

    Args:
        host: The name or address.
        port: The port.
        timeout_s: The longest time until it is connected.
        slow_s: A connection that took longer is degraded.

    Raises:
        SettingsError: Host, port or a time cannot be used.
    """

    def __init__(self, host: str, port: int, *, timeout_s: float = TIMEOUT_S, slow_s: float = SLOW_S) -> None:
        place = Place(host, port)
        advice = f"Start what should listen at {place}, or open the firewall in between."
        self._asking = Asking(str(place), advice=advice, timeout_s=timeout_s, slow_s=slow_s)
        self._line = Line(place)

    def __call__(self) -> Health:
        """Return how it is."""
        return self._asking.verdict(self._ask)

    def _ask(self, deadline: Deadline) -> None:
        with self._line.open(deadline):
            pass
