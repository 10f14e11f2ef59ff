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
