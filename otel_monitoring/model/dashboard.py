"""A dashboard that somebody arranged, and why one cannot be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard, as it was at one version.

    Attributes:
        id: Names it in addresses.
        version: Counts its changes, from 1.
        title: What people call it.
        changed_ms: When it was changed last, Unix milliseconds.
        changed_by: Who changed it last.
        content: What is on it, as plain values: ``description`` and ``panels``.
    """

    id: str
    version: int
    title: str
    changed_ms: int
    changed_by: str
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def panels(self) -> int:
        """How many panels it has."""
        return len(self.content.get("panels", ()))

    @property
    def stamp(self) -> tuple[int, int]:
        """What tells this state from any other: one that was removed and made anew begins at 1 again."""
        return self.version, self.changed_ms


class DashboardError(MonitoringError):
    """A dashboard cannot be kept, or is not there."""


class DashboardUnknownError(DashboardError):
    """There is no dashboard of an id.

    Args:
        dashboard_id: What was asked for.
    """

    def __init__(self, dashboard_id: str) -> None:
        super().__init__(f"dashboard {dashboard_id!r} does not exist")


class DashboardChangedError(DashboardError):
    """A dashboard is not at the version that a change was made from: somebody else was faster.

    Args:
        current: What it is now.
        over: The version that the change was made from; 0 where there was to be none.
    """

    def __init__(self, current: Dashboard, *, over: int) -> None:
        super().__init__(
            f"dashboard {current.id!r} is at version {current.version}, changed by {current.changed_by}: "
            f"expected version {over}"
        )
        self.current = current


class TooManyDashboardsError(DashboardError):
    """There are as many dashboards as may be.

    Args:
        most: How many those are.
    """

    def __init__(self, most: int) -> None:
        super().__init__(f"there are {most} dashboards, which is the most: remove one first")
