"""What somebody did to the configuration of a running instance: the content of an audit event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Action:
    """One change, with who made it.

    Attributes:
        name: What was done, such as ``rule.disabled``.
        target: To what, such as the name of a rule.
        actor: Who did it.
        at_ms: When, Unix milliseconds.
        before: What was there; empty where there was nothing.
        after: What is there now; empty where there is nothing any more.
    """

    name: str
    target: str
    actor: str
    at_ms: int
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audited:
    """An action as it is kept.

    Attributes:
        action: What was done.
        number: Its place where it is kept, from 1.
        digest: Its hash, which holds the one of the entry before; empty where it is in memory alone.
        instance: The ``service.instance.id`` of the process where it was done; empty where that is not known.
    """

    action: Action
    number: int
    digest: str = ""
    instance: str = ""
