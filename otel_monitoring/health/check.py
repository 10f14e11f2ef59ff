"""What a health check says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Status = Literal["healthy", "degraded", "unhealthy"]

SEVERITY: dict[Status, int] = {"healthy": 0, "degraded": 1, "unhealthy": 2}
"""How bad each status is."""


@dataclass(frozen=True, slots=True)
class Health:
    """The verdict of one check.

    Attributes:
        status: How it is.
        message: Why, in one sentence without secrets; empty where there is nothing to say.
    """

    status: Status = "healthy"
    message: str = ""


Check: TypeAlias = "Callable[[], Health]"
"""A function that looks at one thing; it may block up to its timeout, and an exception means unhealthy."""
