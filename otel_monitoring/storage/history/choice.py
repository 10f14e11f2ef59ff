"""Which tier answers: raw samples, minutes or hours, so that months are read without counting every sample.

Tiers hold true samples at true times, and beside them what functions over a window give; a function is asked
of a tier only where its answer is the one that raw samples give, but for samples at the ends of a window of
at least five times the tier's width. Everything else is asked of raw samples while there are any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from otel_monitoring.storage.blocks.tiers import HOUR_MS, MINUTE_MS
from otel_monitoring.storage.history.spans import RAW, Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from otel_monitoring.stores.wanted import Wanted

COUNTING: Final = frozenset({"rate", "increase", "irate"})
"""Functions of counters: they see what counters would be had they never begun anew."""

_COLUMNS: Final = {
    "max_over_time": ("max",),
    "min_over_time": ("min",),
    "sum_over_time": ("sum",),
    "avg_over_time": ("sum", "count"),
    "count_over_time": ("sum", "count"),
}
_OF_SAMPLES: Final = frozenset({"", "last_over_time", "present_over_time", "absent_over_time", "delta"})
_SHORT_MS: Final = 2 * 86_400_000
_WIDTHS_IN_A_WINDOW: Final = 5
_ORDER: Final = {
    RAW: (RAW, MINUTE_MS, HOUR_MS),
    MINUTE_MS: (MINUTE_MS, RAW, HOUR_MS),
    HOUR_MS: (HOUR_MS, MINUTE_MS, RAW),
}
NAMES: Final = {RAW: "raw", MINUTE_MS: "minute", HOUR_MS: "hour"}


def is_exact(function: str) -> bool:
    """Tell whether a function is answered by a tier as by raw samples."""
    return function in COUNTING or function in _COLUMNS or function in _OF_SAMPLES


def columns(function: str) -> tuple[str, ...]:
    """Return the columns of a tier that a function is made of; the first stands for the samples.

    Beside ``sum``, ``count`` says of how many samples it is the sum.
    """
    if function in COUNTING:
        return ("last", "dropped", "base")
    return _COLUMNS.get(function, ("last",))


def order(wanted: Wanted) -> tuple[int, ...]:
    """Return the tiers in the order in which they are asked: the next where there is nothing of one."""
    if wanted.end_ms - wanted.start_ms <= _SHORT_MS or not is_exact(wanted.function):
        return _ORDER[RAW]
    if not wanted.range_ms:
        return _ORDER[MINUTE_MS if wanted.step_ms >= MINUTE_MS else RAW]
    fitting = [one for one in (HOUR_MS, MINUTE_MS) if wanted.range_ms >= _WIDTHS_IN_A_WINDOW * one]
    return _ORDER[fitting[0] if fitting else RAW]


def chosen(there: Mapping[int, Sequence[Span]], tiers: Sequence[int], *, until_ms: int) -> list[Span]:
    """Return the windows to read, in the order of time; none of them is in another.

    Args:
        there: The windows of one source by tier.
        tiers: In the order in which they are asked.
        until_ms: Unix milliseconds; a window of a tier that goes on after it is not cut.
    """
    found: list[Span] = []
    for tier_ms in tiers:
        taken = sorted((span.start_ms, span.end_ms) for span in found)
        found += [
            span
            for span in there.get(tier_ms, ())
            if (tier_ms == RAW or span.end_ms <= until_ms) and not _lies_in(span, taken)
        ]
    return sorted(found, key=lambda span: span.end_ms)


def _lies_in(span: Span, taken: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a window lies in those that are taken, or holds one of them."""
    return any(start_ms < span.end_ms and span.start_ms < end_ms for start_ms, end_ms in taken)
