"""Processes with their figures over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.endpoints import window_of
from otel_monitoring.api.instances import instance_bodies, instances_router
from otel_monitoring.storage.samples.follow import Seen
from otel_monitoring.storage.samples.sources import Run, Source
from otel_monitoring.storage.service import Service
from otel_monitoring.testing import FakeClock
from otel_monitoring.views.instances import figures
from tests.api.asking import Asked
from tests.views.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.api.windows import WantedWindow
    from otel_monitoring.views.instances import Figures


@pytest.fixture
def asked() -> Asked:
    """A process that ran for forty minutes, a young one, and one that nobody measures."""
    shop = Shop()
    shop.process.serve("/cart", 0.02, times=80)
    shop.pass_time(2400)
    shop.begin("b").serve("/cart", 0.2, times=19)
    shop.process.serve("/cart", 0.2, status="500")
    shop.pass_time(30)
    clock = FakeClock(shop.now_ms)

    def found(wants: WantedWindow) -> Mapping[str, Figures]:
        window = window_of(wants, clock)
        return figures(shop.counting, window.start_ms, window.end_ms)

    seen = [
        Seen(Run(1, Source(name, Service("shop"), host="a", pid=7), shop.now_ms, 3, None, ""), is_alive=True)
        for name in ("a", "b", "c")
    ]
    bodies = instance_bodies(seen, now_ms=shop.now_ms)
    return Asked(instances_router(lambda: bodies, figures=found))


def listed(asked: Asked, **params: Any) -> dict[str, Any]:
    answer = asked.get("/instances", **params)
    assert answer.status_code == 200, answer.text
    return {one["id"]: one["figures"] for one in answer.json()["instances"]}


def test_each_process_has_its_own_figures(asked: Asked) -> None:
    found = listed(asked, figures=True)

    young = found["b"]
    assert 0.1 < young.pop("p95") <= 0.25
    assert young == {
        "knownSeconds": 30,
        "requests": 20,
        "errors": 1,
        "errorRate": 0.05,
        "perMinute": 40,
        "processor": None,
        "memoryBytes": None,
    }
    assert found["a"]["perMinute"] == pytest.approx(80 / 40.5, abs=1e-6)
    assert found["c"] is None


def test_they_are_of_the_time_that_is_asked_for(asked: Asked) -> None:
    found = listed(asked, figures=True, window="10m")

    assert (found["a"]["requests"], found["b"]["requests"]) == (0, 20)


def test_nobody_who_does_not_ask_for_them_has_them(asked: Asked) -> None:
    assert listed(asked) == {"a": None, "b": None, "c": None}


def test_a_time_that_is_none_is_refused(asked: Asked) -> None:
    answer = asked.get("/instances", figures=True, window="soon")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.window")
