"""What counters counted in a stretch of time: to the last one where memory holds its samples, else estimated.

``increase`` guesses at both ends of a window and does not know what a series counted before its first
sample, which is all there is to say of an application that has just started. A counter at the end less what
it was at the beginning is exact; a series that was not there at the beginning counts as a whole, and one that
began anew within the window is left to ``increase``. Counters whose process was not there within the window
are carried on after an outage: what they say was counted before it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from otel_monitoring.views.lives import FIRST_WITHIN_S, STEPS, known

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from otel_monitoring.promql.query import Query

_EVERY_PROCESS = "count(target_info)"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, and how much of it is known.

    Attributes:
        start_ms: Where it begins, Unix milliseconds.
        end_ms: Where it ends.
        begins_ms: Where what is known begins, at ``start_ms`` or later.
        known_ms: Of how much of it something is known.
        has_processes: Whether processes say who they are.
    """

    start_ms: int
    end_ms: int
    begins_ms: int
    known_ms: int
    has_processes: bool = True

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms

    @property
    def known_minutes(self) -> float:
        """How many minutes of it are known."""
        return self.known_ms / 60_000


@dataclass(frozen=True, slots=True)
class Own:
    """Of which process is known when it began, without any series that says so.

    Attributes:
        instance: What the series of this process carry as ``instance``.
        started_ms: When it began, Unix milliseconds.
    """

    instance: str
    started_ms: int


class Counting:
    """Say in PromQL what counters counted.

    Args:
        query: Who answers PromQL.
        exact_ms: Up to which length all samples of a window can be looked at; longer ones are estimated.
        own: Which process asks; ``None`` where its series are not among those that are asked for.
    """

    def __init__(self, query: Query, *, exact_ms: int, own: Own | None = None) -> None:
        self.query = query
        self._exact_ms = exact_ms
        self._own = own

    def span(self, start_ms: int, end_ms: int, *, instance: str | None = None) -> Span:
        """Return a stretch of time with what is known of it.

        Every process says who it is with each collection; where nothing of that kind is found, as in series
        that others write, all of the time counts as known.

        Args:
            start_ms: Where it begins, Unix milliseconds.
            end_ms: Where it ends.
            instance: Of which process it is to be known, by its id; ``None`` for any.

        Raises:
            QueryError: It cannot be answered.
        """
        return self.spans((start_ms, end_ms), instance=instance)[0]

    def spans(self, *spans_ms: tuple[int, int], instance: str | None = None) -> list[Span]:
        """Return several stretches of time with what is known of each, see :meth:`span`.

        Args:
            spans_ms: Where they begin and end, Unix milliseconds; each begins where another one ends.
            instance: Of which process it is to be known, by its id; ``None`` for any.

        Raises:
            QueryError: It cannot be answered.
        """
        first_ms = min(start_ms for start_ms, _ in spans_ms)
        last_ms = max(end_ms for _, end_ms in spans_ms)
        step_ms = max((last_ms - first_ms) // (STEPS * len(spans_ms)), 1)
        found = self.query(_EVERY_PROCESS, first_ms, last_ms, step_ms).series
        if not found:
            return [
                Span(start_ms, end_ms, start_ms, end_ms - start_ms, has_processes=False)
                for start_ms, end_ms in spans_ms
            ]
        times_ms = found[0].times_ms
        found_spans = [_span(times_ms, start_ms, end_ms, step_ms) for start_ms, end_ms in spans_ms]
        return found_spans if instance is None else [self._of(instance, span) for span in found_spans]

    def known(self, span: Span, *, instance: str | None = None) -> dict[str, int]:
        """Return for how many milliseconds of a stretch of time each process is known, by its id.

        Args:
            span: When.
            instance: Only this process; ``None`` for all that were there.

        Raises:
            QueryError: It cannot be answered.
        """
        exact = span.length_ms <= self._exact_ms
        return known(self.query, span.start_ms, span.end_ms, instance=instance, exact=exact)

    def counted(self, series: str, span: Span) -> str:
        """Return PromQL for what each series counted within a span, asked at its end.

        Args:
            series: The counters, with matchers where some are meant.
            span: When.
        """
        length = f"[{max(span.length_ms, 1)}ms]"
        window = f"{series}{length}"
        if span.length_ms > self._exact_ms:
            return f"increase({window})"
        last = f"last_over_time({window})"
        there = f"on (job, instance) last_over_time(target_info{length})"
        new = f"({last} and {there})" if span.has_processes else last
        exact = f"(({last} - ({self._at_the_beginning(series, span)})) or {new})"
        return f"({exact} unless (resets({window}) > 0)) or increase({window})"

    def counted_in_steps(self, series: str, step_ms: int) -> str:
        """Return PromQL for what each series counted in each step of a range of steps of that length.

        A series that begins within a step counts as a whole if its process was there before or began then
        too: one failed request in an hour is often the first of its series.

        Args:
            series: The counters, with matchers where some are meant.
            step_ms: The distance of the steps.
        """
        window, offset = f"{series}[{step_ms}ms]", f"offset {step_ms}ms"
        last = f"last_over_time({window})"
        there = f"target_info {offset} or {self._age(0)} <= {step_ms / 1000 + FIRST_WITHIN_S}"
        born = f"({last} and on (job, instance) ({there}))"
        exact = f"(({last} - ({series} {offset})) or {born})"
        return f"({exact} unless (resets({window}) > 0)) or increase({window})"

    def _of(self, instance: str, span: Span) -> Span:
        """Return a stretch of time with what is known of one process; what it counts is the same."""
        return replace(span, known_ms=self.known(span, instance=instance).get(instance, 0))

    def _at_the_beginning(self, series: str, span: Span) -> str:
        """Return what the series were at the beginning.

        Where the past begins within the window, it does so with a process, which has counted all of it there,
        or because what came before is forgotten.
        """
        offset_ms = span.end_ms - span.begins_ms
        then = f"{series} offset {offset_ms}ms"
        if span.begins_ms == span.start_ms:
            return then
        younger_s = (span.begins_ms - span.start_ms) / 1000
        return f"{then} unless on (job, instance) ({self._age(offset_ms)} <= {younger_s})"

    def _age(self, offset_ms: int) -> str:
        """Return for how many seconds processes ran at a time so long ago."""
        offset = f" offset {offset_ms}ms" if offset_ms else ""
        uptime = f"process_uptime_seconds{offset}"
        if self._own is None:
            return uptime
        began_s = (self._own.started_ms + offset_ms) / 1000
        own = f"target_info{{instance={json.dumps(self._own.instance)}}}{offset}"
        return f"({uptime} or on (job, instance) (time() - {began_s} + 0 * {own}))"


def _span(times_ms: NDArray[np.int64], start_ms: int, end_ms: int, step_ms: int) -> Span:
    """Return what is known of a stretch of time, given the times at which any process was there."""
    inside = times_ms[(times_ms >= start_ms) & (times_ms <= end_ms)]
    if not len(inside):
        return Span(start_ms, end_ms, end_ms, 0)
    known_ms = max(int((inside > start_ms).sum()) * step_ms, step_ms)
    return Span(start_ms, end_ms, int(inside[0]), min(known_ms, end_ms - start_ms))
