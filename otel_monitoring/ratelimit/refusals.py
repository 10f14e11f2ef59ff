"""Refused requests as security events: one for many, since who floods an application would flood its log too.

The first refusal of a caller by a rule is told at once, and what follows once a minute, with its number.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from opentelemetry._logs import SeverityNumber

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from opentelemetry._logs import Logger

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.ratelimit.asked import Asked
    from otel_monitoring.ratelimit.limiter import Verdict

EVENT_NAME: Final = "security.rate_limit"
"""The name of the events."""

_NS_PER_MS: Final = 1_000_000
_LONGEST_PATH: Final = 200


class Tells(Protocol):
    """What hears of refused requests."""

    def __call__(self, verdict: Verdict, asked: Asked) -> None:
        """Note one; returns at once."""
        ...


@dataclass(slots=True)
class _Noted:
    """Refusals of one caller by one rule that were not told yet, and when some were told last."""

    count: int = 0
    path: str = ""
    route: str = ""
    told_s: float = float("-inf")


class Refusals:
    """Gather refused requests, and emit them now and then.

    Args:
        logger: Emits the events.
        clock: The time.
        every_s: How long one caller's refusals by one rule are gathered after some were told.
        most_callers: The most callers that are told apart; those beyond it are told together.
        most_events: The most events of one run.
    """

    def __init__(
        self,
        *,
        logger: Logger,
        clock: Clock,
        every_s: float = 60.0,
        most_callers: int = 1000,
        most_events: int = 20,
    ) -> None:
        self._logger = logger
        self._clock = clock
        self._every_s = every_s
        self._most_callers = most_callers
        self._most_events = most_events
        self._noted: dict[tuple[str, str, str, str], _Noted] = {}
        self._guard = Guard("ratelimit.refusals")
        self._lock = threading.Lock()

    def __call__(self, verdict: Verdict, asked: Asked) -> None:
        """Note a request that was refused."""
        charge = verdict.refused_by
        if charge is None:
            return
        rule, outcome = charge.rule.name, verdict.outcome
        key = (rule, outcome, asked.address, asked.user or "")
        with self._lock:
            noted = self._noted.get(key)
            if noted is None:
                if len(self._noted) >= self._most_callers:
                    key = (rule, outcome, "", "")
                noted = self._noted.setdefault(key, _Noted())
            noted.count += 1
            noted.path, noted.route = asked.path[:_LONGEST_PATH], asked.route

    def tell(self, *, all_of_them: bool = False) -> int:
        """Emit what is due, as a job; return how many events that were.

        Args:
            all_of_them: Whether what is not due yet is told too, as at the end.
        """
        now_s = self._clock.monotonic_s()
        due: list[tuple[tuple[str, str, str, str], _Noted]] = []
        with self._lock:
            for key, noted in list(self._noted.items()):
                is_over = now_s - noted.told_s >= self._every_s
                if noted.count and (is_over or all_of_them) and len(due) < self._most_events:
                    due.append((key, _Noted(noted.count, noted.path, noted.route)))
                    noted.count, noted.told_s = 0, now_s
                elif is_over and not noted.count:
                    del self._noted[key]
        for key, noted in due:
            self._guard.call(self._emit, key, noted)
        return len(due)

    def after_fork(self) -> None:
        """Begin anew in a child process: what the parent noted, the parent tells."""
        self._lock = threading.Lock()
        self._noted.clear()
        self._guard.after_fork()

    def _emit(self, key: tuple[str, str, str, str], noted: _Noted) -> None:
        rule, outcome, address, user = key
        who = address or "several callers"
        attributes: dict[str, str | int] = {
            "otel_monitoring.ratelimit.rule": rule,
            "otel_monitoring.ratelimit.outcome": outcome,
            "otel_monitoring.ratelimit.count": noted.count,
            "url.path": noted.path,
        }
        more = {"client.address": address, "otel_monitoring.ratelimit.user": user, "http.route": noted.route}
        self._logger.emit(
            timestamp=self._clock.now_ms() * _NS_PER_MS,
            severity_number=SeverityNumber.WARN,
            severity_text="WARN",
            body=f"rate limit {rule!r}: {noted.count} requests of {who} refused",
            event_name=EVENT_NAME,
            attributes={**attributes, **{name: value for name, value in more.items() if value}},
        )
