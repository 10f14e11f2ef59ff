"""The series that are watched, a row of the bank each, and what was learned of them."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from otel_monitoring.errors import MonitoringError
from otel_monitoring.model.labels import NAME, Labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from otel_monitoring.analytics.anomaly.bank import AnomalyBank
    from otel_monitoring.reports.anomalies.findings import Lasting
    from otel_monitoring.reports.anomalies.watched import Watched

_log = logging.getLogger(__name__)

METRIC = "metric"
"""The label that says what is watched."""

_FORGET_MS = 7 * 86_400_000
_NEVER_MS = -(2**62)


class States(Protocol):
    """Where what was learned outlives the process."""

    def load(self) -> list[dict[str, Any]]:
        """Return what is kept."""
        ...

    def save(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Keep records, each with a ``key``, and no others."""
        ...


@dataclass(slots=True)
class Row:
    """One series that is watched.

    Attributes:
        watched: What it belongs to.
        labels: Which series of it.
        number: Its row in the bank.
        seen_ms: When it had a value last, Unix milliseconds.
        lasting: The finding that is open, if one is.
        strangest: When it stood out most of late, and its score then.
        traffic: What stood behind its newest value; NaN where nothing has to.
    """

    watched: Watched
    labels: Labels
    number: int
    seen_ms: int
    lasting: Lasting | None = None
    strangest: tuple[int, float] = field(default=(_NEVER_MS, 0.0))
    traffic: float = math.nan

    @property
    def key(self) -> str:
        """What tells it from others, as text."""
        return f"{self.watched.name} {self.labels.pairs}"

    @property
    def named(self) -> Labels:
        """The labels of its scores: its own and what is watched, which wins as a target's labels do."""
        theirs = self.labels.get(METRIC)
        moved = {} if theirs is None else {f"exported_{METRIC}": theirs}
        return self.labels.with_({**moved, METRIC: self.watched.name})


class Rows:
    """Find the rows of series, make new ones, let go of those that are gone.

    Args:
        bank: Judges them.
        states: Keeps what was learned; ``None`` for nothing.
        max_series: No more of them are watched at a time.
    """

    def __init__(self, bank: AnomalyBank, *, states: States | None, max_series: int) -> None:
        self._bank = bank
        self._states = states
        self._max_series = max_series
        self._rows: dict[tuple[str, Labels], Row] = {}
        self._kept: dict[str, bytes] = {}
        self.left_out: set[str] = set()
        if states is not None:
            self._kept = {one["key"]: bytes.fromhex(one["state"]) for one in states.load()}

    def __len__(self) -> int:
        """Return how many series are watched."""
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        """Return all of them; safe against changes by the watching thread."""
        return iter(list(self._rows.values()))

    @property
    def numbers(self) -> NDArray[np.intp]:
        """All rows of the bank that are in use."""
        return np.array([row.number for row in self._rows.values()], dtype=np.intp)

    def find(self, watched: Watched, labels: Labels, *, at_ms: int, every_ms: int) -> Row | None:
        """Return the row of a series, made if it is new; ``None`` where there is no room for it.

        Args:
            watched: What it belongs to.
            labels: Which series, with or without a metric name.
            at_ms: When it is seen, Unix milliseconds.
            every_ms: How often series are seen; one that was missing twice makes room.
        """
        labels = labels.with_({NAME: ""})
        row = self._rows.get((watched.name, labels))
        if row is None:
            if len(self._rows) >= self._max_series and not self._make_room(at_ms - 2 * every_ms):
                self._leave_out(watched)
                return None
            row = self._rows[watched.name, labels] = Row(watched, labels, self._bank.add(), at_ms)
            self._remember(row)
        row.seen_ms = at_ms
        return row

    def save(self, at_ms: int) -> None:
        """Hand on what was learned; what has not been seen for a week is forgotten."""
        if self._states is None:
            return
        rows = [row for row in self._rows.values() if at_ms - row.seen_ms < _FORGET_MS]
        known = {row.key: self._bank.dump(row.number) for row in rows}
        self._states.save(
            [{"key": key, "state": state.hex()} for key, state in {**self._kept, **known}.items()]
        )

    def _remember(self, row: Row) -> None:
        state = self._kept.pop(row.key, None)
        if state is None:
            return
        try:
            self._bank.load(row.number, state)
        except MonitoringError:
            _log.info("what was learned of %s is of another version: it is learned anew", row.watched.name)

    def _make_room(self, before_ms: int) -> bool:
        """Let go of the series that was not seen for the longest time; return whether there is one."""
        key, oldest = min(self._rows.items(), key=lambda item: item[1].seen_ms)
        if oldest.seen_ms > before_ms:
            return False
        self._bank.remove(oldest.number)
        del self._rows[key]
        return True

    def _leave_out(self, watched: Watched) -> None:
        if watched.name not in self.left_out:
            _log.warning(
                "no more than %d series are watched for anomalies: some of %s are left out",
                self._max_series,
                watched.name,
            )
        self.left_out.add(watched.name)
