"""Many people at once, while rules are asked and routes are read anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from otel_monitoring.guard import all_guards
from tests.api.alerting.instance import ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.alerting.instance import Instance

TURNS = 12


class Crowd:
    """People who each do one thing again and again."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.fingerprint = instance.fingerprint("TooManyOrders")
        self.statuses: set[int] = set()

    def ask(self, method: str, path: str, **more: Any) -> Any:
        answer = self.instance.ask(method, path, **more)
        self.statuses.add(answer.status_code)
        return answer.json() if answer.content else None

    def silence(self, _turn: int) -> None:
        given = {"matchers": ["job=shop"], "for": "1h", "createdBy": "kim", "comment": "c"}
        made = self.ask("POST", "/silences", json=given)
        self.ask("PUT", f"/silences/{made['id']}", json={"for": "2h"})
        self.ask("DELETE", f"/silences/{made['id']}")

    def acknowledge(self, _turn: int) -> None:
        path = f"/alerts/{self.fingerprint}"
        self.ask("POST", f"{path}/acknowledge", json={"by": "ada"})
        self.ask("GET", path)
        self.ask("DELETE", f"{path}/acknowledge")

    def reload(self, turn: int) -> None:
        self.instance.routes.write_text(ROUTES.replace("team/web", f"team{turn % 3}"))
        self.ask("POST", "/notifications/reload")
        self.ask("GET", "/receivers")
        self.ask("GET", "/alertmanager/api/v2/alerts/groups")

    def evaluate(self, _turn: int) -> None:
        self.instance.clock.advance(1)
        self.instance.analysis.evaluate(self.instance.clock.now_ms())
        self.instance.analysis.trim(self.instance.clock.now_ms())


def caught() -> int:
    return sum(sum(guard.counts().values()) for guard in all_guards())


def test_nobody_is_in_anybodys_way(make: Callable[..., Instance]) -> None:
    instance = make(routes=ROUTES)
    instance.fire()
    crowd, before = Crowd(instance), caught()

    def again_and_again(work: Callable[[int], None]) -> None:
        for turn in range(TURNS):
            work(turn)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(again_and_again, (crowd.silence, crowd.acknowledge, crowd.reload, crowd.evaluate)))

    assert crowd.statuses == {200, 201, 204}
    assert caught() == before
    done = [name for name, actor in instance.actions() if actor != "file"]  # which is watched as well
    assert {name: done.count(name) for name in set(done)} == dict.fromkeys(
        (
            "silence.created",
            "silence.changed",
            "silence.expired",
            "alert.acknowledged",
            "alert.acknowledged.withdrawn",
            "routing.reloaded",
        ),
        TURNS,
    )
    assert {one["state"] for one in instance.get("/silences")["silences"]} == {"expired"}
    assert instance.get(f"/alerts/{crowd.fingerprint}")["receivers"] == [f"team{(TURNS - 1) % 3}"]
