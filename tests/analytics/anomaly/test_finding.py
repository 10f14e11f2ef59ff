"""What the adaptive method finds, and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from otel_monitoring.analytics.anomaly.bank import AnomalyBank
from otel_monitoring.analytics.anomaly.stream import Detector
from otel_monitoring.analytics.anomaly.verdict import Reason
from otel_monitoring.analytics.anomaly.window import detect

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEP_S = 300.0
START_S = 1_700_006_400.0
DAY = 288
COUNT = 7 * DAY


def times_s(count: int = COUNT, *, step_s: float = STEP_S) -> NDArray[np.float64]:
    """Return so many times from a midnight on."""
    return START_S + step_s * np.arange(count, dtype=np.float64)


def noise(seed: int = 1, *, count: int = COUNT) -> NDArray[np.float64]:
    """Return plain noise around 100."""
    return 100 + 5 * np.random.default_rng(seed).standard_normal(count)


def daily(seed: int = 1) -> NDArray[np.float64]:
    """Return a day's rise and fall with a little noise."""
    wave: NDArray[np.float64] = np.sin(2 * np.pi * times_s() / 86_400)
    return 0.6 * noise(seed) + 80.0 * wave


def findings(values: NDArray[np.float64]) -> list[tuple[int, Reason]]:
    """Return day and reason of each finding at the default budget, three days of warm-up aside."""
    found = detect(times_s(len(values)), values)
    days = [(int((finding.start_s - START_S) // 86_400), finding.reason) for finding in found]
    return [(day, reason) for day, reason in days if day >= 3]


def test_plain_noise_is_left_alone() -> None:
    """Three days of four series at one-minute steps, after two of warm-up, cost at most one hour."""
    minutes = times_s(5 * 1440, step_s=60.0)
    hours = {
        (seed, finding.start_s // 3600)
        for seed in range(4)
        for finding in detect(minutes, noise(seed, count=len(minutes)))
        if finding.start_s >= START_S + 2 * 86_400
    }

    assert len(hours) <= 1


def test_a_spike_is_found_when_it_comes() -> None:
    """Three points far above everything, on the fifth day."""
    values = noise()
    values[4 * DAY + 100 : 4 * DAY + 103] += 80.0

    (first,) = {day for day, _ in findings(values)}
    assert first == 4


def test_a_new_level_is_found_once_and_then_usual() -> None:
    """The level that stays is an alarm on its first day alone."""
    values = noise()
    values[4 * DAY :] += 40.0

    assert {day for day, _ in findings(values)} == {4}


def test_a_series_that_hangs_is_a_silence() -> None:
    """One value over and over, well within the usual range."""
    values = noise()
    values[4 * DAY + 50 : 4 * DAY + 90] = values[4 * DAY + 50]

    assert findings(values) == [(4, Reason.SILENCE)]


def test_what_is_usual_by_day_is_strange_by_night() -> None:
    """The level of noon at midnight is within the range of the day, and not within that of the hour."""
    values = daily()
    values[5 * DAY + 200 : 5 * DAY + 212] = values[5 * DAY + 60 : 5 * DAY + 72]

    assert [day for day, _ in findings(values)] == [5]


def test_a_burst_of_noise_is_a_wider_spread() -> None:
    """Points far off on both sides for two hours, at a level that stays."""
    rng = np.random.default_rng(5)
    minutes = times_s(5 * 1440, step_s=60.0)
    values = noise(count=len(minutes))
    values[6000:6120] += 30.0 * rng.standard_normal(120)

    found = [finding for finding in detect(minutes, values) if finding.start_s >= minutes[5940]]

    assert [finding.reason for finding in found] == [Reason.SPREAD]


def test_a_repeat_of_what_was_just_found_is_told_once() -> None:
    """The same spike every two hours, of which there was none before, is one finding that day."""
    values = noise()
    for start in range(4 * DAY + 100, 5 * DAY, 24):
        values[start : start + 2] += 60.0

    assert [day for day, _ in findings(values) if day == 4] == [4]


def test_a_series_that_often_hangs_for_a_while_is_no_silence() -> None:
    """A run of one value is news only where it is far longer than those before."""
    values = noise()
    for start in range(50, COUNT, 150):
        values[start : start + 10] = values[start]
    values[5 * DAY + 20 : 5 * DAY + 45] = values[5 * DAY + 20]

    assert findings(values) == []


def test_what_was_seen_before_is_no_surprise_any_more() -> None:
    """A constant series that steps up for one point every day stays quiet after the first days."""
    values = np.full(COUNT, 8.0)
    values[::DAY] = 9.0

    assert findings(values) == []


def test_a_finding_says_what_was_expected_and_how_rare_it_is() -> None:
    """The range lies around the noise, and the rarity fits the budget of 0.05 hours a day."""
    values = noise()
    values[4 * DAY + 100 : 4 * DAY + 103] += 80.0

    finding = max(detect(times_s(), values), key=lambda finding: finding.score)

    assert 70.0 < finding.expected_low < 100.0 < finding.expected_high < 130.0
    assert finding.value > finding.expected_high
    assert finding.rarity_hours >= 24 / 0.05
    assert finding.start_s <= finding.peak_s <= finding.end_s


def test_scaling_moves_nothing() -> None:
    """The scores of a series in bytes are those of the series in megabytes, but for usual values rounded."""
    plain, scaled = Detector(), Detector()

    for time_s, value in zip(times_s(800).tolist(), noise(count=800).tolist(), strict=True):
        assert scaled.update(time_s, 1e6 * value) == pytest.approx(plain.update(time_s, value), abs=1e-5)


@pytest.mark.parametrize("value", [0.0, 7.5, -3.0, 1e300, -1e300])
def test_a_constant_series_scores_nothing(value: float) -> None:
    """Whatever the constant."""
    detector = Detector()

    assert {detector.update(time_s, value) for time_s in times_s(3 * DAY).tolist()} == {0.0}


@pytest.mark.parametrize("method", ["adaptive", "zscore"])
@pytest.mark.parametrize(
    "values",
    [
        pytest.param([], id="empty"),
        pytest.param([1.0, 2.0], id="two points"),
        pytest.param([float("nan")] * 50, id="no number"),
        pytest.param([float("inf"), float("-inf")] * 30, id="infinite"),
        pytest.param([0.0] * 200, id="zero"),
        pytest.param([1e300, -1e300] * 100, id="huge"),
        pytest.param([5e-324, 0.0] * 100, id="tiny"),
        pytest.param((np.arange(300) % 100 * 10.0).tolist(), id="counter that is reset"),
    ],
)
def test_degenerate_windows_give_no_finding(values: list[float], method: str) -> None:
    """No exception, no warning, no alarm."""
    array = np.array(values, dtype=np.float64)

    assert detect(times_s(len(array)), array, method="zscore" if method == "zscore" else "adaptive") == []


def test_equal_times_are_steps_like_others() -> None:
    """A hundred points at one time give scores and no error."""
    detector = Detector()

    scores = [detector.update(START_S, value) for value in noise(count=100).tolist()]

    assert max(scores) < 0.5


def spike_found(*, calm: bool) -> bool:
    """Return whether a bank finds a moderate jump, a restart being noted just before it or not."""
    bank = AnomalyBank(capacity=1)
    rows = np.array([bank.add()])
    values = noise(3, count=4 * DAY)
    values[-1] = 126.0
    for time_s, value in zip(times_s(len(values))[:-1].tolist(), values[:-1].tolist(), strict=True):
        bank.update(rows, np.array([time_s]), np.array([value]))
    last_s = float(times_s(len(values))[-1])
    if calm:
        bank.note_restart(rows, last_s - 10.0)
    return bool(bank.update(rows, np.array([last_s]), values[-1:]).is_anomalous[0])


def test_a_restart_raises_the_bar() -> None:
    """What would be an alarm is none just after a restart."""
    assert spike_found(calm=False)
    assert not spike_found(calm=True)


def test_a_smaller_budget_finds_less() -> None:
    """The threshold follows the budget."""
    values = noise(count=6 * DAY) + 0.0
    values[::97] += np.random.default_rng(2).exponential(12.0, len(values[::97]))

    strict = detect(times_s(len(values)), values, false_alarm_hours=0.001)
    loose = detect(times_s(len(values)), values, false_alarm_hours=2.0)

    assert len(strict) < len(loose)


def test_a_row_goes_on_after_a_restart_of_the_process() -> None:
    """A loaded state says what the row that was dumped would have said."""
    values = noise()
    kept, fresh = AnomalyBank(capacity=1), AnomalyBank(capacity=4)
    here, there = np.array([kept.add()]), np.array([[fresh.add() for _ in range(3)][2]])
    for time_s, value in zip(times_s()[: 3 * DAY].tolist(), values.tolist(), strict=False):
        kept.update(here, np.array([time_s]), np.array([value]))

    fresh.load(int(there[0]), kept.dump(int(here[0])))

    for time_s, value in zip(times_s()[3 * DAY : 4 * DAY].tolist(), values[3 * DAY :].tolist(), strict=False):
        now, later = np.array([time_s]), np.array([value])
        assert fresh.update(there, now, later).scores == pytest.approx(kept.update(here, now, later).scores)


def test_the_state_of_a_row_takes_at_most_two_kilobytes() -> None:
    """In memory and as saved."""
    bank = AnomalyBank(capacity=1)

    assert bank.row_bytes <= 2048
    assert len(bank.dump(bank.add())) <= 2048


def test_a_constant_that_follows_one_other_value_is_no_silence() -> None:
    """A run is strange only to a series that was seen to change before."""
    values = np.full(DAY, 8.0)
    values[0] = 9.0

    assert detect(times_s(DAY), values) == []
