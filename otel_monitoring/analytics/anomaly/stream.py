"""One series watched point by point."""

from __future__ import annotations

from typing import Literal

import numpy as np

from otel_monitoring.analytics.anomaly.bank import AnomalyBank
from otel_monitoring.analytics.anomaly.verdict import Reason, Verdict


class Detector:
    """Watch one series: the same figures as one row of a bank.

    Args:
        minimum: Accepted for interfaces that know the range of a series beforehand, and ignored.
        maximum: Likewise.
        false_alarm_hours: As for ``AnomalyBank``.
        method: As for ``AnomalyBank``.
    """

    def __init__(
        self,
        minimum: float | None = None,
        maximum: float | None = None,
        *,
        false_alarm_hours: float = 0.05,
        method: Literal["adaptive", "zscore"] = "adaptive",
    ) -> None:
        del minimum, maximum
        self._bank = AnomalyBank(capacity=1, false_alarm_hours=false_alarm_hours, method=method)
        self._rows = np.array([self._bank.add()], dtype=np.intp)

    def update(self, timestamp_s: float, value: float) -> float:
        """Judge one point, learn it, and return its score from 0 to 1."""
        return self.judge(timestamp_s, value).score

    def judge(self, timestamp_s: float, value: float) -> Verdict:
        """Judge one point, learn it, and return all that is known about it."""
        said = self._bank.update(self._rows, np.array([timestamp_s]), np.array([float(value)]))
        return Verdict(
            score=float(said.scores[0]),
            is_anomalous=bool(said.is_anomalous[0]),
            expected_low=float(said.expected_low[0]),
            expected_high=float(said.expected_high[0]),
            rarity_hours=float(said.rarity_hours[0]),
            reason=Reason(int(said.reasons[0])),
        )
