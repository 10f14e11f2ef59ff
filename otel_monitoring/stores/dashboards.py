"""Dashboards in memory: bounded in number, changed only by whoever has seen the newest version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.dashboard import (
    DashboardChangedError,
    DashboardUnknownError,
    TooManyDashboardsError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from otel_monitoring.model.dashboard import Dashboard


class DashboardStore:
    """The dashboards that a process knows; whoever uses it brings a lock.

    Args:
        most: How many there may be.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._known: dict[str, Dashboard] = {}

    def all(self) -> list[Dashboard]:
        """Return all of them, by title."""
        return sorted(self._known.values(), key=lambda one: (one.title.casefold(), one.id))

    def find(self, dashboard_id: str) -> Dashboard | None:
        """Return a dashboard, or ``None`` where there is none of that id."""
        return self._known.get(dashboard_id)

    def put(self, dashboard: Dashboard, *, over: int) -> None:
        """Keep a dashboard in place of the one at version ``over``; 0 for none.

        Raises:
            DashboardChangedError: It is at another version.
            DashboardUnknownError: It is gone.
            TooManyDashboardsError: There is no room for another one.
        """
        self.check(dashboard.id, over=over)
        self._known[dashboard.id] = dashboard

    def remove(self, dashboard_id: str, *, over: int) -> None:
        """Forget the dashboard at version ``over``.

        Raises:
            DashboardChangedError: It is at another version.
            DashboardUnknownError: It is gone.
        """
        self.check(dashboard_id, over=over)
        del self._known[dashboard_id]

    def check(self, dashboard_id: str, *, over: int) -> None:
        """Raise what :meth:`put` would raise."""
        current = self._known.get(dashboard_id)
        if current is not None and current.version != over:
            raise DashboardChangedError(current, over=over)
        if current is None and over:
            raise DashboardUnknownError(dashboard_id)
        if current is None and len(self._known) >= self._most:
            raise TooManyDashboardsError(self._most)

    def show(self, changed: Iterable[Dashboard], *, gone: Iterable[str] = ()) -> None:
        """Take what others did, whatever is known here."""
        for one in changed:
            self._known[one.id] = one
        for dashboard_id in gone:
            self._known.pop(dashboard_id, None)
