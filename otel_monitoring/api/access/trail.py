"""What is told of access: to the audit trail who came and what they did, as an event who was locked out."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from otel_monitoring.model.action import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from otel_monitoring.api.access.caller import Caller
    from otel_monitoring.model.clock import Clock

LOCKED_OUT: Final = "otel_monitoring.access.locked_out"
"""The name of the event, and of the entry."""

_MOST_TOLD, _TOLD_WINDOW_S = 30, 3600.0
_LONGEST_PATH: Final = 200


def _nothing(*_: Any) -> None:
    """Tell nobody."""


class Trail:
    """Write down who came and what they did.

    Args:
        clock: The time.
        audit: Takes entries of the audit trail; returns at once.
        event: Takes the name of an event, what people read, and its attributes.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        audit: Callable[[Action], object] = _nothing,
        event: Callable[[str, str, Mapping[str, Any]], object] = _nothing,
    ) -> None:
        self._clock = clock
        self._audit = audit
        self._event = event
        self._told: deque[float] = deque(maxlen=_MOST_TOLD)

    def signed_in(self, caller: Caller, address: str) -> None:
        """Note that a browser began a session."""
        self._write("access.signed_in", caller.name, caller.name, {"address": address})

    def signed_out(self, caller: Caller) -> None:
        """Note that a browser ended its session."""
        self._write("access.signed_out", caller.name, caller.name)

    def called(self, caller: Caller, method: str, path: str) -> None:
        """Note that an admin did what writes no entry of its own."""
        self._write("api.called", f"{method} {path}"[:_LONGEST_PATH], caller.name)

    def locked_out(self, address: str, wait_s: float) -> None:
        """Note that an address was wrong too often; of many in an hour the first are told.

        The trail is kept for ever: whoever guesses from many addresses must not fill it.
        """
        now_s = self._clock.monotonic_s()
        if len(self._told) == _MOST_TOLD and now_s - self._told[0] < _TOLD_WINDOW_S:
            return
        self._told.append(now_s)
        shown = address or "unknown"
        text = f"too many wrong credentials from {shown}: asked again in {wait_s:g} s"
        attributes = {"client.address": shown, "otel_monitoring.access.wait": wait_s}
        self._event(LOCKED_OUT, text, attributes)
        self._write("access.locked_out", shown, "gate", {"waitSeconds": wait_s})

    def _write(self, name: str, target: str, actor: str, after: Mapping[str, Any] | None = None) -> None:
        self._audit(Action(name, target, actor, self._clock.now_ms(), after=after or {}))
