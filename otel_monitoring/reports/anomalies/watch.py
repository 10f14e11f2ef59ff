"""Series watched for anomalies: asked once an interval, judged at once, scores written as series."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from otel_monitoring.analytics.anomaly.petty import Least
from otel_monitoring.analytics.anomaly.verdict import Reason
from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.reports.anomalies.findings import EVENT_NAME, Moved, Point, opened
from otel_monitoring.reports.anomalies.processes import Processes
from otel_monitoring.reports.anomalies.rows import Rows
from otel_monitoring.stores.writer import SeriesWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.analytics.anomaly.bank import AnomalyBank
    from otel_monitoring.analytics.anomaly.verdict import Verdicts
    from otel_monitoring.model.sample import Batch
    from otel_monitoring.promql.query import Query
    from otel_monitoring.reports.anomalies.findings import Anomaly
    from otel_monitoring.reports.anomalies.rows import Row, States
    from otel_monitoring.reports.anomalies.watched import Watched

_log = logging.getLogger(__name__)

SCORE = "otel_monitoring_anomaly_score"
ACTIVE = "otel_monitoring_anomaly_active"
EXPECTED = "otel_monitoring_anomaly_expected"
_SOURCE = "rule:anomalies;watch;0;scores"
_MOVED_MS = 1_800_000
_MOVED_SCORE = 0.5
_SAVE_EVERY_MS = 3_600_000
_NEVER_MS = -(2**62)


class Tell(Protocol):
    """Takes events."""

    def __call__(self, name: str, body: str, attributes: Mapping[str, Any], *, at_ms: int) -> None:
        """Emit an event of this name."""
        ...


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where to what is found goes.

    Attributes:
        record: Takes the series of scores.
        tell: Takes an event when a finding begins, and one when it ends.
        states: Keeps what was learned; ``None`` for nothing.
    """

    record: Callable[[Batch], object]
    tell: Tell
    states: States | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one expression yielded: the series with their values, and what stands behind each."""

    watched: Watched
    samples: Sequence[tuple[Labels, float]]
    traffic: Mapping[Labels, float] | None

    def behind(self, labels: Labels) -> float:
        """Return what stands behind a value, such as requests; NaN where nothing has to."""
        return math.nan if self.traffic is None else self.traffic.get(labels.with_({NAME: ""}), 0.0)


class AnomalyWatch:
    """Watch series, one point an interval; only where this process speaks for all.

    Args:
        query: Answers the expressions.
        watched: Returns what is watched; asked at each point, as metrics may yet become known.
        bank: Makes what judges; called anew after another process has gone on learning.
        outlets: Where to what is found goes.
        is_speaking: Whether this process is the one that watches.
        interval_s: The time between two points.
        max_series: No more series are watched; further ones are told of once.
    """

    name = "anomalies"

    def __init__(
        self,
        *,
        query: Query,
        watched: Callable[[], Sequence[Watched]],
        bank: Callable[[], AnomalyBank],
        outlets: Outlets,
        is_speaking: Callable[[], bool],
        interval_s: float = 60.0,
        max_series: int = 2000,
    ) -> None:
        self._query = query
        self._watched = watched
        self._make_bank = bank
        self._outlets = outlets
        self._is_speaking = is_speaking
        self._interval_ms = round(interval_s * 1000)
        self._max_series = max_series
        self._begin()

    def _begin(self) -> None:
        self._bank: AnomalyBank | None = None
        self._rows: Rows | None = None
        self._processes = Processes(self._query)
        self._writer = SeriesWriter(record=self._outlets.record, source=_SOURCE)
        self._due_ms = self._saved_ms = _NEVER_MS
        self._failing: set[str] = set()

    def step(self, now_ms: int) -> None:
        """Judge the next point of every series, where it is time for one."""
        if not self._is_speaking():
            if self._bank is not None:
                self._begin()  # another process watches, and learns, from here on
            return
        if now_ms < self._due_ms:
            return
        at_ms = now_ms - now_ms % self._interval_ms
        self._due_ms = at_ms + self._interval_ms
        bank, rows = self._ready(at_ms)
        self._follow_processes(bank, rows, at_ms)
        chosen, values, weights = self._points(rows, at_ms)
        numbers = np.array([row.number for row in chosen], dtype=np.intp)
        times_s = np.full(len(chosen), at_ms / 1000.0)
        verdicts = bank.update(numbers, times_s, values, weights=weights, least=_least(chosen))
        self._judge(chosen, values, verdicts, at_ms)
        self._end_gone(rows, at_ms)
        self._write(chosen, verdicts, at_ms)
        if at_ms - self._saved_ms >= _SAVE_EVERY_MS:
            self._saved_ms = at_ms
            rows.save(at_ms)

    def lasting(self) -> list[Anomaly]:
        """Return the findings that are open here, the newest first."""
        found = [row.lasting.anomaly for row in self._rows or () if row.lasting is not None]
        return sorted(found, key=lambda one: one.since_ms, reverse=True)

    def after_fork(self) -> None:
        """Begin anew in a child process."""
        self._begin()

    def stop(self) -> None:
        """Keep what was learned."""
        if self._rows is not None and len(self._rows):
            self._rows.save(max(row.seen_ms for row in self._rows))

    def _ready(self, at_ms: int) -> tuple[AnomalyBank, Rows]:
        if self._bank is None or self._rows is None:
            self._bank = self._make_bank()
            self._rows = Rows(self._bank, states=self._outlets.states, max_series=self._max_series)
            self._saved_ms = at_ms
        return self._bank, self._rows

    def _follow_processes(self, bank: AnomalyBank, rows: Rows, at_ms: int) -> None:
        try:
            change = self._processes.change(at_ms)
        except MonitoringError:
            return  # the series themselves are about to say why
        if change == "restart":
            bank.note_restart(rows.numbers, at_ms / 1000)
        elif change == "deploy":
            bank.note_deploy(rows.numbers, at_ms / 1000)

    def _points(self, rows: Rows, at_ms: int) -> tuple[list[Row], NDArray[np.float64], NDArray[np.float64]]:
        """Return the series that have a value now, their values, and what stands behind these."""
        chosen, values, weights = [], [], []
        for watched in self._watched():
            asked = self._ask(watched, at_ms)
            for labels, value in asked.samples:
                row = rows.find(watched, labels, at_ms=at_ms, every_ms=self._interval_ms)
                if row is not None:
                    chosen.append(row)
                    values.append(value)
                    row.traffic = asked.behind(labels)
                    weights.append(row.traffic / watched.least_traffic if watched.traffic else 1.0)
        return chosen, np.array(values, dtype=np.float64), np.array(weights, dtype=np.float64)

    def _ask(self, watched: Watched, at_ms: int) -> _Asked:
        """Ask one expression; one that fails is told of once, and stops no other."""
        try:
            samples = self._query(watched.expr, at_ms).samples
            traffic = self._traffic(watched, at_ms) if watched.traffic else None
        except MonitoringError as error:
            if watched.name not in self._failing:
                _log.warning("anomalies of %s cannot be looked for: %s", watched.name, error)
            self._failing.add(watched.name)
            return _Asked(watched, (), None)
        self._failing.discard(watched.name)
        return _Asked(watched, samples, traffic)

    def _traffic(self, watched: Watched, at_ms: int) -> dict[Labels, float]:
        samples = self._query(watched.traffic, at_ms).samples
        return {labels.with_({NAME: ""}): value for labels, value in samples}

    def _judge(
        self, chosen: Sequence[Row], values: NDArray[np.float64], verdicts: Verdicts, at_ms: int
    ) -> None:
        for index in np.flatnonzero(verdicts.scores >= _MOVED_SCORE).tolist():
            row, score = chosen[index], float(verdicts.scores[index])
            if at_ms - row.strangest[0] > _MOVED_MS or score >= row.strangest[1]:
                row.strangest = (at_ms, score)
        is_open = np.array([row.lasting is not None for row in chosen], dtype=np.bool_)
        for index in np.flatnonzero(verdicts.is_anomalous | is_open).tolist():
            row = chosen[index]
            self._follow(row, _point(row, float(values[index]), verdicts, index, at_ms=at_ms))

    def _follow(self, row: Row, point: Point) -> None:
        if row.lasting is None:
            row.lasting = opened(
                point,
                name=row.watched.name,
                labels=row.labels,
                unit=row.watched.unit,
                expr=row.watched.expr,
                moved=self._moved(row, point.at_ms),
            )
            self._say(row.lasting.anomaly, point.at_ms)
        elif not row.lasting.goes_on(point):
            self._end(row, point.at_ms)

    def _end(self, row: Row, at_ms: int) -> None:
        if row.lasting is not None:
            self._say(row.lasting.ended(), at_ms)
        row.lasting = None

    def _end_gone(self, rows: Rows, at_ms: int) -> None:
        """End findings of series that have had no value for a while."""
        for row in rows:
            if row.lasting is not None and at_ms - row.seen_ms >= _MOVED_MS:
                self._end(row, at_ms)

    def _say(self, anomaly: Anomaly, at_ms: int) -> None:
        self._outlets.tell(EVENT_NAME, anomaly.sentence(), anomaly.attributes(), at_ms=at_ms)

    def _moved(self, row: Row, at_ms: int) -> tuple[Moved, ...]:
        """Return the other series that stood out within the last half hour, the strangest first."""
        others = [
            Moved(one.watched.name, one.labels, one.strangest[1])
            for one in self._rows or ()
            if one is not row and at_ms - one.strangest[0] <= _MOVED_MS
        ]
        return tuple(sorted(others, key=lambda one: -one.score))

    def _write(self, chosen: Sequence[Row], verdicts: Verdicts, at_ms: int) -> None:
        """Write a score for each series; of one with an open finding the expected range as well."""
        samples: dict[Labels, float] = {}
        for index, row in enumerate(chosen):
            labels = row.named
            samples[labels.with_({NAME: SCORE})] = float(verdicts.scores[index])
            if row.lasting is None:
                continue
            samples[labels.with_({NAME: ACTIVE})] = 1.0
            for bound, ends in (("low", verdicts.expected_low), ("high", verdicts.expected_high)):
                if np.isfinite(ends[index]):
                    end = _at_least(row.watched.floor, float(ends[index]))
                    samples[labels.with_({NAME: EXPECTED, "bound": bound})] = end
        self._writer.write(samples, at_ms)


def _least(rows: Sequence[Row]) -> Least:
    """Return how far out each has to be to be worth a word: in its unit, and by the events behind it."""
    above = np.array([row.watched.least_of(row.traffic) for row in rows], dtype=np.float64)
    rises_only = np.array([row.watched.rises_only for row in rows], dtype=np.bool_)
    return Least(above=above, below=np.where(rises_only, np.inf, above))


def _point(row: Row, value: float, verdicts: Verdicts, index: int, *, at_ms: int) -> Point:
    return Point(
        at_ms=at_ms,
        value=value,
        score=float(verdicts.scores[index]),
        is_anomalous=bool(verdicts.is_anomalous[index]),
        expected_low=_at_least(row.watched.floor, float(verdicts.expected_low[index])),
        expected_high=_at_least(row.watched.floor, float(verdicts.expected_high[index])),
        rarity_hours=float(verdicts.rarity_hours[index]),
        reason=Reason(int(verdicts.reasons[index])),
    )


def _at_least(floor: float, value: float) -> float:
    """Return the value, or the floor where it lies below; NaN stays what it is."""
    return max(value, floor)  # in this order: NaN is larger than nothing
