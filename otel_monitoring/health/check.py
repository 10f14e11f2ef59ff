"""What a health check is, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from otel_monitoring.errors import MonitoringError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_NAME: Final = re.compile(r"[^/\x00-\x1f\x7f]{1,100}")  # part of paths, label of metrics, name of threads

Status = Literal["healthy", "degraded", "unhealthy"]

SEVERITY: dict[Status, int] = {"healthy": 0, "degraded": 1, "unhealthy": 2}
"""How bad each status is."""


class HealthError(MonitoringError):
    """A check cannot be registered."""


@dataclass(frozen=True, slots=True)
class Health:
    """The verdict of one check.

    Attributes:
        status: How it is.
        message: Why, in one sentence without secrets; empty where there is nothing to say.
        advice: What to do about it, in one sentence; empty where there is nothing to do.
    """

    status: Status = "healthy"
    message: str = ""
    advice: str = ""


Answer: TypeAlias = "Health | bool | None"
"""What a check may return: ``True`` and ``None`` are healthy, ``False`` is unhealthy."""

Check: TypeAlias = "Callable[[], Answer] | Callable[[], Awaitable[Answer]]"
"""A function that looks at one thing; an exception means unhealthy.

A plain one may block up to its timeout, in a thread of its own. What an asynchronous one returns is awaited
on an event loop of the background, and cancelled when its time is up.
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a check is run, and how many results it takes to believe it.

    Attributes:
        timeout_s: Time after which a check without an answer counts as failed.
        interval_s: Time between two runs, give or take a tenth.
        failures: Failed runs in a row before it is unhealthy.
        successes: Runs in a row that did not fail before it is no longer unhealthy.
    """

    timeout_s: float = 5.0
    interval_s: float = 15.0
    failures: int = 1
    successes: int = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed on for a check.

    Attributes:
        name: What it checks, unique.
        check: The check.
        pace: How often, and how many results count.
        is_critical: Whether the whole is unhealthy, and not ready, when this is unhealthy.
        on_app_loop: Whether it is awaited on the event loop of the application, where its clients live.
    """

    name: str
    check: Check
    pace: Pace = Pace()
    is_critical: bool = False
    on_app_loop: bool = False

    def refuse_nonsense(self) -> None:
        """Look at the terms.

        Raises:
            HealthError: The name is no text, empty, too long or holds a slash, the check no function, a time
                not above 0, or a count below 1.
        """
        if not (isinstance(self.name, str) and _NAME.fullmatch(self.name)):
            name = str(self.name)[:120]
            msg = f"health check {name!r}: expected a name of 1 to 100 characters, none of them /"
            raise HealthError(msg)
        check: object = self.check
        if not callable(check):
            msg = f"health check {self.name!r}: expected a function, found {type(check).__name__}"
            raise HealthError(msg)
        for field in ("timeout_s", "interval_s"):
            self._refuse(field, "a time above 0", is_good=0 < getattr(self.pace, field) < float("inf"))
        for field in ("failures", "successes"):
            self._refuse(field, "at least 1", is_good=getattr(self.pace, field) >= 1)

    def _refuse(self, field: str, expected: str, *, is_good: bool) -> None:
        if not is_good:
            msg = f"health check {self.name!r}, {field} {getattr(self.pace, field)}: expected {expected}"
            raise HealthError(msg)
