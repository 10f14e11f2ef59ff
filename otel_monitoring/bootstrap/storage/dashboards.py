"""The dashboards of a service: in the storage where it answers, in memory where it does not.

Whatever is asked first looks whether another process changed something. What people change while the storage
is away is theirs at once in this process, and goes to the storage with the next question that it answers.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.api.access.acting import signed
from otel_monitoring.model.action import Action
from otel_monitoring.model.dashboard import Dashboard, DashboardUnknownError
from otel_monitoring.stores.dashboards import DashboardStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.bootstrap.storage.shared_dashboards import SharedDashboards
    from otel_monitoring.model.clock import Clock

MOST_DASHBOARDS: Final = 100
_NO_STORAGE: Final = (
    "There is no storage: dashboards are in the memory of this process and gone when it ends. "
    "Set storage.url to keep them."
)


class Dashboards:
    """All dashboards of a service; thread-safe.

    Args:
        clock: The time.
        audit: Takes what was done by whom.
        shared: Those in the storage; ``None`` without one.
        known: Where those that this process knows are; ``None`` for an empty place.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        audit: Callable[[Action], object],
        shared: SharedDashboards | None = None,
        known: DashboardStore | None = None,
    ) -> None:
        self._clock = clock
        self._audit = audit
        self._shared = shared
        self._known = known or DashboardStore(most=MOST_DASHBOARDS)
        self._lock = threading.Lock()

    def after_fork(self) -> None:
        """Take a fresh lock in a child process: another thread of the parent may have held this one."""
        self._lock = threading.Lock()

    @property
    def note(self) -> str:
        """Why dashboards are in memory alone, as people read it; empty where they are kept."""
        if self._shared is None:
            return _NO_STORAGE
        return self._shared.note

    def all(self) -> list[Dashboard]:
        """Return all of them, by title."""
        with self._lock:
            self._look()
            return self._known.all()

    def get(self, dashboard_id: str) -> Dashboard:
        """Return one.

        Raises:
            DashboardUnknownError: There is none of that id.
        """
        with self._lock:
            self._look()
            return self._there(dashboard_id)

    def add(self, *, title: str, content: Mapping[str, Any], actor: str) -> Dashboard:
        """Make a dashboard with an id of its own.

        Raises:
            DashboardError: There is no room for it.
        """
        return self.put(secrets.token_hex(5), title=title, content=content, over=0, actor=actor)

    def put(
        self, dashboard_id: str, *, title: str, content: Mapping[str, Any], over: int, actor: str
    ) -> Dashboard:
        """Keep a dashboard in place of the one at version ``over``; 0 where there is to be none.

        Raises:
            DashboardChangedError: Somebody else was faster.
            DashboardError: It is gone, or there is no room for it.
        """
        action = Action("dashboard.changed", dashboard_id, actor, self._clock.now_ms())
        made = Dashboard(dashboard_id, over + 1, title, action.at_ms, signed(action).actor, content)
        with self._lock:
            self._look()
            before = self._known.find(dashboard_id)
            self._known.check(dashboard_id, over=over)
            if self._shared is not None:
                self._shared.put(made, over=over)
            self._known.put(made, over=over)
        name = "dashboard.created" if before is None else action.name
        self._audit(replace(action, name=name, before=_told(before), after=_told(made)))
        return made

    def remove(self, dashboard_id: str, *, over: int | None, actor: str) -> Dashboard:
        """Forget a dashboard; return what it was.

        Args:
            dashboard_id: Names it.
            over: The version that is known to whoever removes it; ``None`` for any.
            actor: Who does it.

        Raises:
            DashboardChangedError: Somebody else was faster.
            DashboardUnknownError: It is gone.
        """
        with self._lock:
            self._look()
            before = self._there(dashboard_id)
            version = before.version if over is None else over
            self._known.check(dashboard_id, over=version)
            if self._shared is not None:
                self._shared.remove(dashboard_id, over=version)
            self._known.remove(dashboard_id, over=version)
        now_ms = self._clock.now_ms()
        self._audit(Action("dashboard.removed", dashboard_id, actor, now_ms, before=_told(before)))
        return before

    def _there(self, dashboard_id: str) -> Dashboard:
        found = self._known.find(dashboard_id)
        if found is None:
            raise DashboardUnknownError(dashboard_id)
        return found

    def _look(self) -> None:
        if self._shared is not None:
            self._shared.look(self._known)


def _told(dashboard: Dashboard | None) -> dict[str, Any]:
    """Return what the audit says of a dashboard, which is kept for ever: little."""
    if dashboard is None:
        return {}
    titles = [panel.get("title", "") for panel in dashboard.content.get("panels", ())]
    return {"title": dashboard.title, "version": dashboard.version, "panels": titles}
