"""Dashboards of a service: each a document, changed only by whoever has seen its newest version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from otel_monitoring.model.dashboard import (
    Dashboard,
    DashboardChangedError,
    DashboardUnknownError,
    TooManyDashboardsError,
)
from otel_monitoring.storage.documents import pack, plain, unpack
from otel_monitoring.storage.statements import insert_one
from otel_monitoring.storage.tables import DASHBOARDS

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection


class KeptDashboards:
    """The dashboards of one service; those of others are neither seen nor changed.

    Args:
        service: The key of the service.
        most: How many there may be.
    """

    def __init__(self, *, service: str, most: int) -> None:
        self._service = service
        self._most = most

    def stamps(self, connection: Connection) -> dict[str, tuple[int, int]]:
        """Return ``Dashboard.stamp`` of each, by its id, at little cost."""
        table = DASHBOARDS.c
        query = select(table.id, table.version, table.changed_ms).where(table.service == self._service)
        return {row.id: (row.version, row.changed_ms) for row in connection.execute(query)}

    def load(self, connection: Connection, ids: Collection[str]) -> list[Dashboard]:
        """Return those of some ids that there are."""
        if not ids:
            return []
        table = DASHBOARDS.c
        query = select(DASHBOARDS).where(table.service == self._service, table.id.in_(ids))
        return [_dashboard(row) for row in connection.execute(query)]

    def put(self, connection: Connection, dashboard: Dashboard, *, over: int) -> None:
        """Keep a dashboard in place of the one at version ``over``; 0 for none.

        Raises:
            DashboardChangedError: It is at another version.
            DashboardUnknownError: It is gone.
            TooManyDashboardsError: There is no room for another one.
        """
        row = _row(dashboard)
        if over:
            change = update(DASHBOARDS).where(self._at(dashboard.id, over)).values(row)
            if connection.execute(change).rowcount == 0:
                self._refuse(connection, dashboard.id, over)
            return
        count = select(func.count()).select_from(DASHBOARDS).where(DASHBOARDS.c.service == self._service)
        is_full = connection.scalars(count).one() >= self._most
        if is_full and not self.load(connection, [dashboard.id]):
            raise TooManyDashboardsError(self._most)
        if not insert_one(connection, DASHBOARDS, {"service": self._service, "id": dashboard.id, **row}):
            self._refuse(connection, dashboard.id, over)

    def remove(self, connection: Connection, dashboard_id: str, *, over: int) -> None:
        """Forget the dashboard at version ``over``.

        Raises:
            DashboardChangedError: It is at another version.
            DashboardUnknownError: It is gone.
        """
        if connection.execute(delete(DASHBOARDS).where(self._at(dashboard_id, over))).rowcount == 0:
            self._refuse(connection, dashboard_id, over)

    def _at(self, dashboard_id: str, version: int) -> ColumnElement[bool]:
        table = DASHBOARDS.c
        return (table.service == self._service) & (table.id == dashboard_id) & (table.version == version)

    def _refuse(self, connection: Connection, dashboard_id: str, over: int) -> None:
        for current in self.load(connection, [dashboard_id]):
            raise DashboardChangedError(current, over=over)
        raise DashboardUnknownError(dashboard_id)


def _row(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "version": dashboard.version,
        "title": plain(dashboard.title),
        "changed_ms": dashboard.changed_ms,
        "changed_by": plain(dashboard.changed_by),
        "document": pack(dict(dashboard.content)),
    }


def _dashboard(row: Any) -> Dashboard:
    return Dashboard(
        id=row.id,
        version=row.version,
        title=row.title,
        changed_ms=row.changed_ms,
        changed_by=row.changed_by,
        content=unpack(row.document),
    )
