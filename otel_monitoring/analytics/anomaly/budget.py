"""From a budget of false alarms to a threshold, and from evidence to how rare it is.

Both are the two ways of reading one line that was measured, bent at the default budget: how many hours a
day had a false alarm in them at a threshold, over labelled series and made-up ones of many kinds.
"""

from __future__ import annotations

from math import exp, log

from otel_monitoring.analytics.anomaly import layout as at
from otel_monitoring.analytics.anomaly.errors import AnomalyError

MOST_NATS = 30.0
LOWEST = 0.1
HOURS_A_DAY = 24.0


def threshold(false_alarm_hours: float) -> float:
    """Return the evidence from which a point is anomalous.

    Args:
        false_alarm_hours: Hours a day with a false alarm in them that a series may cost, up to 24.

    Raises:
        AnomalyError: The budget is none.
    """
    if not 0.0 < false_alarm_hours <= HOURS_A_DAY:
        msg = f"false_alarm_hours is {false_alarm_hours}, expected more than 0 and at most 24"
        raise AnomalyError(msg)
    nats = log(at.DEFAULT_BUDGET_HOURS / false_alarm_hours)
    slope = at.THRESHOLD_PER_NAT if nats > 0.0 else at.LOOSE_PER_NAT
    return max(at.THRESHOLD + slope * nats, LOWEST)


def rarity_hours(strange: float) -> float:
    """Return once in how many hours so much evidence is seen, 0 where there is none."""
    if strange <= 0.0:
        return 0.0
    slope = at.THRESHOLD_PER_NAT if strange > at.THRESHOLD else at.LOOSE_PER_NAT
    nats = min((strange - at.THRESHOLD) / slope, MOST_NATS)
    return HOURS_A_DAY / at.DEFAULT_BUDGET_HOURS * exp(nats)
