"""The application's own word on who calls: believed to the letter, and never in the way."""

from __future__ import annotations

import asyncio
import functools
import logging
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import pytest
from starlette.exceptions import HTTPException

from otel_monitoring.api.access.application import ApplicationCallers
from otel_monitoring.api.access.caller import Caller
from otel_monitoring.errors import AccessError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

USER: ContextVar[str] = ContextVar("user", default="nobody")


def scope(**headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "method": "GET",
        "path": "/monitoring/alerts",
        "root_path": "/monitoring",
        "query_string": b"",
        "headers": raw,
    }


def asked(callers: ApplicationCallers, **headers: str) -> Caller | None:
    return asyncio.run(callers.caller_of_request(scope(**headers)))


def odd_caller(name: Any, role: Any) -> Caller:
    """Return what nobody keeps a user from writing."""
    return Caller(name, role)


def wait_until_free(callers: ApplicationCallers, places: int) -> None:
    """Threads that nobody waits for any more end in their own time."""
    for _ in range(places):
        assert callers._free.acquire(timeout=20)
    callers._free.release(places)


def reasons(callers: ApplicationCallers) -> dict[str, int]:
    return {reason: count for reason, count in callers.refused().items() if count}


def by_cookie(request: Request) -> str | None:
    return "admin" if request.cookies.get("staff") == "yes" else None


async def by_header(request: Request) -> Caller | None:
    name = request.headers.get("x-user")
    return Caller(name, "viewer") if name else None


def awaited(request: Request) -> Awaitable[Caller | None]:
    return by_header(request)


class ByObject:
    """Something that is called and is no function."""

    async def __call__(self, request: Request) -> str:
        return "viewer" if request.headers else "admin"


def test_a_plain_function_is_asked_with_the_request() -> None:
    callers = ApplicationCallers(by_cookie)

    assert asked(callers, cookie="staff=yes") == Caller("user of the application", "admin", "application")
    assert asked(callers, cookie="staff=no") is None
    assert reasons(callers) == {"nobody": 1}


def test_an_asynchronous_function_names_its_caller() -> None:
    assert asked(ApplicationCallers(by_header), x_user="kim") == Caller("user kim", "viewer", "application")


@pytest.mark.parametrize("ask", [functools.partial(by_header), awaited, ByObject(), ByObject().__call__])
def test_whatever_can_be_called_will_do(ask: Callable[[Any], object]) -> None:
    caller = asked(ApplicationCallers(ask), x_user="kim")

    assert caller is not None
    assert caller.role == "viewer"


def test_a_plain_function_runs_in_a_thread_and_sees_the_context() -> None:
    """It may look into a database, and must not hold up the event loop meanwhile."""
    seen: list[tuple[bool, str]] = []

    def ask(_request: Request) -> str:
        seen.append((threading.current_thread() is threading.main_thread(), USER.get()))
        return "viewer"

    async def main() -> None:
        USER.set("kim")
        await ApplicationCallers(ask).caller_of_request(scope())

    asyncio.run(main())

    assert seen == [(False, "kim")]


@pytest.mark.parametrize("error", [HTTPException(401), HTTPException(503), HTTPException(200)])
def test_a_function_that_says_no_in_its_own_way_lets_nobody_in(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def ask(_request: Request) -> str:
        raise error

    callers = ApplicationCallers(ask)

    assert asked(callers) is None
    assert reasons(callers) == {"http": 1}
    assert [record for record in caplog.records if record.name.startswith("otel_monitoring")] == []


def test_a_function_that_fails_lets_nobody_in_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    def ask(_request: Request) -> str:
        msg = "the database is away"
        raise ConnectionError(msg)

    callers = ApplicationCallers(ask)
    with caplog.at_level(logging.DEBUG, logger="otel_monitoring"):
        found = [asked(callers) for _ in range(3)]

    assert found == [None] * 3
    assert reasons(callers) == {"error": 3}
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(
    "answer",
    [
        True,
        False,
        1,
        "",
        "Admin",
        "superuser",
        b"admin",
        ["admin"],
        {"role": "admin"},
        object(),
        odd_caller("kim", "root"),
        odd_caller("kim", ["admin"]),
        odd_caller("", "admin"),
        odd_caller(None, "admin"),
    ],
)
def test_an_answer_that_is_none_of_those_expected_lets_nobody_in(answer: Any) -> None:
    """Least of all ``True``, or a user object that is simply there."""
    callers = ApplicationCallers(lambda _request: answer)

    assert asked(callers) is None
    assert reasons(callers) == {"error": 1}


@pytest.mark.parametrize("name", ["token", "key ci", "user 42"])
def test_a_user_who_is_called_like_a_key_is_not_taken_for_one(name: str) -> None:
    """People choose their names when they sign up; the audit must tell them from keys."""
    caller = asked(ApplicationCallers(lambda _request: Caller(name, "viewer")))

    assert caller is not None
    assert caller.name == f"user {name}"


def test_what_a_caller_says_of_its_proof_is_ours_to_say() -> None:
    """A name writes no line of its own, and the application hands out no keys."""
    given = Caller("kim\nroot", "viewer", "token", proof="key 2fo3kq7xab", routes=("/metrics",))

    caller = asked(ApplicationCallers(lambda _request: given))

    assert caller == Caller("user kim?root", "viewer", "application", routes=("/metrics",))


def test_a_function_that_hangs_ends_with_its_time() -> None:
    async def ask(_request: Request) -> str:
        await asyncio.Event().wait()
        return "admin"

    callers = ApplicationCallers(ask, timeout_s=0.01)

    assert asked(callers) is None
    assert reasons(callers) == {"timeout": 1}


def test_threads_that_hang_are_few_and_serve_again_when_they_go_on() -> None:
    """A database that hangs takes no thread of the application, and no more than a few of ours."""
    goes_on, begun = threading.Event(), threading.Semaphore(0)

    def ask(_request: Request) -> str:
        begun.release()
        goes_on.wait(20)
        return "viewer"

    callers = ApplicationCallers(ask, timeout_s=1, most_threads=2)

    async def main() -> list[Caller | None]:
        hanging = [await callers.caller_of_request(scope()) for _ in range(5)]
        goes_on.set()
        wait_until_free(callers, 2)
        return [*hanging, await callers.caller_of_request(scope())]

    *hanging, served = asyncio.run(main())

    assert hanging == [None] * 5
    assert reasons(callers) == {"timeout": 2, "busy": 3}
    assert served is not None
    assert [begun.acquire(blocking=False) for _ in range(4)] == [True, True, True, False]


def test_a_request_that_is_cancelled_frees_its_place() -> None:
    """Whoever hangs up while a thread is asked costs no place for good."""
    callers = ApplicationCallers(by_cookie, most_threads=1)

    async def main() -> Caller | None:
        task = asyncio.create_task(callers.caller_of_request(scope()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        wait_until_free(callers, 1)
        return await callers.caller_of_request(scope(cookie="staff=yes"))

    assert asyncio.run(main()) is not None


def test_the_body_of_a_request_is_not_for_the_function() -> None:
    """The route behind the gate will read it."""

    async def ask(request: Request) -> str:
        await request.body()
        return "admin"

    callers = ApplicationCallers(ask)

    assert asked(callers) is None
    assert reasons(callers) == {"error": 1}


def test_what_the_function_notes_in_the_scope_stays_with_it() -> None:
    def ask(request: Request) -> str:
        request.scope["path"] = "/metrics"
        return "viewer"

    given = scope()
    asyncio.run(ApplicationCallers(ask).caller_of_request(given))

    assert given == scope()


def test_a_websocket_is_nobodys() -> None:
    callers = ApplicationCallers(lambda _request: "admin")

    assert asyncio.run(callers.caller_of_request({**scope(), "type": "websocket"})) is None


def test_what_cannot_be_called_is_refused_at_the_start() -> None:
    given: Any = "admin"

    with pytest.raises(AccessError, match="access is str, expected a function"):
        ApplicationCallers(given)
