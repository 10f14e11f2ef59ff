"""What moved with an incident, and what was first."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.analytics.correlation.movers import How, Moved, moved
from tests.analytics.correlation.incidents import STEP_MS, incident

BEFORE, WINDOW = 600, 60
POINTS = BEFORE + WINDOW
TIMES_MS = np.arange(POINTS, dtype=np.int64) * STEP_MS
START_MS = int(TIMES_MS[BEFORE])


def quiet(seed: int, *, series: int = 20) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return series around 10 that do nothing."""
    return 10 + np.random.default_rng(seed).standard_normal((series, POINTS))


def asked(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Moved:
    """Return what moved in the last hour."""
    return moved(TIMES_MS, values, start_ms=START_MS)


def test_the_cause_of_an_incident_is_among_the_first_three() -> None:
    """In ten of twelve small incidents at least; the benchmark asks 200 large ones."""
    found = 0
    for seed in range(5000, 5012):
        made = incident(seed, series=120)
        answer = moved(made.times_ms, made.values, start_ms=made.window_ms[0])
        found += made.cause in [mover.row for mover in answer.movers[:3]]

    assert found >= 10


def test_who_moved_first_stands_in_front_of_who_follows() -> None:
    """A shift of one series is passed on, weaker and later, to five others."""
    values = quiet(1)
    values[7, BEFORE + 20 :] += 6
    for row, delay in zip(range(5), (3, 4, 6, 8, 9), strict=True):
        values[row, BEFORE + 20 + delay :] += 5

    first = asked(values).movers[0]

    assert (first.row, first.how, first.onset_ms) == (7, "shift", int(TIMES_MS[BEFORE + 20]))
    assert 5 <= first.followers <= 6
    assert first.before == pytest.approx(10, abs=0.5)


def test_nothing_moves_in_quiet_series() -> None:
    """Of 200 series that do nothing, hardly one is said to have moved."""
    assert len(asked(quiet(2, series=200)).movers) <= 2


@pytest.mark.parametrize(
    ("how", "then"),
    [
        ("shift", np.full(30, 17.0)),
        ("drop", np.zeros(30)),
        ("ramp", 10 + np.minimum(np.arange(1.0, 31.0), 16)),
        ("spike", np.concatenate([np.full(3, 25.0), np.full(27, 10.0)])),
        ("spread", np.tile([2.0, 18.0, 17.0, 1.0, 3.0], 6)),
        ("silent", np.full(30, np.nan)),
    ],
)
def test_it_is_said_what_happened(how: How, then: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """Each kind has its word, and begins when it began, give or take three minutes."""
    values = quiet(3)
    noise = values[4, -30:] - 10
    values[4, -30:] = then if how in ("drop", "silent") else then + noise

    [mover] = [one for one in asked(values).movers if one.row == 4]

    assert mover.how == how
    assert abs(mover.onset_ms - int(TIMES_MS[-30])) <= 3 * STEP_MS


def test_a_series_that_comes_is_new() -> None:
    """An error that nobody had before has no past to be compared with."""
    values = quiet(4)
    values[2, :-10] = np.nan

    [mover] = [one for one in asked(values).movers if one.row == 2]

    assert (mover.how, mover.onset_ms) == ("new", int(TIMES_MS[-10]))
    assert np.isnan(mover.before)


def test_what_never_moved_moves() -> None:
    """A counter of errors that stood at zero all day."""
    values = quiet(5)
    values[9] = 0.0
    values[9, -12:] = 0.4

    [mover] = [one for one in asked(values).movers if one.row == 9]

    assert (mover.how, mover.before, mover.after) == ("shift", 0.0, 0.4)


def test_what_the_day_brings_is_no_surprise_once_days_are_known() -> None:
    """A job of every day at this time moved nothing that other days did not move."""
    times_ms = np.arange(4 * 1440, dtype=np.int64) * STEP_MS
    values = 10 + np.random.default_rng(8).standard_normal((10, len(times_ms)))
    values[3] += 15 * ((np.arange(len(times_ms)) % 1440) >= 1410)
    start_ms = int(times_ms[-60])

    rows = [mover.row for mover in moved(times_ms, values, start_ms=start_ms).movers]
    without = [mover.row for mover in moved(times_ms[-1440:], values[:, -1440:], start_ms=start_ms).movers]

    assert 3 not in rows
    assert 3 in without


@pytest.mark.parametrize("value", [0.0, 3.5, np.nan, np.inf, -np.inf, 1e300])
def test_what_is_always_the_same_has_not_moved(value: float) -> None:
    """Whatever it is."""
    answer = asked(np.full((3, POINTS), value))

    assert answer.movers == ()
    assert answer.looked_at == 3


def test_huge_and_tiny_numbers_move_like_others() -> None:
    """A unit changes nothing."""
    values = quiet(6)
    values[1, -20:] += 8
    rows = [(mover.row, mover.onset_ms) for mover in asked(values).movers]

    assert [(mover.row, mover.onset_ms) for mover in asked(values * 1e299).movers] == rows
    assert [(mover.row, mover.onset_ms) for mover in asked(values * 1e-200).movers] == rows


def test_gaps_are_neither_news_nor_silence() -> None:
    """A fifth of all points is missing, at random."""
    values = quiet(7, series=50)
    values[np.random.default_rng(1).random(values.shape) < 0.2] = np.nan

    assert len(asked(values).movers) <= 2


@pytest.mark.parametrize("before", [0, 1, 2, 100])
def test_without_a_past_there_is_a_reason(before: int) -> None:
    """Nobody knows what is usual."""
    answer = moved(TIMES_MS[: before + 10], np.ones((2, before + 10)), start_ms=int(TIMES_MS[before]))

    assert "points before the window" in answer.reason


def test_a_window_of_two_points_is_too_short() -> None:
    """The reason says how many are needed."""
    answer = moved(TIMES_MS, quiet(1), start_ms=int(TIMES_MS[-2]))

    assert answer.reason == "the window has 2 points: at least 5 are needed"


def test_no_series_are_a_reason() -> None:
    """An empty answer says why."""
    assert asked(np.zeros((0, POINTS))).reason == "no series to look at"


def test_times_that_are_all_the_same_are_no_error() -> None:
    """What was measured twice at once has no day, and is looked at as it is."""
    times_ms = np.where(np.arange(POINTS) < BEFORE, 0, 1).astype(np.int64)

    assert moved(times_ms, quiet(9), start_ms=1).reason == ""


def test_counters_that_begin_anew_are_no_error() -> None:
    """Their fall is seen as what it is: a surprise where it never happened before."""
    values = np.cumsum(np.abs(quiet(10)), axis=1)
    values[3, -20:] -= values[3, -20]

    answer = asked(values)

    assert answer.movers[0].row == 3
    assert answer.movers[0].onset_ms == int(TIMES_MS[-20])


@pytest.mark.parametrize("noise", [0.0, 0.1, 1.0])
def test_what_grows_on_and_on_has_not_moved(noise: float) -> None:
    """A process gets older, a disk gets fuller."""
    values = np.arange(POINTS) * np.arange(1.0, 31.0)[:, None] + noise * quiet(11, series=30)

    assert len(asked(values).movers) <= 1


@pytest.mark.parametrize("length", [2, 5, 7, 15, 30])
def test_what_goes_on_and_off_by_a_clock_has_not_moved(length: int) -> None:
    """Jobs that run every so often: their edges are steep, and always were."""
    on = (np.arange(POINTS) // length) % 2.0
    pulses = (np.arange(POINTS) % length == 0).astype(float)

    assert asked(np.array([on, pulses, 1e300 * on])).movers == ()
