"""What is usual at an hour of the day and of the week, for one series: ``season`` in plain floats."""

from __future__ import annotations

from array import array

from otel_monitoring.analytics.anomaly import layout as at


class Hours:
    """Two tables of usual values, and the hour that is being gathered."""

    def __init__(self) -> None:
        self._day = array("f", [0.0]) * at.DAY_HOURS
        self._week = array("f", [0.0]) * at.WEEK_HOURS
        self._days = [0] * at.DAY_HOURS
        self._weeks = [0] * at.WEEK_HOURS
        self._hour = 0
        self._sum = 0.0
        self._points = 0

    def expected(self, hour: int) -> float | None:
        """Return what is usual at this hour since the epoch, ``None`` where it is not known yet."""
        week = (hour + at.EPOCH_WEEKDAY_HOURS) % at.WEEK_HOURS
        if self._weeks[week] >= at.WEEKS_KNOWN:
            return self._week[week]
        day = hour % at.DAY_HOURS
        return self._day[day] if self._days[day] >= at.DAYS_KNOWN else None

    def learn(self, hour: int, value: float) -> None:
        """Add a point to its hour, folding the hour that it ends."""
        if hour == self._hour and self._points:
            self._sum += value
            self._points += 1
            return
        if self._points:
            mean = self._sum / self._points
            day, week = self._hour % at.DAY_HOURS, (self._hour + at.EPOCH_WEEKDAY_HOURS) % at.WEEK_HOURS
            _fold(self._day, self._days, slot=day, mean=mean, share=at.DAY_SHARE)
            _fold(self._week, self._weeks, slot=week, mean=mean, share=at.WEEK_SHARE)
        self._hour, self._sum, self._points = hour, value, 1


def _fold(usual: array[float], visits: list[int], *, slot: int, mean: float, share: float) -> None:
    seen = visits[slot]
    usual[slot] += max(share, 1.0 / (seen + 1.0)) * (mean - usual[slot])
    visits[slot] = min(seen + 1, at.MOST_VISITS)
