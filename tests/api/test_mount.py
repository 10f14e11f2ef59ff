"""The API below its prefix."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.mount import Mounted
from otel_monitoring.guard import Guard
from tests.api.client import connect_websocket, get

if TYPE_CHECKING:
    from otel_monitoring.api.asgi import Receive, Scope, Send


class AppFake:
    """Answer with what the scope says."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(dict(scope))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def test_is_built_by_the_first_request_in_another_thread_and_once() -> None:
    threads: list[threading.Thread] = []
    app = AppFake()

    def build() -> AppFake:
        threads.append(threading.current_thread())
        return app

    mounted = Mounted(build, prefix="/monitoring")
    assert threads == []

    assert [get(mounted, "/monitoring/alerts").text for _ in range(2)] == ["ok", "ok"]
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


@pytest.mark.parametrize(
    ("path", "root_path", "inner_path", "inner_root"),
    [
        ("/monitoring/alerts", "", "/alerts", "/monitoring"),
        ("/monitoring", "", "", "/monitoring"),
        ("/proxy/monitoring/alerts", "/proxy", "/alerts", "/proxy/monitoring"),
        ("/monitoring/alerts", "/proxy", "/alerts", "/proxy/monitoring"),
    ],
)
def test_the_prefix_becomes_part_of_the_root_path(
    path: str, root_path: str, inner_path: str, inner_root: str
) -> None:
    app = AppFake()
    mounted = Mounted(lambda: app, prefix="/monitoring/")
    scope = {"type": "http", "path": path, "root_path": root_path, "headers": []}

    async def nothing(*_: object) -> Any:
        return {"type": "http.request"}

    assert mounted.owns(scope)
    asyncio.run(mounted(scope, nothing, nothing))

    seen = app.scopes[0]
    assert seen["root_path"] == inner_root
    assert seen["path"].removeprefix(inner_root) == inner_path
    assert scope["path"] == path


@pytest.mark.parametrize("path", ["/", "/monitoringx", "/other/monitoring", "/Monitoring/alerts"])
def test_other_paths_are_not_its_own(path: str) -> None:
    assert not Mounted(AppFake, prefix="/monitoring").owns({"type": "http", "path": path})


def test_what_cannot_be_built_is_unavailable_and_tried_again() -> None:
    guard = Guard("api")
    tries: list[int] = []

    def build() -> AppFake:
        tries.append(1)
        if len(tries) == 1:
            msg = "no framework"
            raise ImportError(msg)
        return AppFake()

    mounted = Mounted(build, prefix="/m", guard=guard)
    first, second = get(mounted, "/m/alerts"), get(mounted, "/m/alerts")

    assert (first.status_code, first.json()["detail"]) == (503, "The log says why.")
    assert second.status_code == 200
    assert guard.counts() == {"ImportError": 1}


def test_an_error_inside_never_comes_out() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        msg = "bug"
        raise ZeroDivisionError(msg)

    guard = Guard("api")

    assert get(Mounted(lambda: broken, prefix="/m", guard=guard), "/m/x").status_code == 503
    assert guard.counts() == {"ZeroDivisionError": 1}


def test_an_answer_that_began_is_not_begun_again() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        msg = "bug"
        raise ZeroDivisionError(msg)

    assert get(Mounted(lambda: broken, prefix="/m"), "/m/x").status_code == 500


def test_a_websocket_is_closed_where_nothing_could_be_built() -> None:
    def build() -> AppFake:
        raise ImportError

    sent = asyncio.run(connect_websocket(Mounted(build, prefix="/m"), "/m/x"))

    assert sent == [{"type": "websocket.close", "code": 1011}]


def test_a_child_process_takes_a_lock_of_its_own() -> None:
    mounted = Mounted(AppFake, prefix="/m")
    mounted._lock.acquire()

    mounted.after_fork()

    assert get(mounted, "/m/x").text == "ok"
