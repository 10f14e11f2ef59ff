"""Escalation: what nobody acknowledges goes to the next receivers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.alerts.routing.errors import RoutingError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from otel_monitoring.alerts.routing.groups import Held
    from otel_monitoring.model.labels import Labels


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an escalation.

    Attributes:
        after_s: Seconds since people were first told, without anybody acknowledging.
        receiver: Who is told then.
    """

    after_s: float
    receiver: str


class Escalation:
    """The steps, in order of time.

    Args:
        steps: The steps.
        is_quiet: Tells whether an alert is acknowledged.

    Raises:
        RoutingError: A step comes at once, or two steps have one receiver.
    """

    def __init__(
        self, steps: Sequence[Step] = (), *, is_quiet: Callable[[Labels], bool] = lambda _: False
    ) -> None:
        self.steps = tuple(sorted(steps, key=lambda step: step.after_s))
        self._is_quiet = is_quiet
        for step in self.steps:
            if not step.after_s > 0:
                msg = f"escalation to {step.receiver!r} after {step.after_s} s: expected more than 0"
                raise RoutingError(msg)
        if len({step.receiver for step in self.steps}) < len(self.steps):
            msg = "two steps of the escalation have one receiver: expected a receiver of its own for each"
            raise RoutingError(msg)

    def check(self, receivers: Collection[str]) -> None:
        """Refuse steps to receivers that do not exist.

        Raises:
            RoutingError: There is one.
        """
        for step in self.steps:
            if step.receiver not in receivers:
                known = ", ".join(sorted(receivers))
                msg = f"undefined receiver {step.receiver!r} in escalation: expected one of {known}"
                raise RoutingError(msg)

    def overdue(self, step: Step, firing: Iterable[Held], now_s: float) -> set[Labels]:
        """Return the alerts that have been told for long enough without anybody acknowledging them."""
        return {
            held.alert.labels
            for held in firing
            if held.told_s is not None
            and now_s - held.told_s >= step.after_s
            and not self._is_quiet(held.alert.labels)
        }

    def next_s(self, firing: Iterable[Held], now_s: float) -> float:
        """Return when the next step is due, on the monotonic clock; infinite where none is."""
        times = (
            held.told_s + step.after_s
            for held in firing
            if held.told_s is not None and not self._is_quiet(held.alert.labels)
            for step in self.steps
        )
        return min((time_s for time_s in times if time_s > now_s), default=math.inf)
