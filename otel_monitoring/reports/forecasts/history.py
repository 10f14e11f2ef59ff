"""How much of the past a look ahead needs, in which steps, and what to say where there is less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.reports.asking import Track, Window, tracks
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.forecasts.words import span_words

if TYPE_CHECKING:
    from otel_monitoring.analytics.forecasts.forecast import NoForecast
    from otel_monitoring.promql.query import Query

HOUR_MS, DAY_MS, WEEK_MS = 3_600_000, 86_400_000, 604_800_000
LONGEST_MS = 366 * DAY_MS

_STEPS_MS = tuple(60_000 * minutes for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360))
_POINTS_AHEAD = 60
_POINTS_BACK = 1500
_BACK_MS = 6 * WEEK_MS
_MOST_AHEAD = 1500
_SHORT_MS = 3 * HOUR_MS
"""A look no further ahead needs no season where the past is too short for one."""
_BACK_PER_AHEAD = 0.5
"""The past has to be half as long as what is looked ahead."""


@dataclass(frozen=True, slots=True)
class Span:
    """A look ahead.

    Attributes:
        horizon_ms: How far, in milliseconds; a whole number of steps.
        step_ms: The distance of points.
    """

    horizon_ms: int
    step_ms: int

    @classmethod
    def of(cls, horizon_ms: int, step_ms: int | None = None) -> Span:
        """Return a look ahead in steps that suit it.

        Args:
            horizon_ms: How far, in milliseconds.
            step_ms: The distance of points; ``None`` for one that suits.

        Raises:
            AnalysisError: It is too far, or of too many points.
        """
        if not 0 < horizon_ms <= LONGEST_MS:
            msg = f"horizon of {span_words(horizon_ms / 1000)}: expected more than 0 and no more than a year"
            raise AnalysisError(msg, field="horizon")
        if step_ms is None:
            wide = (one for one in _STEPS_MS if horizon_ms <= one * _POINTS_AHEAD)
            step_ms = next(wide, _STEPS_MS[-1])
        points = -(-horizon_ms // step_ms) if step_ms > 0 else 0
        if not 0 < points <= _MOST_AHEAD:
            msg = (
                f"step of {step_ms / 1000:g} s: expected above 0 and no more than {_MOST_AHEAD} points ahead"
            )
            raise AnalysisError(msg, field="step")
        return cls(points * step_ms, step_ms)

    @property
    def points(self) -> int:
        """How many points are looked ahead."""
        return self.horizon_ms // self.step_ms

    @property
    def seasons(self) -> tuple[int, ...]:
        """The lengths of a day and a week in points, where they are whole numbers of them."""
        lengths = (DAY_MS / self.step_ms, WEEK_MS / self.step_ms)
        return tuple(int(one) for one in lengths if one >= 2 and one == int(one))  # noqa: PLR2004 - a season varies

    def past(self, now_ms: int) -> Window:
        """Return which past is asked for."""
        end_ms = now_ms - now_ms % self.step_ms
        back = min(_BACK_MS // self.step_ms, _POINTS_BACK)
        return Window(end_ms - back * self.step_ms, end_ms, self.step_ms)

    def wanted(self, known: int) -> tuple[int, ...]:
        """Return the seasons to ask for, where that many points are known."""
        seasons = self.seasons
        if seasons and known < 2 * seasons[0] and self.horizon_ms <= _SHORT_MS:
            return ()
        return seasons

    def too_young(self) -> str:
        """Return why nothing can be said of a series that is younger than a step."""
        needs = f"{span_words(2 * DAY_MS / 1000)} for a daily season"
        step = "an hour" if self.step_ms == HOUR_MS else span_words(self.step_ms / 1000)
        return f"has less than {step}, needs {needs}"

    def too_short(self, known: int) -> str:
        """Return why so many points are too few for it; empty where they are enough."""
        if known >= self.points * _BACK_PER_AHEAD:
            return ""
        has, needs = span_words(known * self.step_ms / 1000), span_words(self.horizon_ms / 2000)
        return f"has {has}, needs {needs} to look {span_words(self.horizon_ms / 1000)} ahead"

    def missing(self, refused: NoForecast) -> str:
        """Return in words what a history lacks."""
        if refused.missing == "values":
            return f"has {refused.has} values, needs {max(refused.needs, 1)}"
        has, needs = (span_words(points * self.step_ms / 1000) for points in (refused.has, refused.needs))
        if refused.missing == "season":
            of = "daily" if refused.needs * self.step_ms <= 2 * DAY_MS else "weekly"
            return f"has {has}, needs {needs} for a {of} season"
        return f"has {has}, needs {needs}"


@dataclass(frozen=True, slots=True)
class Living:
    """A series that is there now.

    Attributes:
        track: Its past; without any value where it is younger than a step.
        newest: The newest value of the past; of a series without one, the present value.
    """

    track: Track
    newest: float


def living(query: Query, expr: str, window: Window, *, now_ms: int) -> list[Living]:
    """Return the series of an expression that are there now, with their past; one without a past too.

    Args:
        query: Who is asked.
        expr: PromQL of a vector or a scalar.
        window: The past.
        now_ms: Unix time in milliseconds, at or after the end of the window.

    Raises:
        QueryError: It cannot be answered.
    """
    past = {track.labels: Living(track, newest_of(track)) for track in tracks(query, expr, window)}
    now = query(expr, now_ms)
    if now.kind != "vector":
        return [*past.values()]
    times_ms = window.times_ms
    nothing = np.full(len(times_ms), np.nan)
    return [
        past.get(labels) or Living(Track(labels, times_ms, nothing), value) for labels, value in now.samples
    ]


def newest_of(track: Track) -> float:
    """Return the newest value that is a number; NaN where there is none."""
    finite = track.values[np.isfinite(track.values)]
    return float(finite[-1]) if len(finite) else float("nan")
