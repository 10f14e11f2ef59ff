"""Asynchronous checks: one loop that lasts, and nobody who can hold it up for the others."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.errors import MonitoringError
from otel_monitoring.health.background import Background, TooLateError, UnheardError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

LONG_S = 30.0
GRACE_S = 0.5
"""In which a loop answers that nobody blocks, on a machine with other work."""


@pytest.fixture
def background() -> Iterator[Background]:
    made = Background(grace_s=GRACE_S)
    yield made
    made.stop(10)


def in_thread(call: Callable[[], object]) -> Future[object]:
    """Call something in a thread of its own."""
    from concurrent.futures import Future

    future: Future[object] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is handed over
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


async def which_loop(found: list[asyncio.AbstractEventLoop]) -> bool:
    await asyncio.sleep(0)
    found.append(asyncio.get_running_loop())
    return True


def test_the_loop_lasts_from_run_to_run(background: Background) -> None:
    """A client that a check keeps open belongs to one loop."""
    found: list[asyncio.AbstractEventLoop] = []

    answers = [background.result(which_loop(found), timeout_s=LONG_S) for _ in range(3)]

    assert answers == [True, True, True]
    assert len(set(map(id, found))) == 1


def test_who_takes_too_long_is_cancelled(background: Background) -> None:
    ended = threading.Event()

    async def hang() -> bool:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return True

    with pytest.raises(TooLateError):
        background.result(hang(), timeout_s=0.01)

    assert ended.is_set()


def test_a_time_limit_of_the_check_itself_is_its_own_error(background: Background) -> None:
    async def limited() -> bool:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
        return True

    with pytest.raises(TimeoutError):
        background.result(limited(), timeout_s=LONG_S)


def test_who_cancels_itself_has_failed(background: Background) -> None:
    async def cancel() -> bool:
        raise asyncio.CancelledError

    with pytest.raises(MonitoringError, match="the check cancelled itself"):
        background.result(cancel(), timeout_s=LONG_S)


def test_who_blocks_the_loop_keeps_it_and_the_others_go_on(background: Background) -> None:
    release, blocked = threading.Event(), threading.Event()

    async def block() -> bool:
        blocked.set()
        release.wait(LONG_S)
        return True

    blocking = in_thread(lambda: background.result(block(), timeout_s=0.01))
    assert blocked.wait(LONG_S)
    answer = wait_for(lambda: background.result(which_loop([]), timeout_s=GRACE_S))

    assert answer is True
    assert not blocking.done()  # it is not run again while it hangs
    release.set()
    assert isinstance(blocking.exception(LONG_S), TooLateError | None)


def wait_for(call: Callable[[], object]) -> object:
    """Return what ``call`` gives once it is heard."""
    for _ in range(100):
        try:
            return call()
        except UnheardError:
            pass
    pytest.fail("nobody was heard")


def test_who_waits_on_a_blocked_loop_is_let_go(background: Background) -> None:
    release, blocked, begun = threading.Event(), threading.Event(), threading.Event()

    async def wait() -> bool:
        begun.set()
        await asyncio.Event().wait()
        return True

    async def block() -> bool:
        blocked.set()
        release.wait(LONG_S)
        return True

    waiting = in_thread(lambda: background.result(wait(), timeout_s=0.3))
    assert begun.wait(LONG_S)
    in_thread(lambda: background.result(block(), timeout_s=0.01))
    assert blocked.wait(LONG_S)

    assert isinstance(waiting.exception(LONG_S), TooLateError)
    release.set()


def test_who_cannot_be_cancelled_keeps_its_thread(background: Background) -> None:
    release = threading.Event()

    async def resist() -> bool:
        while not release.is_set():
            try:
                await asyncio.sleep(0.005)
            except asyncio.CancelledError:
                continue
        return True

    resisting = in_thread(lambda: background.result(resist(), timeout_s=0.01))
    assert background.result(which_loop([]), timeout_s=LONG_S) is True

    assert not resisting.done()
    release.set()
    assert resisting.result(LONG_S) is True


def test_what_runs_at_the_end_is_not_heard(background: Background) -> None:
    begun = threading.Event()

    async def wait() -> bool:
        begun.set()
        await asyncio.Event().wait()
        return True

    waiting = in_thread(lambda: background.result(wait(), timeout_s=LONG_S))
    assert begun.wait(LONG_S)
    background.stop(LONG_S)

    assert isinstance(waiting.exception(LONG_S), UnheardError)
    assert background.result(which_loop([]), timeout_s=LONG_S) is True  # another loop


def test_the_loop_of_the_application_can_be_used(background: Background) -> None:
    found: list[asyncio.AbstractEventLoop] = []

    async def application() -> object:
        loop = asyncio.get_running_loop()
        call = in_thread(lambda: background.result(which_loop(found), timeout_s=LONG_S, app_loop=loop))
        return await asyncio.wrap_future(call)

    assert asyncio.run(application()) is True
    assert found[0].is_closed()


def test_a_loop_that_has_ended_hears_nobody(background: Background) -> None:
    loop = asyncio.new_event_loop()
    loop.close()

    with pytest.raises(UnheardError):
        background.result(which_loop([]), timeout_s=LONG_S, app_loop=loop)


def test_a_child_process_has_a_loop_of_its_own(background: Background) -> None:
    found: list[asyncio.AbstractEventLoop] = []
    background.result(which_loop(found), timeout_s=LONG_S)

    background.after_fork()
    background.result(which_loop(found), timeout_s=LONG_S)

    assert found[0] is not found[1]
    assert not found[0].is_closed()  # it is the parent's
    found[0].call_soon_threadsafe(found[0].stop)
