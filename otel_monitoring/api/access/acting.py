"""Who acts while a request is served, so that the audit trail names those who were let in.

A request may say in whose name it acts; what it says is kept, and beside it stands what was proven.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from otel_monitoring.api.access.caller import Caller
    from otel_monitoring.model.action import Action

API_ACTOR: Final = "api"
"""Who did it, where a request does not say."""


@dataclass(slots=True)
class Acting:
    """A request that may change something.

    Attributes:
        caller: Who sent it.
        has_told: Whether the audit trail has an entry of it.
    """

    caller: Caller
    has_told: bool = False


ACTING: Final[ContextVar[Acting | None]] = ContextVar("otel_monitoring.acting", default=None)
"""The request that is served here; worker threads of a request see the same one."""


def signed(action: Action) -> Action:
    """Return an action with the name of the caller: ``kim`` becomes ``kim (key ci)``."""
    acting = ACTING.get()
    if acting is None:
        return action
    acting.has_told = True
    name = acting.caller.name
    if action.actor in ("", API_ACTOR, name):
        return replace(action, actor=name)
    return replace(action, actor=f"{action.actor} ({name})")
