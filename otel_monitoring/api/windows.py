"""From when to when: ``since``, ``until``, ``window`` and ``hours``, which mean the same on every route.

A route takes them in one go and says how far back it looks where nobody tells it::

    def current(self, wants: WantsWindow) -> CurrentBody:
        window = wants.read(self._clock, usual_ms=3_600_000)
        ... window.start_ms, window.end_ms ...

``until`` is the end, now if left out. The beginning is ``since``, or lies ``window`` (``6h``) or ``hours``
(``1.5``) before the end; ``since`` with one of these two and without ``until`` goes forward from there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

from fastapi import Depends, Query

from otel_monitoring.api.moments import LAST_MS, duration_ms, moment_ms
from otel_monitoring.api.refused import RefusedError
from otel_monitoring.model.durations import LONGEST_MS, format_duration

if TYPE_CHECKING:
    from otel_monitoring.model.clock import Clock

_HOUR_MS = 3_600_000
_SECOND_MS = 1000

Moment: TypeAlias = Annotated[
    str | None,
    Query(
        description="RFC 3339, Unix seconds, or how long ago: where it begins.",
        examples=["6h", "2026-03-02T09:00:00Z", "1772442000"],
    ),
]
End: TypeAlias = Annotated[
    str | None,
    Query(
        description="RFC 3339, Unix seconds, or how long ago: where it ends; now if left out.",
        examples=["1h", "2026-03-02T15:00:00Z", "1772463600"],
    ),
]
Length: TypeAlias = Annotated[
    str | None,
    Query(description="How long it is, as in `90m` or `7d`; in place of `since`.", examples=["6h", "7d"]),
]
Hours: TypeAlias = Annotated[
    float | None,
    Query(gt=0, allow_inf_nan=False, description="How many hours it is long; `window` as a number."),
]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time.

    Attributes:
        start_ms: Where it begins, Unix milliseconds.
        end_ms: Where it ends, which is left out.
    """

    start_ms: int
    end_ms: int

    @property
    def span_ms(self) -> int:
        """How long it is, in milliseconds."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Bounds:
    """What was said about a stretch of time, Unix milliseconds; ``None`` where nothing was."""

    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class WantedWindow:
    """The parameters of a request for a stretch of time, as they were given."""

    since: str | None = None
    until: str | None = None
    window: str | None = None
    hours: float | None = None

    def read(self, clock: Clock, *, usual_ms: int, longest_ms: int | None = None) -> Window:
        """Return which stretch of time that is.

        Args:
            clock: Says what now is.
            usual_ms: How long it is where nobody says, in milliseconds.
            longest_ms: How long it may be, in milliseconds; ``None`` for any length.

        Raises:
            RefusedError: One of the parameters is not valid, or it is longer than it may be.
        """
        bounds = self.bounds(clock)
        end_ms = clock.now_ms() if bounds.end_ms is None else bounds.end_ms
        start_ms = end_ms - usual_ms if bounds.start_ms is None else bounds.start_ms
        if start_ms > end_ms:
            msg = f"query.since is {self.since!r}, which is still to come: expected it before the end"
            raise RefusedError(msg, field="query.since")
        found = Window(max(start_ms, 0), end_ms)
        if longest_ms is not None and found.span_ms > longest_ms:
            field = self._field()
            msg = f"{field} asks for {_words(found.span_ms)}: expected at most {_words(longest_ms)}"
            raise RefusedError(msg, field=field)
        return found

    def bounds(self, clock: Clock) -> Bounds:
        """Return what was said, for routes that go back to the beginning where nothing is.

        Raises:
            RefusedError: One of the parameters is not valid, or they say too much.
        """
        since_ms = moment_ms(self.since, field="query.since", clock=clock)
        until_ms = moment_ms(self.until, field="query.until", clock=clock)
        length_ms = self._length_ms()
        if length_ms is not None:
            return self._placed(since_ms, until_ms, length_ms, clock)
        if since_ms is not None and until_ms is not None and until_ms < since_ms:
            msg = (
                f"query.until is {self.until!r}, before query.since, {self.since!r}: expected it at or after"
            )
            raise RefusedError(msg, field="query.until")
        return Bounds(since_ms, until_ms)

    def _placed(self, since_ms: int | None, until_ms: int | None, length_ms: int, clock: Clock) -> Bounds:
        if since_ms is not None:
            if until_ms is not None:
                field = self._field()
                msg = f"{field} is given besides query.since and query.until: expected two of the three"
                raise RefusedError(msg, field=field)
            return Bounds(since_ms, min(since_ms + length_ms, LAST_MS))
        end_ms = clock.now_ms() if until_ms is None else until_ms
        return Bounds(max(end_ms - length_ms, 0), end_ms)

    def _length_ms(self) -> int | None:
        if self.window is not None and self.hours is not None:
            msg = f"query.hours is {self.hours:g}, besides query.window: expected one of the two"
            raise RefusedError(msg, field="query.hours")
        if self.window is not None:
            return duration_ms(self.window, field="query.window")
        return None if self.hours is None else _hours_ms(self.hours)

    def _field(self) -> str:
        """Return which parameter says how long it is."""
        given = {"window": self.window, "hours": self.hours, "since": self.since}
        return next((f"query.{name}" for name, value in given.items() if value is not None), "query.until")


def wanted_window(
    since: Moment = None, until: End = None, window: Length = None, hours: Hours = None
) -> WantedWindow:
    """Take the parameters of a request as they are."""
    return WantedWindow(since, until, window, hours)


WantsWindow: TypeAlias = Annotated[WantedWindow, Depends(wanted_window)]
"""What a route takes that looks at a stretch of time."""


def _hours_ms(hours: float) -> int:
    length_ms = hours * _HOUR_MS
    if not (math.isfinite(length_ms) and 1 <= length_ms <= LONGEST_MS):
        msg = f"query.hours is {hours:g}: expected a millisecond at least, and at most 292 years"
        raise RefusedError(msg, field="query.hours")
    return round(length_ms)


def _words(length_ms: int) -> str:
    """Return a length to read, in whole seconds where it has any."""
    return format_duration(length_ms - length_ms % _SECOND_MS or length_ms)
