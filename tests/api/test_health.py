"""``/health``: one word for strangers, the whole for those who may read, and running a check."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.access.caller import Caller, note_caller
from otel_monitoring.api.health import health_router
from otel_monitoring.api.router import _application as application
from otel_monitoring.health.check import Health
from otel_monitoring.health.registry import HealthRegistry
from otel_monitoring.reports.insights.score import HealthScore, ScorePart
from otel_monitoring.testing import FakeClock
from tests.api.client import get

if TYPE_CHECKING:
    import httpx

    from otel_monitoring.api.asgi import Receive, Scope, Send

T_MS = 1_700_000_000_000
SHORT = {"status", "at"}


def score() -> HealthScore:
    part = ScorePart("checks", 30.0, 15.0, 1.0, "", "1 of 2 checks are not healthy: db.")
    return HealthScore(30.0, "unhealthy", (part,), T_MS)


class Shop:
    """Routes about two checks, asked by a viewer or by a stranger."""

    def __init__(self, db: Health | None = None) -> None:
        self.registry = HealthRegistry(clock=FakeClock(T_MS))
        self.release = threading.Event()
        self.release.set()
        self.db = db or Health()
        self.registry.register("db", self._look, critical=True)
        self.registry.register("mail", lambda: True)
        self.registry.start()
        assert self.registry.wait(30)
        self.app = application()
        self.app.include_router(health_router(self.registry, score))

    def _look(self) -> Health:
        self.release.wait(30)
        return self.db

    def ask(self, path: str, *, is_known: bool = True, method: str = "GET") -> httpx.Response:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if is_known:
                note_caller(scope, Caller("key ci", "admin", "key"))
            await self.app(scope, receive, send)

        return get(app, path, method=method)


@pytest.mark.parametrize("query", ["", "?verbose=true", "?verbose=false"])
def test_a_stranger_learns_the_status_and_nothing_else(query: str) -> None:
    answer = Shop(Health("degraded", "slow")).ask(f"/health{query}", is_known=False)

    assert answer.json() == {"status": "degraded", "at": "2023-11-14T22:13:20Z"}


def test_who_may_read_gets_the_whole() -> None:
    body = Shop(Health("unhealthy", "refused", "Start it.")).ask("/health").json()

    assert {name: value for name, value in body.items() if name not in ("checks", "parts")} == {
        "status": "unhealthy",
        "at": "2023-11-14T22:13:20Z",
        "ready": False,
        "notReady": ["db is unhealthy"],
        "score": 30.0,
    }
    assert [one["why"] for one in body["parts"]] == ["1 of 2 checks are not healthy: db."]
    assert body["checks"][0] == {
        "name": "db",
        "status": "unhealthy",
        "message": "refused",
        "advice": "Start it.",
        "critical": True,
        "failures": 1,
        "checkedAt": "2023-11-14T22:13:20Z",
        "changedAt": "2023-11-14T22:13:20Z",
        "latencySeconds": 0.0,
    }
    assert [one["name"] for one in body["checks"]] == ["db", "mail"]


def test_who_wants_the_status_alone_gets_it() -> None:
    assert Shop().ask("/health?verbose=false").json().keys() == SHORT


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize(("status", "code"), [("healthy", 200), ("degraded", 200), ("unhealthy", 503)])
def test_load_balancers_see_by_the_code_what_is_unhealthy(status: Any, code: int, is_known: bool) -> None:
    answer = Shop(Health(status)).ask("/health", is_known=is_known)

    assert (answer.status_code, answer.json()["status"]) == (code, status)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_monitors_may_ask_for_the_head_alone() -> None:
    assert Shop(Health("unhealthy")).ask("/health", is_known=False, method="HEAD").status_code == 503


def test_nothing_is_checked_while_somebody_waits() -> None:
    """P16."""
    shop = Shop()
    shop.release.clear()
    shop.registry.run("db")

    answers = [shop.ask(path).status_code for path in ("/health", "/health/ready", "/health/checks/db")]
    shop.release.set()

    assert answers == [200, 200, 200]


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/health/live", 200, {"status": "alive"}),
        ("/health/ready", 503, {"status": "not ready"}),
    ],
)
def test_the_router_alone_answers_probes_alike(path: str, status: int, body: dict[str, str]) -> None:
    answer = Shop(Health("unhealthy")).ask(path, is_known=False)

    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers["cache-control"] == "no-store"


def test_one_check_is_told() -> None:
    body = Shop(Health("degraded", "slow")).ask("/health/checks/db").json()

    assert (body["name"], body["status"], body["message"]) == ("db", "degraded", "slow")


@pytest.mark.parametrize(("method", "path"), [("GET", "/health/checks/x"), ("POST", "/health/checks/x/run")])
def test_a_check_that_nobody_has_is_not_found(method: str, path: str) -> None:
    answer = Shop().ask(path, method=method)

    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "path.name is 'x': expected the name of a check",
    )


def test_a_check_is_run_at_once() -> None:
    shop = Shop()
    shop.db = Health("degraded", "slow")

    answer = shop.ask("/health/checks/db/run?wait=10", method="POST")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


def test_who_does_not_wait_gets_what_was_found_before() -> None:
    shop = Shop()
    shop.release.clear()
    shop.db = Health("unhealthy")

    answer = shop.ask("/health/checks/db/run?wait=0", method="POST")
    shop.release.set()

    assert (answer.status_code, answer.json()["status"]) == (202, "healthy")


@pytest.mark.parametrize("wait", ["-1", "11", "nan", "inf", "soon"])
def test_nobody_waits_for_long(wait: str) -> None:
    assert Shop().ask(f"/health/checks/db/run?wait={wait}", method="POST").status_code == 422
