"""A whole window judged on demand: a detector runs over it, and what it found is put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from otel_monitoring.analytics.anomaly.detectors import DETECTORS
from otel_monitoring.analytics.anomaly.stream import Detector
from otel_monitoring.analytics.anomaly.stretch import Stretch
from otel_monitoring.analytics.anomaly.verdict import UNJUDGED
from otel_monitoring.analytics.anomaly.zscore import ZScoreDetector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.analytics.anomaly.verdict import Reason, Verdict

TOGETHER_S: Final = 3600.0
_HALF: Final = 0.5
LONGEST_S: Final = 6 * 3600.0
"""What has lasted as long is the new usual."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch of a series that stood out.

    Attributes:
        start_s: Unix time of its first anomalous point, in seconds.
        end_s: Unix time at which the series was back where it was before, or at home where it went.
        peak_s: Unix time of the point with the highest score; the fields below are those of that point.
        value: What was seen.
        expected_low: Lower end of the range that was expected; NaN where none was known.
        expected_high: Upper end of that range.
        score: From 0 to 1.
        rarity_hours: So rare that it is seen once in this many hours.
        reason: In which way it stood out.
    """

    start_s: float
    end_s: float
    peak_s: float
    value: float
    expected_low: float
    expected_high: float
    score: float
    rarity_hours: float
    reason: Reason


def detect(
    times_s: NDArray[np.float64],
    values: NDArray[np.float64],
    *,
    false_alarm_hours: float = 0.05,
    method: str = "adaptive",
    together_s: float = TOGETHER_S,
) -> list[Finding]:
    """Return what stands out in a window, oldest first.

    Nothing is known before the window, so its first points only teach.

    Args:
        times_s: Unix times in seconds, oldest first. Shape (n,).
        values: The points; NaN and infinities are passed over. Shape (n,).
        false_alarm_hours: Hours a day with a false alarm in them that may be spent.
        method: ``adaptive``, ``zscore`` for the classic rolling z-score, or a name that somebody added to
            ``DETECTORS``: scores from half on stand out, and no range is known.
        together_s: Anomalous points that are no further apart than this are one finding.
    """
    if method not in ("adaptive", "zscore"):
        return _by_scores(times_s, values, DETECTORS[method](times_s, values), together_s=together_s)
    detector = ZScoreDetector() if method == "zscore" else Detector(false_alarm_hours=false_alarm_hours)
    found: list[Finding] = []
    stretch: Stretch | None = None
    for time_s, value in zip(times_s.tolist(), values.tolist(), strict=True):
        verdict = detector.judge(time_s, value)
        if stretch is not None:
            lasts = stretch.goes_on(
                time_s,
                value,
                low=verdict.expected_low,
                high=verdict.expected_high,
                is_anomalous=verdict.is_anomalous,
            )
            found[-1] = replace(found[-1], end_s=stretch.end)
            if not lasts or time_s - found[-1].start_s >= LONGEST_S:
                stretch = None
        if not verdict.is_anomalous:
            continue
        finding = _finding(time_s, value, verdict)
        if found and time_s - found[-1].end_s <= together_s:
            found[-1] = _joined(found[-1], finding)
        else:
            found.append(finding)
        if stretch is None:
            stretch = Stretch(start=time_s, low=verdict.expected_low, high=verdict.expected_high)
    return found


def _by_scores(
    times_s: NDArray[np.float64],
    values: NDArray[np.float64],
    scores: NDArray[np.float64],
    *,
    together_s: float,
) -> list[Finding]:
    found: list[Finding] = []
    for at in np.flatnonzero(scores >= _HALF).tolist():
        verdict = replace(UNJUDGED, score=float(scores[at]), is_anomalous=True)
        finding = _finding(float(times_s[at]), float(values[at]), verdict)
        if found and finding.start_s - found[-1].end_s <= together_s:
            found[-1] = _joined(found[-1], finding)
        else:
            found.append(finding)
    return found


def _finding(time_s: float, value: float, verdict: Verdict) -> Finding:
    return Finding(
        start_s=time_s,
        end_s=time_s,
        peak_s=time_s,
        value=value,
        expected_low=verdict.expected_low,
        expected_high=verdict.expected_high,
        score=verdict.score,
        rarity_hours=verdict.rarity_hours,
        reason=verdict.reason,
    )


def _joined(earlier: Finding, later: Finding) -> Finding:
    peak = later if later.score > earlier.score else earlier
    return replace(peak, start_s=earlier.start_s, end_s=later.end_s)
