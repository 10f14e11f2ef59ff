"""Whether the event loop of the application keeps up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.health.check import Health
from otel_monitoring.health.checks.levels import Levels

if TYPE_CHECKING:
    from collections.abc import Callable

_ADVICE = (
    "Something blocks the event loop: move calls that wait or compute for long into threads or processes."
)


class EventLoopCheck:
    """Look at how late the event loop runs its timers.

    Args:
        lag_s: Returns how late it was at worst lately, in seconds; ``None`` where no loop is known.
        degraded_s: From here on degraded.
        unhealthy_s: From here on unhealthy.

    Raises:
        SettingsError: The times are not in order.
    """

    def __init__(
        self, lag_s: Callable[[], float | None], *, degraded_s: float = 0.5, unhealthy_s: float = 5
    ) -> None:
        self._lag_s = lag_s
        self._levels = Levels("event loop", degraded_s, unhealthy_s)

    def __call__(self) -> Health:
        """Return how it is."""
        lag_s = self._lag_s()
        status = "healthy" if lag_s is None else self._levels.status(lag_s)
        if lag_s is None or status == "healthy":
            return Health()
        return Health(status, f"the event loop was {lag_s:.2f} s late", _ADVICE)
