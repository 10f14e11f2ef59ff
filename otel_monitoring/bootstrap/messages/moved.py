"""Which other metrics moved: the last five minutes beside the hour before them.

Each metric becomes one curve: the sum of its rates where it only counts up, the mean of its series otherwise.
How far the median of its last five minutes lies from the median of the hour before, in median absolute
deviations, is its modified z-score; beyond 3.5 it moved.

Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers, ASQC Quality Press, 1993, section 3.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from otel_monitoring.bootstrap.messages.allowance import Allowance
from otel_monitoring.bootstrap.messages.comparison import unit_of
from otel_monitoring.model.labels import NAME
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.notify.messages.quantity import quantity
from otel_monitoring.promql.language.nodes import Selector, Shift
from otel_monitoring.stores.block import is_hole

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.alert import SentAlert
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.labels import Labels
    from otel_monitoring.stores.block import Block

SAME = ("job", "instance", "service_name", "service_instance_id")
"""The labels that say where a series comes from: what moved is looked for there alone."""

_RECENT_MS = 300_000
_BEFORE_MS = 3_600_000
_AGAIN_S = 15.0
_FEWEST = 5
_MOVED = 3.5
_SCALE = 0.6745
_LEAST_SHARE = 0.05
"""Deviations below this share of the median count as this much: what hardly moves at all did not move far."""

_COUNTS = ("_total", "_count")
_SKIPPED = ("_bucket", "_sum", "_created", "_info")
_OURS = ("otel_monitoring_", "ALERTS", "scrape_")


class Kept(Protocol):
    """What is needed of the series store."""

    def label_values(self, name: str) -> list[str]:
        """Return the values that a label takes."""
        ...

    def series(self, matchers: Sequence[Matcher]) -> list[Labels]:
        """Return the label sets that fulfil all matchers."""
        ...

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int) -> list[Block]:
        """Return the samples of the series that fulfil all matchers."""
        ...


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is looked at.

    Attributes:
        metrics: The most metrics.
        series: The most series of a metric; one with more is left out.
        time_s: The longest that the whole may take.
        per_minute: How often it is done at most; alerts that come in between go without.
        shown: The most that is told.
    """

    metrics: int = 400
    series: int = 200
    time_s: float = 0.5
    per_minute: int = 20
    shown: int = 3


@dataclass(frozen=True, slots=True)
class Move:
    """One metric that moved.

    Attributes:
        name: The metric.
        before: Its median over the hour before.
        after: Its median over the last five minutes.
        score: Its modified z-score.
    """

    name: str
    before: float
    after: float
    score: float

    def __str__(self) -> str:
        """Write it for people: ``queue_depth rose from 3 to 120``."""
        unit = unit_of(Selector((Matcher(NAME, "=", self.name),), Shift()))
        unit = f"{unit}/s" if self.name.endswith(_COUNTS) else unit
        how = "rose" if self.after > self.before else "fell"
        return f"{self.name} {how} from {quantity(self.before, unit)} to {quantity(self.after, unit)}"


class Moved:
    """Say which metrics of the same origin as an alert moved; thread-safe.

    What was found is told again for the alerts that follow within a few seconds.

    Args:
        store: Where the samples are.
        clock: The time.
        bounds: How much is looked at.
    """

    def __init__(self, store: Kept, *, clock: Clock, bounds: Bounds | None = None) -> None:
        self._store = store
        self._clock = clock
        self._bounds = bounds or Bounds()
        self._allowance = Allowance(clock=clock, per_minute=self._bounds.per_minute)
        self._lock = threading.Lock()
        self._found: tuple[float, tuple[Matcher, ...], list[Move]] = (float("-inf"), (), [])

    def __call__(self, alert: SentAlert, without: Collection[str]) -> list[str]:
        """Return a line for each metric that moved most, the farthest first.

        Args:
            alert: The alert.
            without: Metrics that are left out: those that the rule asks for.
        """
        labels = alert.labels.as_dict()
        origin = tuple(Matcher(name, "=", labels[name]) for name in SAME if labels.get(name))
        stems = {_stem(name) for name in without}
        with self._lock:  # one at a time: the others then find it done
            moves = self._moves(origin)
        return [str(one) for one in moves if _stem(one.name) not in stems][: self._bounds.shown]

    def after_fork(self) -> None:
        """Take a fresh lock in a child process."""
        self._lock = threading.Lock()
        self._allowance.after_fork()

    def _moves(self, origin: tuple[Matcher, ...]) -> list[Move]:
        now_s = self._clock.monotonic_s()
        since_s, known, moves = self._found
        if known == origin and now_s - since_s < _AGAIN_S:
            return moves
        if not self._allowance.take():
            return []
        moves = sorted(self._look(origin, now_s + self._bounds.time_s), key=lambda one: -one.score)
        self._found = (now_s, origin, moves)
        return moves

    def _look(self, origin: tuple[Matcher, ...], until_s: float) -> Iterable[Move]:
        names = [name for name in self._store.label_values(NAME) if _is_told(name)]
        now_ms = self._clock.now_ms()
        for name in names[: self._bounds.metrics]:
            if self._clock.monotonic_s() > until_s:
                return
            wanted = (Matcher(NAME, "=", name), *origin)
            if 0 < len(self._store.series(wanted)) <= self._bounds.series:
                found = move(
                    name, self._store.select(wanted, now_ms - _BEFORE_MS - _RECENT_MS, now_ms), now_ms
                )
                if found is not None:
                    yield found


def move(name: str, blocks: Sequence[Block], now_ms: int) -> Move | None:
    """Return how a metric moved; ``None`` where it did not, or where there is too little of it.

    Args:
        name: The metric.
        blocks: Its samples.
        now_ms: The end of the last five minutes, Unix milliseconds.
    """
    before: list[float] = []
    after: list[float] = []
    for time_ms, value in sorted(_course(blocks, is_count=name.endswith(_COUNTS)).items()):
        (after if time_ms > now_ms - _RECENT_MS else before).append(value)
    if len(before) < _FEWEST or len(after) < _FEWEST:
        return None
    middle, now = float(np.median(before)), float(np.median(after))
    deviation = float(np.median(np.abs(np.asarray(before) - middle)))
    least = max(_LEAST_SHARE * abs(middle), _LEAST_SHARE * abs(now), np.finfo(float).tiny)
    score = _SCALE * abs(now - middle) / max(deviation, least)
    return Move(name, middle, now, score) if score > _MOVED else None


def _course(blocks: Sequence[Block], *, is_count: bool) -> Mapping[int, float]:
    """Return one value for each time: the sum of all rates, or the mean of all series."""
    sums: dict[int, float] = {}
    counts: dict[int, int] = {}
    for block in blocks:
        values = np.where(is_hole(block.values), np.nan, block.values)
        times_ms = block.times_ms
        if is_count:
            values, times_ms = _rates(values, times_ms)
        known = np.isfinite(values)
        for time_ms, total, many in zip(
            times_ms.tolist(),
            np.where(known, values, 0.0).sum(axis=1).tolist(),
            known.sum(axis=1).tolist(),
            strict=True,
        ):
            sums[time_ms] = sums.get(time_ms, 0.0) + total
            counts[time_ms] = counts.get(time_ms, 0) + many
    return {
        time_ms: total if is_count else total / counts[time_ms]
        for time_ms, total in sums.items()
        if counts[time_ms]
    }


def _rates(
    values: NDArray[np.float64], times_ms: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the increases per second between samples; what falls was reset and counts from zero."""
    grown = np.diff(values, axis=0)
    grown = np.where(grown < 0, values[1:], grown)
    return grown / (np.diff(times_ms)[:, None] / 1000), times_ms[1:]


def _is_told(name: str) -> bool:
    return not name.endswith(_SKIPPED) and not name.startswith(_OURS)


def _stem(name: str) -> str:
    for end in (*_COUNTS, *_SKIPPED):
        name = name.removesuffix(end)
    return name
