"""What is published as it changes."""

from __future__ import annotations

import asyncio
from typing import Any

from otel_monitoring.api.live.hub import TOPICS, Hub
from otel_monitoring.bootstrap.api.live import Live
from otel_monitoring.testing import FakeClock
from tests.api.live.test_hub import events, heard

ALERT: dict[str, Any] = {
    "state": "pending",
    "activeAt": "2026-03-02T09:00:00Z",
    "firedAt": None,
    "value": 1.0,
    "silencedBy": [],
    "inhibitedBy": None,
    "acknowledgedBy": None,
}
HEALTHY: dict[str, Any] = {"status": "healthy", "checks": {"db": "healthy", "mail": "healthy"}}


class Scene:
    """A listener, and what there is to tell, which tests change."""

    def __init__(self) -> None:
        self.hub = Hub(clock=FakeClock(0), most=1)
        self.alerts: dict[str, dict[str, Any]] = {}
        self.health: dict[str, Any] = HEALTHY
        self.asked = 0
        self.live = Live(self.hub, alerts=self._all_alerts, health=lambda: self.health)

    def _all_alerts(self) -> dict[str, dict[str, Any]]:
        self.asked += 1
        return self.alerts


def told(*changes: Any) -> list[dict[str, Any]]:
    """Return what is published as the scene changes, a step after each."""

    async def tell() -> list[dict[str, Any]]:
        scene = Scene()
        stream = scene.hub.join(TOPICS)
        scene.live.step(0)
        for change in changes:
            change(scene)
            scene.live.step(1000)
        return events(await heard(stream))

    return asyncio.run(tell())


def alert(**changed: Any) -> Any:
    def change(scene: Scene) -> None:
        scene.alerts = {"a": {**ALERT, **changed}}

    return change


def health(status: str, **checks: str) -> Any:
    def change(scene: Scene) -> None:
        scene.health = {"status": status, "checks": {**HEALTHY["checks"], **checks}}

    return change


def test_a_new_alert_and_each_of_its_states_are_told() -> None:
    found = told(alert(), alert(state="firing"), alert(state="inactive"))

    assert [(one["data"]["previous"], one["data"]["alert"]["state"]) for one in found] == [
        (None, "pending"),
        ("pending", "firing"),
        ("firing", "inactive"),
    ]


def test_who_takes_care_is_told() -> None:
    found = told(alert(), alert(acknowledgedBy="kim"))

    assert [one["data"]["alert"]["acknowledgedBy"] for one in found] == [None, "kim"]


def test_another_value_is_no_news() -> None:
    assert len(told(alert(), alert(value=2.0), alert(value=3.0))) == 1


def test_what_was_there_before_is_no_news() -> None:
    async def tell() -> list[dict[str, Any]]:
        scene = Scene()
        scene.alerts = {"a": ALERT}
        stream = scene.hub.join(TOPICS)
        scene.live.step(0)
        return events(await heard(stream))

    assert asyncio.run(tell()) == []


def test_a_check_that_changes_is_told_with_the_whole() -> None:
    (found,) = told(health("degraded", mail="unhealthy"), health("degraded", mail="unhealthy"))

    assert found["data"] == {
        "at": "1970-01-01T00:00:01Z",
        "status": "degraded",
        "previous": "healthy",
        "checks": [{"name": "mail", "status": "unhealthy"}],
    }


def test_each_collection_is_told() -> None:
    found = told(lambda scene: scene.live.collected(500), lambda scene: scene.live.collected(900))

    assert [one["data"]["collection"] for one in found] == [1, 2]


def test_nothing_is_asked_while_nobody_listens() -> None:
    scene = Scene()

    scene.live.collected(0)
    scene.live.step(0)

    assert (scene.asked, scene.hub.stats()["events"]) == (0, 0)
