"""How asking something becomes a verdict: healthy, slow, or why there was no good answer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from opentelemetry.instrumentation.utils import suppress_instrumentation

from otel_monitoring.errors import MonitoringError, SettingsError
from otel_monitoring.health.check import Health
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from otel_monitoring.model.clock import Clock

TIMEOUT_S = 4.0
"""Below the 5 seconds after which the registry calls a check late, so that the reason is told."""
SLOW_S = 1.0

_LONGEST_REASON = 200
_MARK = "***"
_LATE = "late"


class AskError(MonitoringError):
    """The answer was not a good one; the message says in what way, without secrets."""


class Asking:
    """Ask one thing within a time, and say what that means.

    Args:
        what: What is asked, as messages call it; without secrets.
        advice: What to do when there is no good answer.
        timeout_s: The longest time of the whole conversation.
        slow_s: An answer that took longer is degraded.
        secrets: Texts that no message shows.
        clock: Measures how long an answer took.

    Raises:
        SettingsError: A time is not above 0.
    """

    def __init__(
        self,
        what: str,
        *,
        advice: str,
        timeout_s: float = TIMEOUT_S,
        slow_s: float = SLOW_S,
        secrets: Iterable[str] = (),
        clock: Clock | None = None,
    ) -> None:
        for name, value in (("timeout_s", timeout_s), ("slow_s", slow_s)):
            if not value > 0:
                msg = f"{what}: {name} is {value!r}: expected a time above 0"
                raise SettingsError(msg)
        self.what = what
        self.timeout_s = timeout_s
        self._advice = advice
        self._slow_s = slow_s
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
        self._clock = clock or SystemClock()

    def verdict(
        self, ask: Callable[[Deadline], Health | None], errors: tuple[type[Exception], ...] = (OSError,)
    ) -> Health:
        """Return what came of ``ask``, which is not seen in any telemetry.

        Args:
            ask: Asks until the deadline; returns a verdict of its own, or ``None`` for a good answer.
            errors: What it raises besides :class:`AskError` where there is no good answer.
        """
        expected: tuple[type[Exception], ...] = (AskError, *errors)
        begun_s = self._clock.monotonic_s()
        deadline = Deadline(self.timeout_s)
        try:
            with suppress_instrumentation():
                found = ask(deadline)
        except expected as error:
            return Health("unhealthy", f"{self.what} {self._why(error, deadline)}", self._advice)
        if deadline.is_over:  # what was cut off at the end may look like an answer
            return Health("unhealthy", f"{self.what} {self._too_late()}", self._advice)
        took_s = self._clock.monotonic_s() - begun_s
        if (found is None or found.status == "healthy") and took_s > self._slow_s:
            late = f"{self.what} took {took_s:.2f} s to answer, more than {self._slow_s:g} s"
            return Health("degraded", late, f"Look at the load of {self.what} and at the network in between.")
        return found or Health()

    def _why(self, error: Exception, deadline: Deadline) -> str:
        if deadline.is_over:
            return self._too_late()
        if isinstance(error, AskError):
            return self._shown(str(error))
        known = next(_known(error), None)
        if known == _LATE:
            return "gave no answer in time"
        return f"cannot be asked: {known or self._shown(_words(error))}"

    def _too_late(self) -> str:
        return f"gave no answer within {self.timeout_s:g} s"

    def _shown(self, text: str) -> str:
        """Return a text of somebody else as one short line without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, _MARK)
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line if len(line) <= _LONGEST_REASON else f"{line[: _LONGEST_REASON - 1]}…"


def _known(error: BaseException) -> Iterator[str]:
    """Yield plain words for what the system or TLS says, from the outermost error inwards."""
    import socket
    import ssl

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            yield f"its certificate is not accepted: {cause.verify_message}"
        elif isinstance(cause, socket.gaierror):
            yield "its name cannot be resolved"
        elif isinstance(cause, TimeoutError):
            yield _LATE
        elif isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and cause.errno:
            yield os.strerror(cause.errno)
        cause = cause.__cause__ or cause.__context__


def _words(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
