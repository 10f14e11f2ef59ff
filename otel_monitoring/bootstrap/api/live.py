"""What is published as it changes: new samples, alerts and checks.

Alerts and checks are compared with what they were, in the loop and only while somebody listens. Alerts stand
the same at every process of a storage, whichever evaluates the rules, so that each tells its own listeners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.api.live.ending import is_ending
from otel_monitoring.api.live.hub import Hub
from otel_monitoring.bootstrap.api.routes import desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.api.desk import AlertDesk
    from otel_monitoring.bootstrap.lazy import LazyAnalysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.health.registry import HealthRegistry

_EVERY_S = 1.0


class Live:
    """Publish what changes.

    Args:
        hub: Who is told.
        alerts: Returns all alerts by what names them, as they are sent.
        health: Returns how the whole and each check is.
    """

    def __init__(
        self,
        hub: Hub,
        *,
        alerts: Callable[[], dict[str, dict[str, Any]]],
        health: Callable[[], dict[str, Any]],
    ) -> None:
        self._hub = hub
        self._alerts = alerts
        self._health = health
        self._known_alerts: dict[str, dict[str, Any]] | None = None
        self._known_health: dict[str, Any] | None = None
        self._collections = 0

    def collected(self, now_ms: int) -> None:
        """Tell that there are new samples."""
        self._collections += 1
        if self._hub.is_wanted:
            self._hub.publish("metrics", {"at": _time(now_ms), "collection": self._collections})

    def step(self, now_ms: int) -> None:
        """Tell what has changed since the last time; a job."""
        self._hub.step()
        if not self._hub.is_wanted:
            self._known_alerts = self._known_health = None
            return
        self._tell_alerts(now_ms)
        self._tell_health(now_ms)

    def _tell_alerts(self, now_ms: int) -> None:
        found, known = self._alerts(), self._known_alerts
        self._known_alerts = found
        for name, alert in found.items() if known is not None else ():
            before = known.get(name) if known else None
            if before is None or _told(before) != _told(alert):
                previous = None if before is None else before["state"]
                self._hub.publish("alerts", {"at": _time(now_ms), "previous": previous, "alert": alert})

    def _tell_health(self, now_ms: int) -> None:
        found, known = self._health(), self._known_health
        self._known_health = found
        if known is None or found == known:
            return
        before = known["checks"]
        changed = {name: status for name, status in found["checks"].items() if before.get(name) != status}
        self._hub.publish(
            "health",
            {
                "at": _time(now_ms),
                "status": found["status"],
                "previous": known["status"],
                "checks": [{"name": name, "status": status} for name, status in changed.items()],
            },
        )


def live(builder: Builder, analysis: LazyAnalysis, registry: HealthRegistry) -> Hub:
    """Return who is told what changes; the jobs that find it out are added to the loop."""
    hub = Hub(clock=builder.clock, most=builder.settings.api.streams, is_ending=is_ending)
    found = Live(hub, alerts=_Alerts(builder, analysis), health=lambda: _health(registry))
    builder.on_collect.append(lambda _data: found.collected(builder.clock.now_ms()))
    builder.loop.add("live", _EVERY_S, found.step)
    builder.services.append(hub)
    builder.parts.append(hub)
    return hub


class _Alerts:
    """All alerts, as the list of them shows them; asked for only while somebody listens."""

    def __init__(self, builder: Builder, analysis: LazyAnalysis) -> None:
        self._builder = builder
        self._analysis = analysis
        self._desk: AlertDesk | None = None

    def __call__(self) -> dict[str, dict[str, Any]]:
        from otel_monitoring.api.alerts import alert_body
        from otel_monitoring.api.desk import pairs_of

        if self._desk is None:
            self._desk = desk(self._builder, self._analysis.get(), started_ms=0)
        bodies = [
            alert_body(*pair, self._desk).model_dump(mode="json", by_alias=True)
            for pair in pairs_of(self._analysis.known_groups())
        ]
        return {f"{one['group']}/{one['rule']}/{one['fingerprint']}": one for one in bodies}


def _health(registry: HealthRegistry) -> dict[str, Any]:
    report = registry.report()
    return {"status": report.status, "checks": {one.name: one.status for one in report.checks}}


def _told(alert: dict[str, Any]) -> tuple[Any, ...]:
    """Return what about an alert is news when it changes; its value changes all the time."""
    words = ("state", "activeAt", "firedAt", "silencedBy", "inhibitedBy", "acknowledgedBy")
    return tuple(alert[word] for word in words)


def _time(time_ms: int) -> str:
    from otel_monitoring.api.values import time

    return time(time_ms).isoformat().replace("+00:00", "Z")
