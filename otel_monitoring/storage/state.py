"""Whether the storage can be used, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "not_opened",
    "refused",
    "unreachable",
    "read_only",
    "full",
    "corrupt",
    "moved",
    "newer_schema",
    "busy",
    "forked",
    "failed",
]
"""What is the matter, for a metric: few and fixed. ``moved``: the file that was opened is not the one at the
path any more; ``forked``: this process inherited connections that were in use."""


@dataclass(frozen=True, slots=True)
class Available:
    """The storage can be used.

    Attributes:
        since_ms: Since when, Unix milliseconds.
    """

    since_ms: int


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The storage cannot be used: everything goes on in memory alone.

    Attributes:
        kind: What is the matter, in one of a few words.
        reason: What is the matter, as people read it, without secrets.
        since_ms: Since when, Unix milliseconds.
    """

    kind: Kind
    reason: str
    since_ms: int


State: TypeAlias = Available | Unavailable


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error of the database means.

    Attributes:
        kind: What is the matter; ``busy`` alone leaves the storage available.
        reason: As people read it, without secrets.
    """

    kind: Kind
    reason: str
