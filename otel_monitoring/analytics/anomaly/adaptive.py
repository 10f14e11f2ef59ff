"""The adaptive method: several streams of residuals per series, each with the tail that it really has.

A point is compared with levels of several memories and with what is usual at its hour of the day and of
the week. Each difference is a stream; its rarity is read from its own tail (``tails``). The mean evidence
of the streams, sharpened, finds what several streams agree on; three smaller groups and the length of a
silence, whose own tails are learned too (``groups``, ``silence``), find what is overwhelming. Whatever is
strange raises a bar that decays over a day, a detection raises it above itself, and frequent detections
raise it for some days: what follows has to be stranger, and nothing is ever deaf for good.

Sources: those of ``tails`` and ``groups``; the combination of evidence after Fisher, Statistical Methods
for Research Workers, 1925, section 21.1, as a mean since the streams are far from independent.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Final

import numpy as np

from otel_monitoring.analytics.anomaly import layout as at
from otel_monitoring.analytics.anomaly import season
from otel_monitoring.analytics.anomaly.budget import HOURS_A_DAY, MOST_NATS, threshold
from otel_monitoring.analytics.anomaly.columns import Columns
from otel_monitoring.analytics.anomaly.groups import rarity, together
from otel_monitoring.analytics.anomaly.silence import is_known, silence
from otel_monitoring.analytics.anomaly.tails import evidence
from otel_monitoring.analytics.anomaly.verdict import REASONS, Reason, Verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from otel_monitoring.analytics.anomaly.petty import Least

    Rows = NDArray[np.intp] | slice

LEVEL_SHARES: Final = np.array(at.LEVEL_SHARES)[:, None]
SEASON_SHARES: Final = np.array(at.SEASON_SHARES)[:, None]
GROUP_DISCOUNTS: Final = np.array(at.GROUP_DISCOUNTS)[:, None]
REASON_CODES: Final = np.array(REASONS, dtype=np.int8)


class AdaptiveMethod:
    """The adaptive method over many series; the state lives in ``Columns``.

    Args:
        false_alarm_hours: Hours a day with a false alarm in them that a series may cost.
    """

    def __init__(self, *, false_alarm_hours: float) -> None:
        self._threshold = threshold(false_alarm_hours)

    def columns(self, capacity: int) -> Columns:
        """Return columns for that many rows."""
        return Columns(fresh=at.fresh(), tables=at.TABLES, capacity=capacity)

    def calm(self, columns: Columns, *, rows: NDArray[np.intp], time_s: float) -> None:
        """Raise the bar of these rows; by their next points it has decayed since ``time_s``."""
        since_s = np.maximum(columns.numbers[at.NEWEST_S, rows] - time_s, 0.0)
        height = at.CALM_BAR_HEIGHT * np.exp(-since_s / at.CALM_BAR_S)
        columns.numbers[at.CALM_BAR, rows] = np.maximum(columns.numbers[at.CALM_BAR, rows], height)

    def update(
        self,
        columns: Columns,
        *,
        rows: NDArray[np.intp],
        times_s: NDArray[np.float64],
        values: NDArray[np.float64],
        least: Least | None = None,
    ) -> Verdicts:
        """Judge one point of each row, then learn it."""
        where = _together(rows)
        state = columns.numbers[:, where]
        gaps_s = _step(state, times_s)
        hours = np.floor(times_s / at.HOUR_S).astype(np.intp)
        usual = season.expected(columns, rows=where, hours=hours)
        low, high = _range(state, usual)
        said = _evidence(state, values=values, usual=usual)
        quiet = silence(state, values=values)
        general = said[list(at.GENERAL)].mean(axis=0)
        means = together(state, said=said)
        ranks = rarity(state, means=means)
        strange = _strange(state, general=general, groups=ranks, quiet=quiet)
        strange = np.where(is_known(state, values=values) & (quiet == 0.0), 0.0, strange)
        if least is not None:
            strange = np.where(least.is_petty(values, low=low, high=high), 0.0, strange)
        scores = _above_bars(state, strange=strange, gaps_s=gaps_s)
        season.learn(columns, state, rows=where, hours=hours, values=values)
        state[at.SEEN] += 1.0
        state[at.NEWEST_S] = times_s
        state[at.PREVIOUS] = values
        columns.numbers[:, where] = state
        return Verdicts(
            scores=scores / (scores + at.THRESHOLD),
            is_anomalous=scores >= self._threshold,
            expected_low=low,
            expected_high=high,
            rarity_hours=_rarity_hours(strange),
            reasons=_reasons(said=said, means=means, groups=ranks, quiet=quiet, strange=strange),
        )


def _rarity_hours(strange: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return once in how many hours so much evidence is seen: ``budget.rarity_hours`` of many."""
    slope = np.where(strange > at.THRESHOLD, at.THRESHOLD_PER_NAT, at.LOOSE_PER_NAT)
    nats = np.minimum((strange - at.THRESHOLD) / slope, MOST_NATS)
    hours: NDArray[np.float64] = np.where(
        strange > 0.0, HOURS_A_DAY / at.DEFAULT_BUDGET_HOURS * np.exp(nats), 0.0
    )
    return hours


def _together(rows: NDArray[np.intp]) -> Rows:
    """Return rows that lie side by side as a slice: a view of the columns instead of a copy."""
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and (np.diff(rows) == 1).all():
        return slice(int(rows[0]), int(rows[-1]) + 1)
    return rows


def _step(state: NDArray[np.float64], times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Follow the usual step of each series, and return the time since its newest point."""
    seen = state[at.SEEN] > 0.0
    gaps_s = np.where(seen, np.maximum(times_s - state[at.NEWEST_S], 0.0), 0.0)
    step = state[at.STEP_S]
    stretched = np.where(step > 0.0, np.minimum(gaps_s, at.STEP_STRETCH * step), gaps_s)
    share = np.where(step > 0.0, at.STEP_SHARE, 1.0)
    state[at.STEP_S] = step + share * (stretched - step)
    return gaps_s


def _evidence(
    state: NDArray[np.float64], *, values: NDArray[np.float64], usual: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Move the levels to the new points, and return the evidence of every stream. Shape (streams, n)."""
    levels = state[at.LEVELS].copy()
    youth = 1.0 / (state[at.SEEN] + 1.0)
    state[at.LEVELS] += np.maximum(LEVEL_SHARES, youth) * (values - levels)
    known = ~np.isnan(usual)
    off = np.where(known, values - usual, 0.0)
    off = np.where(np.abs(off) <= at.ROUNDING * np.abs(values), 0.0, off)
    seasons = state[at.SEASON_LEVELS].copy()
    state[at.SEASON_LEVELS] += np.where(known, np.maximum(SEASON_SHARES, youth) * (off - seasons), 0.0)
    means, offs = state[at.LEVELS], state[at.SEASON_LEVELS]
    residuals = np.stack(
        [
            means[0] - levels[6],
            means[3] - levels[6],
            means[3] - levels[5],
            means[2] - levels[4],
            means[1] - levels[4],
            values - levels[0],
            values - levels[2],
            off,
            offs[0] - seasons[2],
            offs[1] - seasons[2],
        ]
    )
    residuals[:, state[at.SEEN] == 0.0] = np.nan
    residuals[at.SEASON :, ~known] = np.nan
    seen = np.repeat(np.maximum(state[at.SEEN] - 1.0, 0.0)[None], at.COUNT, axis=0)
    seen[at.SEASON :] = state[at.SEEN_SEASONAL]
    said = evidence(state, residuals=residuals, seen=seen)
    state[at.SEEN_SEASONAL] += known & (state[at.SEEN] > 0.0)
    return said


def _strange(
    state: NDArray[np.float64],
    *,
    general: NDArray[np.float64],
    groups: NDArray[np.float64],
    quiet: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Put the evidence together, and ask more of finely sampled series: they have more chances an hour."""
    state[at.SMOOTH] += at.SMOOTH_SHARE * (general - state[at.SMOOTH])
    both = general + at.SMOOTH_WEIGHT * (state[at.SMOOTH] - general)
    agreed = both**at.POWER / at.POWER_SCALE
    alone = _alone(groups=groups, quiet=quiet)
    step_s = np.clip(state[at.STEP_S], at.FINEST_STEP_S, at.FINE_STEP_S)
    finer = np.log(step_s / at.FINE_STEP_S)
    most = np.maximum(agreed + at.FINE_COST_AGREED * finer, alone + at.FINE_COST_ALONE * finer)
    strange = np.clip(most, 0.0, at.MOST_EVIDENCE)
    return np.where(general > 0.0, strange, 0.0)


def _alone(*, groups: NDArray[np.float64], quiet: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the evidence of whatever is overwhelming by itself."""
    crowds = (groups - GROUP_DISCOUNTS).max(axis=0)
    alone: NDArray[np.float64] = np.maximum(crowds, quiet - at.SILENCE_DISCOUNT)
    return alone


def _above_bars(
    state: NDArray[np.float64], *, strange: NDArray[np.float64], gaps_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what rises above the bars that former detections left, and raise these."""
    state[at.DAY_BAR] *= np.exp(-gaps_s / at.DAY_BAR_S)
    state[at.WEEK_BAR] *= np.exp(-gaps_s / at.WEEK_BAR_S)
    state[at.CALM_BAR] *= np.exp(-gaps_s / at.CALM_BAR_S)
    state[at.HABIT] *= np.exp(-gaps_s / at.HABIT_S)
    bars = np.maximum(np.maximum(state[at.DAY_BAR], state[at.WEEK_BAR]), state[at.CALM_BAR])
    above: NDArray[np.float64] = np.maximum(strange - bars - at.HABIT_COST * state[at.HABIT], 0.0)
    found = above >= at.THRESHOLD
    share = np.where(found, at.FOUND_BAR_SHARE, at.DAY_BAR_SHARE)
    state[at.DAY_BAR] = np.maximum(state[at.DAY_BAR], share * strange)
    state[at.WEEK_BAR] = np.maximum(state[at.WEEK_BAR], at.WEEK_BAR_SHARE * strange)
    state[at.HABIT] += found
    return above


def _range(
    state: NDArray[np.float64], usual: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the range that all but one in a thousand points on each side were expected in."""
    known = ~np.isnan(usual)
    middle = np.where(known, usual, state[at.LEVELS][2])
    edges, slopes = state[at.EDGES], state[at.SLOPES]
    further = log(at.TAIL / at.RANGE_RARITY)
    ends = []
    for side in (0, 1):
        season_side, distance_side = 2 * at.SEASON + side, 2 * at.DISTANCE + side
        edge = np.where(known, edges[season_side], edges[distance_side])
        slope = np.where(known, slopes[season_side], slopes[distance_side])
        ends.append(edge * np.exp(np.minimum(slope * further, 10.0)))
    young = state[at.SEEN] <= at.YOUNG
    return np.where(young, np.nan, middle - ends[1]), np.where(young, np.nan, middle + ends[0])


def _reasons(
    *,
    said: NDArray[np.float64],
    means: NDArray[np.float64],
    groups: NDArray[np.float64],
    quiet: NDArray[np.float64],
    strange: NDArray[np.float64],
) -> NDArray[np.int8]:
    """Name the stream that says most; surprising points at an unsurprising level are a wider spread."""
    reasons = REASON_CODES[said.argmax(axis=0)]
    wide = (groups[2] > groups[:2].max(axis=0)) & (means[2] > means[0])
    reasons = np.where(wide, Reason.SPREAD, reasons)
    reasons = np.where(quiet > groups.max(axis=0), Reason.SILENCE, reasons)
    return np.where(strange > 0.0, reasons, Reason.NONE).astype(np.int8)
