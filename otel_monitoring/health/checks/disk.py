"""Whether a file system of this machine fills up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from otel_monitoring.health.check import Health
from otel_monitoring.health.checks.levels import Levels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ADVICE = "Remove or move what is not needed there, such as old logs, or give it a larger disk."
_MANY = 3


class Space(Protocol):
    """The space of one mounted file system."""

    @property
    def mountpoint(self) -> str:
        """Where it is mounted."""
        ...

    @property
    def ratio(self) -> float:
        """The used share of what ordinary processes can use, 0 to 1."""
        ...


class DiskCheck:
    """Look at how full the file systems are.

    Args:
        filesystems: Returns those that are looked at, with what is known of them.
        degraded_ratio: From this used share on degraded.
        unhealthy_ratio: From here on unhealthy.

    Raises:
        SettingsError: The ratios are not in order.
    """

    def __init__(
        self,
        filesystems: Callable[[], Iterable[Space]],
        *,
        degraded_ratio: float = 0.9,
        unhealthy_ratio: float = 0.97,
    ) -> None:
        self._filesystems = filesystems
        self._levels = Levels("disk", degraded_ratio, unhealthy_ratio)

    def __call__(self) -> Health:
        """Return how the fullest one is."""
        found = sorted(self._filesystems(), key=lambda one: -one.ratio)
        full = [one for one in found if self._levels.status(one.ratio) != "healthy"]
        if not full:
            return Health("healthy", _said(found[0]) if found else "")
        return Health(self._levels.status(full[0].ratio), ", ".join(map(_said, full[:_MANY])), _ADVICE)


def _said(space: Space) -> str:
    return f"{space.mountpoint} is {space.ratio:.0%} full"
