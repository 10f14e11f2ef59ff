"""Dashboards in the storage, as one process uses it: what others did comes in, what waited goes out.

This module needs SQLAlchemy; import it lazily on the start-up path.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from otel_monitoring.model.dashboard import DashboardError
from otel_monitoring.storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.model.dashboard import Dashboard
    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.repositories.dashboards import KeptDashboards
    from otel_monitoring.stores.dashboards import DashboardStore

_log = logging.getLogger(__name__)

_AWAY = "What changes here stays in the memory of this process until the storage takes it: {reason}."
_LONGEST_TITLE = 100


class SharedDashboards:
    """The dashboards of a service in the storage; whoever uses it brings a lock.

    Args:
        database: What the processes share.
        kept: The dashboards of the service.
    """

    def __init__(self, *, database: Database, kept: KeptDashboards) -> None:
        self._database = database
        self._kept = kept
        self._waiting: dict[str, int] = {}
        """The versions that lay in the storage before what was done here meanwhile; 0 for none."""
        self.note = ""
        """Why changes are in memory for now; empty where the storage answered last."""

    def look(self, known: DashboardStore) -> None:
        """Write what waits, and take over what other processes did; where that cannot be, nothing changes."""
        try:
            self._hand_over(known)
            with self._database.read() as connection:
                stamps = self._kept.stamps(connection)
                mine = {one.id: one.stamp for one in known.all()}
                news = [one for one, stamp in stamps.items() if mine.get(one) != stamp]
                changed = self._kept.load(connection, news)
        except StorageError as error:
            self._lost(error)
            return
        self.note = ""
        known.show(changed, gone=mine.keys() - stamps.keys())

    def put(self, dashboard: Dashboard, *, over: int) -> None:
        """Write a dashboard now, or have it wait where the storage is away.

        Raises:
            DashboardError: Another process was faster, or there is no room for it.
        """
        self._write(dashboard.id, over, lambda connection: self._kept.put(connection, dashboard, over=over))

    def remove(self, dashboard_id: str, *, over: int) -> None:
        """Forget a dashboard now, or have that wait where the storage is away.

        Raises:
            DashboardError: Another process was faster.
        """
        self._write(
            dashboard_id, over, lambda connection: self._kept.remove(connection, dashboard_id, over=over)
        )

    def _write(self, dashboard_id: str, over: int, write: Callable[[Any], None]) -> None:
        if dashboard_id not in self._waiting:
            try:
                with self._database.write() as connection:
                    write(connection)
            except StorageError as error:
                self._lost(error)
            else:
                return
        self._waiting.setdefault(dashboard_id, over)

    def _hand_over(self, known: DashboardStore) -> None:
        for dashboard_id, over in list(self._waiting.items()):
            try:
                self._settle(dashboard_id, known.find(dashboard_id), over)
            except DashboardError as error:
                self._set_apart(dashboard_id, known, error)
            del self._waiting[dashboard_id]

    def _settle(self, dashboard_id: str, ours: Dashboard | None, over: int) -> None:
        """Write what became of a dashboard here."""
        with self._database.write() as connection:
            if ours is not None:
                self._kept.put(connection, ours, over=over)
            elif over:
                self._kept.remove(connection, dashboard_id, over=over)

    def _set_apart(self, dashboard_id: str, known: DashboardStore, error: DashboardError) -> None:
        """Leave a dashboard as others made it meanwhile, and keep ours beside it."""
        ours = known.find(dashboard_id)
        _log.warning(
            "a dashboard that was changed while the storage was away was changed there too: %s", error
        )
        if ours is None:
            return
        apart = replace(
            ours, id=secrets.token_hex(5), version=1, title=f"{ours.title[:_LONGEST_TITLE]} (kept apart)"
        )
        known.show((), gone=[dashboard_id])
        try:
            self._settle(apart.id, apart, 0)
        except DashboardError as refused:
            _log.warning("the dashboard %r cannot be kept: %s", apart.title, refused)

    def _lost(self, error: StorageError) -> None:
        self.note = _AWAY.format(reason=error)
