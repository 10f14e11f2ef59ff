"""The event loop on which asynchronous checks are awaited: one thread, replaced where somebody blocks it.

It lasts from run to run, so that a client that a check keeps open stays usable.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError, wait
from typing import TYPE_CHECKING

from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Future

    from otel_monitoring.health.check import Answer


_LOOK_EVERY_S = 5.0


class TooLateError(MonitoringError):
    """A check was cancelled when its time was up."""


class UnheardError(MonitoringError):
    """A check was not run at all, for reasons that are not its own."""


class Background:
    """Await what checks return, from the threads in which they were called.

    Args:
        grace_s: Time in which a check has to end after it was cancelled, and a loop to answer.
    """

    def __init__(self, *, grace_s: float = 1.0) -> None:
        self._grace_s = grace_s
        self._lock = threading.Lock()
        self._loop: _LoopThread | None = None
        self._of_parents: list[_LoopThread] = []

    def result(
        self,
        found: Awaitable[Answer],
        *,
        timeout_s: float,
        app_loop: asyncio.AbstractEventLoop | None = None,
    ) -> Answer:
        """Return what ``found`` gives; the calling thread waits.

        Somebody who neither ends nor can be cancelled keeps the calling thread, so that the check is not run
        again meanwhile. Who blocks the loop keeps it to themselves: the others go on with another one.

        Args:
            found: Awaited once.
            timeout_s: Time after which it is cancelled.
            app_loop: The loop to await it on; ``None`` for ours.

        Raises:
            TooLateError: It was cancelled when its time was up.
            UnheardError: It was never begun, or stopped together with its loop.
        """
        run = _Run(found, timeout_s)
        try:
            if app_loop is not None:
                return _end(_submit(run, app_loop), app_loop)
            own = self._running()
            future = _submit(run, own.loop)
            if not wait([future], timeout=timeout_s + self._grace_s).done:
                self._look_at(own, run)
            return _end(future, own.loop)
        except UnheardError:
            run.let_go()
            raise

    def stop(self, timeout_s: float) -> None:
        """Cancel what runs and end the thread; the next result starts another."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.end()
            loop.join(timeout_s)

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        if self._loop is not None:
            # Kept, never closed: closing it would take the parent's own descriptors out of the shared epoll.
            self._of_parents.append(self._loop)
        self._lock, self._loop = threading.Lock(), None

    def _running(self) -> _LoopThread:
        with self._lock:
            if self._loop is None:
                self._loop = _LoopThread()
            return self._loop

    def _look_at(self, own: _LoopThread, run: _Run) -> None:
        """Return where it is this one that does not end; else leave the loop and raise."""
        if own.loop.is_closed() or own.answers(self._grace_s):
            return
        with self._lock:
            if self._loop is own:
                self._loop = None
        is_to_blame = run.task is not None and asyncio.current_task(own.loop) is run.task
        own.end()
        if not is_to_blame:
            raise UnheardError if run.task is None else TooLateError


def _submit(run: _Run, loop: asyncio.AbstractEventLoop) -> Future[Answer]:
    begun = run.begin()
    try:
        return asyncio.run_coroutine_threadsafe(begun, loop)
    except RuntimeError:  # the loop is closed
        begun.close()
        raise UnheardError from None


def _end(future: Future[Answer], loop: asyncio.AbstractEventLoop) -> Answer:
    """Wait for as long as there is something to wait for."""
    while not wait([future], timeout=_LOOK_EVERY_S).done:
        if loop.is_closed():
            raise UnheardError
    try:
        return future.result()
    except CancelledError:
        raise UnheardError from None


class _Run:
    """One awaitable, on its way through a loop."""

    def __init__(self, found: Awaitable[Answer], timeout_s: float) -> None:
        self._found = found
        self._timeout_s = timeout_s
        self.task: asyncio.Task[Answer] | None = None

    async def begin(self) -> Answer:
        self.task = asyncio.current_task()
        try:
            async with asyncio.timeout(self._timeout_s) as limit:
                return await self._found
        except TimeoutError:
            if limit.expired():
                raise TooLateError from None
            raise
        except asyncio.CancelledError:
            if self.task is None or self.task.cancelling():
                raise  # the loop ends
            msg = "the check cancelled itself"
            raise MonitoringError(msg) from None

    def let_go(self) -> None:
        """Close what nobody has begun to await."""
        close = getattr(self._found, "close", None)
        if self.task is None and callable(close):
            close()


class _LoopThread:
    """A loop that runs in a thread until it is told to end."""

    def __init__(self) -> None:
        self._is_there = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="otel-monitoring-health-loop", daemon=True)
        self._thread.start()
        self._is_there.wait()

    def answers(self, timeout_s: float) -> bool:
        """Tell whether the loop gets round to something new in time."""
        heard = threading.Event()
        return self._tell(heard.set) and heard.wait(timeout_s)

    def end(self) -> None:
        """Let the loop end as soon as it can."""
        self._tell(self.loop.stop)

    def join(self, timeout_s: float) -> None:
        """Wait for the end."""
        self._thread.join(timeout_s)

    def _tell(self, call: Callable[[], object]) -> bool:
        try:
            self.loop.call_soon_threadsafe(call)
        except RuntimeError:  # it is closed
            return False
        return True

    def _serve(self) -> None:
        with asyncio.Runner() as runner:
            self.loop = runner.get_loop()
            self._is_there.set()
            self.loop.run_forever()
