"""Many series watched at once: one row a series, one call a tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from otel_monitoring.analytics.anomaly import layout as at
from otel_monitoring.analytics.anomaly.adaptive import AdaptiveMethod
from otel_monitoring.analytics.anomaly.errors import AnomalyError, StateError
from otel_monitoring.analytics.anomaly.verdict import Verdicts
from otel_monitoring.analytics.anomaly.zscore import ZScoreMethod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.analytics.anomaly.petty import Least

FORMAT = b"\x02"
LETTERS = {"adaptive": b"a", "zscore": b"z"}


class AnomalyBank:
    """Watch many series point by point, without a training phase.

    Args:
        capacity: Rows to make room for at once; more are made as they are needed.
        false_alarm_hours: The sensitivity: hours a day with a false alarm in them that a series may cost.
        method: ``adaptive``, or ``zscore`` for the classic rolling z-score.
        deviations: Deviations from which the z-score calls a point anomalous; the budget is nothing to it.
        minimum_weight: Points of less weight (requests behind a ratio, say) are neither judged nor learned.

    Raises:
        AnomalyError: An argument is out of its range.
    """

    def __init__(
        self,
        *,
        capacity: int = 1024,
        false_alarm_hours: float = 0.05,
        method: Literal["adaptive", "zscore"] = "adaptive",
        deviations: float = 3.0,
        minimum_weight: float = 0.0,
    ) -> None:
        if method not in LETTERS:
            msg = f"method is {method!r}, expected one of {', '.join(LETTERS)}"
            raise AnomalyError(msg)
        self._method: AdaptiveMethod | ZScoreMethod
        if method == "adaptive":
            self._method = AdaptiveMethod(false_alarm_hours=false_alarm_hours)
        else:
            self._method = ZScoreMethod(deviations=deviations)
        self._columns = self._method.columns(capacity)
        self._letter = LETTERS[method]
        self._minimum_weight = minimum_weight

    @property
    def row_bytes(self) -> int:
        """Bytes that one series takes."""
        return self._columns.row_bytes

    def add(self) -> int:
        """Return a row for a series never seen."""
        return self._columns.take()

    def remove(self, row: int) -> None:
        """Forget a series; its row may be given out again."""
        self._columns.release(row)

    def update(
        self,
        rows: NDArray[np.intp],
        times_s: NDArray[np.float64],
        values: NDArray[np.float64],
        *,
        weights: NDArray[np.float64] | None = None,
        least: Least | None = None,
    ) -> Verdicts:
        """Judge one point of each given row, then learn it.

        Args:
            rows: Rows that ``add`` gave, each at most once. Shape (n,).
            times_s: Unix time of each point in seconds. A time at or before the newest of its row counts as
                the next step. Shape (n,).
            values: The points. NaN and infinities are neither judged nor learned. Shape (n,).
            weights: What stands behind each value, such as the requests of a ratio; see ``minimum_weight``.
            least: How far out of the expected range a point has to be to be worth a word.
        """
        fit = np.isfinite(values) & np.isfinite(times_s)
        if weights is not None:
            fit &= weights >= self._minimum_weight
        if fit.all():
            return self._judged(rows, times_s, values, least)
        some = None if least is None else least.of(fit)
        return _spread(self._judged(rows[fit], times_s[fit], values[fit], some), fit)

    def note_restart(self, rows: NDArray[np.intp], time_s: float) -> None:
        """Raise the bar of these rows for some minutes: a process starts again, and warms up.

        Args:
            rows: Rows that ``add`` gave.
            time_s: Unix time of the restart in seconds.
        """
        self._method.calm(self._columns, rows=rows, time_s=time_s)

    def note_deploy(self, rows: NDArray[np.intp], time_s: float) -> None:
        """Raise the bar of these rows for some minutes: a new version may behave in a new way.

        Args:
            rows: Rows that ``add`` gave.
            time_s: Unix time of the deploy in seconds.
        """
        self._method.calm(self._columns, rows=rows, time_s=time_s)

    def dump(self, row: int) -> bytes:
        """Return the state of a series, to go on from after a restart."""
        return FORMAT + self._letter + self._columns.dump(row)

    def load(self, row: int, state: bytes) -> None:
        """Go on from a state that ``dump`` returned.

        Raises:
            StateError: The state is that of another method, version or size.
        """
        if state[:2] != FORMAT + self._letter:
            msg = f"state begins with {state[:2]!r}, expected {FORMAT + self._letter!r}"
            raise StateError(msg)
        self._columns.load(row, state[2:])

    def _judged(
        self,
        rows: NDArray[np.intp],
        times_s: NDArray[np.float64],
        values: NDArray[np.float64],
        least: Least | None,
    ) -> Verdicts:
        clipped = np.clip(values, -at.LARGEST, at.LARGEST)
        return self._method.update(self._columns, rows=rows, times_s=times_s, values=clipped, least=least)


def _spread(verdicts: Verdicts, fit: NDArray[np.bool_]) -> Verdicts:
    """Give the rows without a verdict their place again."""

    def back(known: NDArray[np.float64], unknown: float) -> NDArray[np.float64]:
        whole = np.full(fit.shape, unknown, dtype=known.dtype)
        whole[fit] = known
        return whole

    is_anomalous = np.zeros(fit.shape, dtype=np.bool_)
    is_anomalous[fit] = verdicts.is_anomalous
    reasons = np.zeros(fit.shape, dtype=np.int8)
    reasons[fit] = verdicts.reasons
    return Verdicts(
        scores=back(verdicts.scores, 0.0),
        is_anomalous=is_anomalous,
        expected_low=back(verdicts.expected_low, np.nan),
        expected_high=back(verdicts.expected_high, np.nan),
        rarity_hours=back(verdicts.rarity_hours, 0.0),
        reasons=reasons,
    )
