"""What became of a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["waiting", "delivered", "failed", "refused", "superseded"]
"""``refused``: too many waited. ``superseded``: a newer message about the same group took its place."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message on one channel.

    Times are Unix milliseconds; ``None`` where it was not tried.

    Attributes:
        key: The key of the message on this channel.
        receiver: Who was to be told.
        channel: The name of the channel within the receiver.
        status: Whether the message said firing or resolved; ``report`` of one that is about no alert.
        outcome: How it ended, or ``waiting``.
        attempts: How often it was tried.
        error: Why the last try failed, without secrets; empty where none did.
        at_ms: When it was decided.
        first_try_ms: When it was tried first.
        last_try_ms: When it was tried last.
        group_key: Which group it told about.
        alert_names: The names of its alerts, each once.
    """

    key: str
    receiver: str
    channel: str
    status: str
    outcome: Outcome
    attempts: int
    error: str
    at_ms: int
    first_try_ms: int | None = None
    last_try_ms: int | None = None
    group_key: str = ""
    alert_names: tuple[str, ...] = ()
