"""What the adaptive method remembers of a series, and the constants of its reckoning.

Levels are means with exponential weights; their memories are numbers of points. Streams are differences
between a point (or a short mean) and what was expected; each has two sides, for points above and below.
"""

from __future__ import annotations

from typing import Final

from otel_monitoring.analytics.anomaly.columns import Table

HOUR_S: Final = 3600.0
LARGEST: Final = 1e30
DAY_HOURS: Final = 24
WEEK_HOURS: Final = 168
EPOCH_WEEKDAY_HOURS: Final = 96
"""The epoch was a Thursday: four days before the Monday that the hours of a week are counted from."""

LEVEL_SHARES: Final = (1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 256, 1 / 512, 1 / 2048)
LONGEST_LEVEL: Final = 2048
SEASON_SHARES: Final = (1 / 8, 1 / 16, 1 / 1024)
STREAMS: Final = (
    "value",
    "slow shift",
    "middle shift",
    "quick shift",
    "short shift",
    "jump",
    "distance",
    "season",
    "short season",
    "long season",
)
VALUE, SLOW, MIDDLE, QUICK, SHORT, JUMP, DISTANCE, SEASON, SHORT_SEASON, LONG_SEASON = range(len(STREAMS))
GENERAL: Final = (VALUE, SLOW, MIDDLE, QUICK, SEASON, SHORT_SEASON, LONG_SEASON)
LEVEL_GROUP: Final = (SHORT, SHORT_SEASON, VALUE, SLOW)
POINT_GROUP: Final = (JUMP, DISTANCE, SEASON)
# The groups: levels, points (two or three of them), and the spread of points (a dozen of them).
GROUPS: Final = 3

COUNT: Final = len(STREAMS)
# One number of a series each ...
SEEN, SEEN_SEASONAL, NEWEST_S, STEP_S, PREVIOUS = range(5)
HOUR, HOUR_SUM, HOUR_POINTS = range(5, 8)
RUN, LONGEST, REPEATS, CHANCES, REPEATED, LIKELY = range(8, 14)
SMOOTH, POINT_SMOOTH, SPREAD_SMOOTH = range(14, 17)
DAY_BAR, WEEK_BAR, CALM_BAR, HABIT = range(17, 21)
# ... and several of them each.
LEVELS: Final = slice(21, 28)
SEASON_LEVELS: Final = slice(28, 31)
CROWD: Final = slice(31, 31 + GROUPS)
HIGH: Final = slice(34, 34 + GROUPS)
EXCESS: Final = slice(37, 37 + GROUPS)
EXCEEDED: Final = slice(40, 40 + GROUPS)
SIZES: Final = slice(43, 43 + COUNT)
EDGES: Final = slice(53, 53 + 2 * COUNT)
SLOPES: Final = slice(73, 73 + 2 * COUNT)
BEYOND: Final = slice(93, 93 + 2 * COUNT)
LOWEST, HIGHEST = 113, 114
FIELDS: Final = 115
TABLES: Final = (
    Table("day", DAY_HOURS),
    Table("week", WEEK_HOURS),
    Table("days", DAY_HOURS, "uint8"),
    Table("weeks", WEEK_HOURS, "uint8"),
)

STEP_SHARE: Final = 0.05
STEP_STRETCH: Final = 3.0
# Seasons: an hour of the day is known after two of them, one of the week after three.
DAYS_KNOWN, WEEKS_KNOWN = 2, 3
DAY_SHARE, WEEK_SHARE = 0.2, 0.3
MOST_VISITS: Final = 255
ROUNDING: Final = 1e-6
# Tails of the streams: 2.5 % of all points lie beyond an edge, on its side.
TAIL: Final = 0.025
YOUNG, FIRST = 8, 48
FIRST_EDGE: Final = 2.5
SETTLED, LONG_MEMORY = 200.0, 20_000.0
SLOPE, LEAST_SLOPE, MOST_EXCESS = 0.35, 0.05, 2.5
PRIOR_BEYOND, MOST_BEYOND = 10.0, 500.0
LEAST_EDGE: Final = 1e-150
LEAST_SHARE, LARGEST_FADES = 0.1, 0.99
# Tails of the groups; that of a spread must not be stretched much by the faults that it finds.
GROUP_TAIL: Final = 0.02
GROUP_HIGH, GROUP_EXCESS, GROUP_MOST_EXCESS = (3.5, 3.0, 2.0), (0.5, 0.5, 0.25), (3.0, 3.0, 1.25)
GROUP_SETTLED, GROUP_MEMORY = 500.0, 30_000.0
GROUP_PRIOR, GROUP_MOST = 40.0, 2000.0
CROWD_SHARE, CROWD_FREE, CROWD_LEAST = 1 / 40, 5.0, 0.1
# Silence: repeats of one value.
SHORTEST_RUN, LONGER_THAN, SILENT_AFTER = 5, 3.0, 100
LONGEST_DECAY, LEAST_LIKELY, MOST_SILENCE = 0.9999, 0.3, 20.0
LEAST_SILENCE: Final = 18.0
# So many repeats make a series one that is constant but for some known values.
MOSTLY: Final = 0.9
# From evidence to a score.
SMOOTH_SHARE, SMOOTH_WEIGHT = 0.7, 0.3
POINT_SHARE, SPREAD_SHARE, SPREAD_MOST = 0.5, 1 / 8, 8.0
POWER, POWER_SCALE = 1.45, 4.0**0.45
GROUP_DISCOUNTS, SILENCE_DISCOUNT = (6.0, 7.0, 7.0), 3.0
# A finely sampled series has more chances an hour: what it costs per nat of the step below five minutes.
FINE_STEP_S, FINEST_STEP_S = 300.0, 15.0
FINE_COST_AGREED, FINE_COST_ALONE = 5.25, 2.7
MOST_EVIDENCE: Final = 8.0
# The bar of detection at the default budget, and how it moves with the logarithm of smaller and larger ones.
THRESHOLD, DEFAULT_BUDGET_HOURS = 1.65, 0.05
THRESHOLD_PER_NAT, LOOSE_PER_NAT = 0.6, 0.35
RANGE_RARITY: Final = 0.001
DAY_BAR_SHARE, FOUND_BAR_SHARE, DAY_BAR_S = 0.85, 1.2, 30 * HOUR_S
WEEK_BAR_SHARE, WEEK_BAR_S = 0.3, 240 * HOUR_S
HABIT_COST, HABIT_S = 0.05, 120 * HOUR_S
CALM_BAR_HEIGHT, CALM_BAR_S = 6.0, 1200.0


def fresh() -> list[float]:
    """Return the numbers of a series never seen."""
    numbers = [0.0] * FIELDS
    numbers[LIKELY] = 0.5
    numbers[CROWD] = [GROUP_TAIL] * GROUPS
    numbers[HIGH] = GROUP_HIGH
    numbers[EXCESS] = GROUP_EXCESS
    numbers[SLOPES] = [SLOPE] * (2 * COUNT)
    return numbers
