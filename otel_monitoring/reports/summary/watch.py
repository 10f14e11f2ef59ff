"""Make reports when they are due and hand them over, each once, whoever restarts in between."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from otel_monitoring.reports.beside import Here
from otel_monitoring.reports.summary.desk import written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from otel_monitoring.reports.beside import Beside
    from otel_monitoring.reports.summary.desk import ReportsDesk
    from otel_monitoring.reports.summary.period import Period
    from otel_monitoring.reports.summary.schedule import Due
    from otel_monitoring.reports.summary.shelf import Kept

_LOOK_EVERY_MS = 10_000
_PATIENCE_S = 2.0
_LATE = 0.5
"""A report that nobody sent when it was due is still sent within that share of its period."""


class HandOver(Protocol):
    """Hand a report to its receivers."""

    def __call__(self, report: Kept, *, done: Callable[[], object]) -> object:
        """Begin to send; ``done`` is called when all channels have decided, perhaps by another thread."""
        ...


class ReportsWatch:
    """Send reports on schedule.

    A report that is on the shelf was sent. Without a storage the shelf is empty after a restart: then only
    what comes due while the process runs is sent.

    Args:
        desk: Makes them.
        due: When.
        hand_over: Sends them; a report of the same period is handed over under the same key.
        is_speaking: Whether this process tells people.
        is_lasting: Whether the shelf outlives the process.
        beside: Where reports are made.
    """

    name = "reports"

    def __init__(
        self,
        *,
        desk: ReportsDesk,
        due: Sequence[Due],
        hand_over: HandOver,
        is_speaking: Callable[[], bool],
        is_lasting: bool = False,
        beside: Beside | None = None,
    ) -> None:
        self._desk = desk
        self._due = tuple(due)
        self._hand_over = hand_over
        self._is_speaking = is_speaking
        self._is_lasting = is_lasting
        self._beside = beside or Here()
        self._begin()

    def _begin(self) -> None:
        self._looked_ms: int | None = None
        self._since_ms: int | None = None
        self._settled: dict[str, int] = {}

    def step(self, now_ms: int) -> None:
        """Send what is due at a Unix time in milliseconds."""
        if not self._due or now_ms // _LOOK_EVERY_MS == self._looked_ms:
            return
        self._looked_ms = now_ms // _LOOK_EVERY_MS
        self._since_ms = now_ms if self._since_ms is None else self._since_ms
        if not self._is_speaking():
            self._settled = {}  # whoever speaks meanwhile may send it, which the shelf tells later
            return
        self._beside.run(partial(self._settle_all, now_ms))

    def after_fork(self) -> None:
        """Start anew in a child process."""
        self._beside.after_fork()
        self._begin()

    def stop(self) -> None:
        """Wait a moment for a report that is being made."""
        self._beside.wait(_PATIENCE_S)

    def _settle_all(self, now_ms: int) -> None:
        for one in self._due:
            self._settle(one, now_ms)

    def _settle(self, due: Due, now_ms: int) -> None:
        """Send what came due last, unless that is settled: sent, or too late."""
        due_ms = due.last_ms(now_ms, zone=self._desk.zone)
        if self._settled.get(due.kind) == due_ms:
            return
        self._settled[due.kind] = due_ms
        period = due.period(now_ms, zone=self._desk.zone)
        if self._is_wanted(period, due_ms, now_ms):
            self._send(period)

    def _is_wanted(self, period: Period, due_ms: int, now_ms: int) -> bool:
        if self._desk.shelf.find(period.kind, period.end_ms) is not None:
            return False
        if due_ms >= (self._since_ms or 0):
            return True
        has_sent = any(one.kind == period.kind for one in self._desk.shelf.all())
        return self._is_lasting and has_sent and now_ms - due_ms < _LATE * period.length_ms

    def _send(self, period: Period) -> None:
        report = written(self._desk.about(period))
        self._hand_over(report, done=lambda: self._desk.shelf.put(report))
