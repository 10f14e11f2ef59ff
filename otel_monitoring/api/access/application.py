"""The application's own users: a function of the application says who sends a request, and what they may do.

It is code of others, asked at our door: it gets a few threads of its own and a time limit, and whatever it
raises means that nobody is let in.
"""

from __future__ import annotations

import inspect
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, get_args

from otel_monitoring.api.access.caller import Caller, Role
from otel_monitoring.context.correlation import bounded
from otel_monitoring.errors import AccessError
from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.api.asgi import Scope

REASONS: Final = ("nobody", "http", "timeout", "busy", "error")

_NAME: Final = "of the application"
_ROLES: Final = get_args(Role)


class ApplicationCallers:
    """Ask the application who sends a request.

    Args:
        ask: Gets the Starlette ``Request`` with headers and cookies, without its body, and returns ``None``
            for nobody, ``"viewer"``, ``"admin"`` or a ``Caller``; ``def`` or ``async def``. ``def`` runs in a
            thread.
        timeout_s: The longest time that an answer may take.
        most_threads: How many calls of a ``def`` may be under way; what comes on top of them is refused.

    Raises:
        AccessError: ``ask`` cannot be called.
    """

    def __init__(
        self, ask: Callable[[Any], object], *, timeout_s: float = 5.0, most_threads: int = 8
    ) -> None:
        self._ask = _callable(ask)
        self._is_async = _is_async(ask)
        self._timeout_s = timeout_s
        self._most_threads = most_threads
        self._guard = Guard("access.application")
        self._refused = dict.fromkeys(REASONS, 0)
        self.after_fork()

    async def caller_of_request(self, scope: Scope) -> Caller | None:
        """Return who sends a request; ``None`` for nobody. Never raises."""
        if scope["type"] != "http":
            return None
        reason = "error"
        with self._guard:
            caller, reason = await self._asked(scope)
            if caller is not None:
                return caller
        self._refused[reason] += 1
        return None

    def refused(self) -> dict[str, int]:
        """Return how many requests came from nobody so far, by reason."""
        return dict(self._refused)

    def after_fork(self) -> None:
        """Forget the calls that the parent process was in."""
        self._free = threading.BoundedSemaphore(self._most_threads)

    async def _asked(self, scope: Scope) -> tuple[Caller | None, str]:
        """Return who it is, or why it is nobody."""
        from anyio import fail_after
        from starlette.exceptions import HTTPException
        from starlette.requests import Request

        request = Request({**scope})
        try:
            with fail_after(self._timeout_s):
                answer = await self._answer(request)
        except HTTPException:
            return None, "http"  # how such functions say no
        except TimeoutError:
            return None, "timeout"
        except _BusyError:
            return None, "busy"
        return _caller(answer), "nobody"

    async def _answer(self, request: Any) -> object:
        answer: Any = self._ask(request) if self._is_async else await self._in_thread(request)
        return await answer if inspect.isawaitable(answer) else answer

    async def _in_thread(self, request: Any) -> object:
        from anyio import CapacityLimiter, to_thread

        if not self._free.acquire(blocking=False):
            raise _BusyError
        turn = _Turn(self._ask, self._free)
        try:
            # The limit of a call of its own: the threads of the application are not for us to use up.
            return await to_thread.run_sync(
                turn.run, request, abandon_on_cancel=True, limiter=CapacityLimiter(1)
            )
        finally:
            turn.give_up()


class _BusyError(AccessError):
    """As many calls are under way as there may be."""


class _Turn:
    """One call in a thread; its place is free again when it has ended, or will not begin."""

    def __init__(self, ask: Callable[[Any], object], free: threading.Semaphore) -> None:
        self._ask = ask
        self._free = free
        self._first = threading.Lock()

    def run(self, request: Any) -> object:
        """Ask, unless nobody waits for it any more."""
        if not self._first.acquire(blocking=False):
            return None
        try:
            return self._ask(request)
        finally:
            self._free.release()

    def give_up(self) -> None:
        """Free the place of a call that did not begin."""
        if self._first.acquire(blocking=False):
            self._free.release()


def _callable(ask: Any) -> Callable[[Any], object]:
    if not callable(ask):
        msg = f"access is {type(ask).__name__}, expected a function of a request"
        raise AccessError(msg)
    found: Callable[[Any], object] = ask
    return found


def _is_async(ask: Callable[[Any], object]) -> bool:
    return inspect.iscoroutinefunction(ask) or inspect.iscoroutinefunction(type(ask).__call__)


def _caller(answer: Any) -> Caller | None:
    """Return whom an answer means.

    Raises:
        AccessError: It is none of these, such as ``True`` or a user of the application.
    """
    if answer is None:
        return None
    caller = answer if isinstance(answer, Caller) else Caller(_NAME, answer)
    name = bounded(caller.name) if isinstance(caller.name, str) else None
    if not isinstance(caller.role, str) or caller.role not in _ROLES or not name:
        msg = f"access returned {type(answer).__name__}, expected None, 'viewer', 'admin' or a Caller"
        raise AccessError(msg)
    # Who may choose a name of their own must not be taken for a key, or for the token.
    return replace(caller, name=f"user {name}", by="application", proof="")
