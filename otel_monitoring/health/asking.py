"""Ask one check, whatever it is and whatever it does, and return a verdict that can be shown."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from otel_monitoring.health.check import SEVERITY, Health

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from otel_monitoring.guard import Guard
    from otel_monitoring.health.background import Background
    from otel_monitoring.health.check import Terms

_LONGEST_TEXT = 500


class Asker:
    """Ask checks in the calling thread, which waits for them.

    Args:
        redact: Takes secrets out of what checks say.
        shield: Entered around each check, so that what it does is in nobody's telemetry.
        app_loop: Returns the event loop of the application; ``None`` while it is not known.
    """

    def __init__(
        self,
        *,
        redact: Callable[[str], str] = str,
        shield: Callable[[], AbstractContextManager[Any]] = nullcontext,
        app_loop: Callable[[], AbstractEventLoop | None] = lambda: None,
    ) -> None:
        self._redact = redact
        self._shield = shield
        self._app_loop = app_loop
        self._lock = threading.Lock()
        self._background: Background | None = None

    def ask(self, terms: Terms, guard: Guard) -> Health | None:
        """Return the verdict; ``None`` where the check could not be asked for reasons that are not its own.

        Args:
            terms: The check.
            guard: Catches what it raises.
        """
        verdict: list[Health | None] = []
        kind = ""
        with guard:
            try:
                with self._shield():
                    verdict.append(self._verdict(terms))
            except Exception as error:
                kind = type(error).__name__
                raise
        return verdict[0] if verdict else Health("unhealthy", f"the check raised {kind}", "See the log.")

    def stop(self, timeout_s: float) -> None:
        """End the event loop; the next asynchronous check starts another."""
        if self._background is not None:
            self._background.stop(timeout_s)

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._lock = threading.Lock()
        if self._background is not None:
            self._background.after_fork()

    def _verdict(self, terms: Terms) -> Health | None:
        found: Any = terms.check()
        if hasattr(found, "__await__"):
            from otel_monitoring.health.background import TooLateError, UnheardError

            app_loop = self._app_loop() if terms.on_app_loop else None
            if terms.on_app_loop and app_loop is None:
                _let_go(found)
                return None
            try:
                found = self._loop().result(found, timeout_s=terms.pace.timeout_s, app_loop=app_loop)
            except TooLateError:
                found = too_late(terms)
            except UnheardError:
                return None
        return self._shown(found)

    def _loop(self) -> Background:
        """Return the event loop, which only those pay for who have asynchronous checks."""
        with self._lock:
            if self._background is None:
                from otel_monitoring.health.background import Background

                self._background = Background()
            return self._background

    def _shown(self, found: object) -> Health:
        if found is None or found is True:
            return Health()
        if found is False:
            return Health("unhealthy", "the check said no")
        if not isinstance(found, Health) or found.status not in SEVERITY:
            said = repr(found.status) if isinstance(found, Health) else type(found).__name__
            return Health("unhealthy", f"the check answered {said}; expected Health, True, False or None")
        return Health(found.status, self._text(found.message), self._text(found.advice))

    def _text(self, text: str) -> str:
        return self._redact(str(text)[: 4 * _LONGEST_TEXT])[:_LONGEST_TEXT]


def too_late(terms: Terms) -> Health:
    """Return the verdict on a check that did not answer in time."""
    return Health("unhealthy", f"no answer within {terms.pace.timeout_s:g} s")


def _let_go(found: object) -> None:
    close = getattr(found, "close", None)
    if callable(close):
        close()
