"""What has a limit, watched."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE, Batch
from otel_monitoring.reports.forecasts.limits import Limit
from otel_monitoring.reports.forecasts.watch import EXHAUSTION, FORECAST
from otel_monitoring.testing import FakeClock
from tests.reports.forecasts.filling import DAY_MS, DISK, LOAD, NOW_MS, Filling, full_in, waves

MINUTE_MS = 60_000


def values(batch: Batch) -> dict[tuple[str, str], float]:
    """Return the samples of a batch by name, bound and how far ahead."""
    return {
        (labels.get("__name__"), labels.get("ahead") + labels.get("bound")): value
        for labels, value in zip(batch.labels, batch.values, strict=True)
    }


def test_a_disk_that_fills_up_is_full_when_it_should_be() -> None:
    (standing,) = Filling({DISK: full_in(9)}).watch().standings()

    assert standing.outcome == "expected"
    assert standing.low_s is not None
    assert standing.expected_s is not None
    assert standing.high_s is not None
    assert standing.low_s < standing.expected_s < standing.high_s
    assert standing.expected_s / 86_400 == pytest.approx(9, abs=0.7)
    assert standing.horizon_s == 30 * 86_400


def test_the_most_urgent_is_in_front() -> None:
    other = DISK.with_({"system_filesystem_mountpoint": "/log"})
    third = DISK.with_({"system_filesystem_mountpoint": "/"})
    filling = Filling({third: np.full(960, 0.5), DISK: full_in(9), other: full_in(4)})

    found = filling.watch().standings()

    assert [one.told for one in found] == ["/log", "/data", "/"]
    assert found[-1].outcome == "not within the horizon"


def test_a_short_past_allows_a_short_look_ahead() -> None:
    (standing,) = Filling({DISK: full_in(9, of=5)}).watch().standings()

    assert standing.horizon_s == 7 * 86_400


def test_too_short_a_past_is_said_and_not_guessed_from() -> None:
    (standing,) = Filling({DISK: full_in(2, of=1)}).watch().standings()

    assert standing.outcome is None
    assert standing.reason == "has 24 hours, needs 2 days for a daily season"


def test_memory_is_followed_over_restarts() -> None:
    """The process of the first 20 days was another instance."""
    known = {"__name__": "otel_monitoring_memory_utilization_ratio", "job": "shop"}
    hours = full_in(9)
    gone = np.where(np.arange(960) < 480, hours, np.nan)
    now = np.where(np.arange(960) >= 480, hours, np.nan)
    filling = Filling(
        {Labels.of({**known, "instance": "a"}): gone, Labels.of({**known, "instance": "b"}): now}
    )

    (standing,) = filling.watch().standings()

    assert standing.told == ""
    assert standing.expected_s is not None
    assert standing.expected_s / 86_400 == pytest.approx(9, abs=0.7)


def test_a_series_that_has_just_begun_is_told_of() -> None:
    """The grid of hours has no point of what began in this one."""
    filling = Filling({DISK: full_in(9)[:1]})
    filling.clock = FakeClock(NOW_MS + 600_000)
    filling.began_late = True

    (standing,) = filling.watch().standings()

    assert standing.reason == "has less than an hour, needs 2 days for a daily season"
    assert standing.newest == pytest.approx(float(full_in(9)[0])), "how full it is now is known all the same"


def test_a_series_that_has_ended_is_left_out() -> None:
    """Nobody waits for a disk that is gone."""
    filling = Filling({DISK: full_in(9)})
    filling.clock = FakeClock(NOW_MS + DAY_MS)

    assert filling.watch().standings() == []


def test_a_disk_without_room_for_writing_is_left_alone() -> None:
    """What is mounted read-only is always full."""
    labels = DISK.with_({"system_filesystem_mode": "ro"})

    assert Filling({labels: np.full(960, 1.0)}).watch().standings() == []


def test_users_name_limits_of_their_own() -> None:
    limit = Limit("load", "load", 0.0, is_floor=True)
    filling = Filling({LOAD: 1000 - np.arange(960.0)}, limits=(limit,))

    (standing,) = filling.watch().standings()

    assert standing.expected_s is not None
    assert standing.expected_s / 3600 == pytest.approx(41, abs=4)


def test_series_are_written_for_rules() -> None:
    filling = Filling({DISK: full_in(5)})

    filling.watch().step(NOW_MS)

    (batch,) = filling.recorded
    assert batch.source.startswith("rule:forecasts;")
    assert {labels.get("resource") for labels in batch.labels} == {"disk"}
    assert {labels.get("system_filesystem_mountpoint") for labels in batch.labels} == {"/data"}
    found = values(batch)
    low, high = found[EXHAUSTION, "low"], found[EXHAUSTION, "high"]
    assert low < found[EXHAUSTION, "expected"] < high
    assert found[FORECAST, "1dexpected"] == pytest.approx(0.84, abs=0.01)


def test_seconds_count_down_between_two_looks() -> None:
    filling = Filling({DISK: full_in(5)})
    watch = filling.watch()

    watch.step(NOW_MS)
    watch.step(NOW_MS + MINUTE_MS // 2)
    watch.step(NOW_MS + MINUTE_MS)

    first, later = map(values, filling.recorded)
    assert first[EXHAUSTION, "low"] - later[EXHAUSTION, "low"] == pytest.approx(60)


def test_what_no_longer_fills_up_ends_its_series() -> None:
    filling = Filling({DISK: full_in(5)})
    watch = filling.watch()
    watch.step(NOW_MS)

    watch.step(NOW_MS + 3 * DAY_MS)

    ended = filling.recorded[-1]
    assert np.array(ended.values).tobytes() == np.full(len(ended.labels), STALE).tobytes()


def test_only_who_speaks_writes() -> None:
    filling = Filling({DISK: full_in(5)}, is_speaking=False)
    watch = filling.watch()

    watch.step(NOW_MS)
    assert filling.recorded == []

    filling.is_speaking = True
    watch.step(NOW_MS)
    assert len(filling.recorded) == 1


def test_an_expression_that_cannot_be_asked_hinders_no_other(caplog: pytest.LogCaptureFixture) -> None:
    bad = Limit("bad", "sum(", 1.0)
    watch = Filling({LOAD: waves(40)}, limits=(bad, Limit("load", "load", 1e6))).watch()

    found = watch.standings()
    watch.step(NOW_MS + DAY_MS)

    assert [one.limit.resource for one in found] == ["load"]
    assert caplog.text.count("the capacity of bad cannot be asked for") == 1


def test_a_child_process_begins_anew() -> None:
    filling = Filling({DISK: full_in(5)})
    watch = filling.watch()
    watch.step(NOW_MS)

    watch.after_fork()
    watch.step(NOW_MS)
    watch.stop()

    assert len(filling.recorded) == 2


def test_a_look_that_takes_long_goes_on_in_the_next_step() -> None:
    """Each step looks at one series here; nothing is written before all are known."""
    other = DISK.with_({"system_filesystem_mountpoint": "/log"})
    filling = Filling({DISK: full_in(5), other: full_in(4)}, clock=SlowClock(NOW_MS))
    watch = filling.watch()

    watch.step(NOW_MS)
    after_one = list(filling.recorded)
    watch.step(NOW_MS + 1000)
    watch.step(NOW_MS + 2000)

    assert after_one == []
    (batch,) = filling.recorded
    assert {labels.get("system_filesystem_mountpoint") for labels in batch.labels} == {"/data", "/log"}


class SlowClock(FakeClock):
    """A clock by which whatever happens between two looks at it takes a second."""

    def monotonic_s(self) -> float:
        self.advance(1)
        return super().monotonic_s()
