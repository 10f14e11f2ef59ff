"""Questions about what comes next."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.sample import Metadata
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.forecasts.desk import MOST_SERIES, Bounds
from tests.reports.forecasts.filling import DAY_MS, DISK, HOUR_MS, LOAD, NOW_MS, Filling, full_in, waves

LOADED = Filling({LOAD: waves(42)}).desk()


def test_a_series_goes_on_in_hours() -> None:
    found = LOADED.outlook("load", horizon_ms=2 * DAY_MS)

    (one,) = found.series
    assert found.span.step_ms == HOUR_MS
    assert one.times_ms[0] == NOW_MS + HOUR_MS
    assert one.values == pytest.approx(100 + 40 * np.sin(2 * np.pi * np.arange(1, 49) / 24), abs=6)
    assert (one.low < one.values).all()
    assert one.seasons == ("day", "week")
    assert one.reach is None


def test_a_limit_that_the_course_of_a_day_reaches_is_told() -> None:
    (one,) = LOADED.outlook("load", horizon_ms=2 * DAY_MS, limit=130.0).series

    assert one.reach is not None
    assert one.reach.expected == pytest.approx(3.5, abs=2)


def test_a_limit_below_is_reached_from_above() -> None:
    (one,) = LOADED.outlook("load", horizon_ms=2 * DAY_MS, limit=70.0).series

    assert one.reach is not None
    assert one.reach.expected == pytest.approx(15.5, abs=2)


def test_bounds_are_kept_and_suggested_by_the_past() -> None:
    known = {
        "system_filesystem_utilization_ratio": Metadata(
            "system_filesystem_utilization_ratio", "gauge", "", "1"
        )
    }
    desk = Filling({DISK: full_in(2, of=15, at=0.9)}, metadata=known).desk()

    (by_itself,) = desk.outlook("system_filesystem_utilization_ratio", horizon_ms=4 * DAY_MS).series
    (told,) = desk.outlook(
        "system_filesystem_utilization_ratio", horizon_ms=4 * DAY_MS, bounds=Bounds(0.0, 0.95)
    ).series

    assert by_itself.high.max() == 1.0
    assert told.values.max() == told.high.max() == 0.95


def test_too_short_a_past_is_said() -> None:
    (one,) = Filling({LOAD: waves(1)[:5]}).desk().outlook("load", horizon_ms=2 * DAY_MS).series

    assert one.reason == "has 5 hours, needs 2 days for a daily season"
    assert len(one.values) == 0


def test_a_past_of_days_does_not_tell_a_month() -> None:
    (one,) = Filling({LOAD: waves(6)}).desk().outlook("load", horizon_ms=30 * DAY_MS).series

    assert one.reason == "has 6 days, needs 15 days to look 30 days ahead"


def test_a_short_look_ahead_needs_no_season() -> None:
    (one,) = Filling({LOAD: waves(1)}).desk().outlook("load", horizon_ms=3 * HOUR_MS, step_ms=HOUR_MS).series

    assert one.reason == ""
    assert one.seasons == ()


@pytest.mark.parametrize(
    ("horizon_ms", "step_ms"),
    [(HOUR_MS, 60_000), (6 * HOUR_MS, 600_000), (DAY_MS, 1_800_000), (2 * DAY_MS, HOUR_MS),
     (7 * DAY_MS, 3 * HOUR_MS), (90 * DAY_MS, 6 * HOUR_MS)],
)  # fmt: skip
def test_steps_suit_the_horizon(horizon_ms: int, step_ms: int) -> None:
    assert LOADED.outlook("load", horizon_ms=horizon_ms).span.step_ms == step_ms


def test_no_more_series_are_continued_than_people_read() -> None:
    many = {LOAD.with_({"host": str(at)}): waves(3) for at in range(MOST_SERIES + 3)}

    found = Filling(many).desk().outlook("load", horizon_ms=DAY_MS)

    assert len(found.series) == MOST_SERIES
    assert found.left_out == 3


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"horizon_ms": 0}, "horizon"),
        ({"horizon_ms": 400 * DAY_MS}, "horizon"),
        ({"horizon_ms": DAY_MS, "step_ms": 1000}, "step"),
        ({"horizon_ms": DAY_MS, "step_ms": -1}, "step"),
        ({"horizon_ms": DAY_MS, "level": 95.0}, "level"),
        ({"horizon_ms": DAY_MS, "bounds": Bounds(1.0, 0.0)}, "floor"),
        ({"horizon_ms": DAY_MS, "aggregation": "p95"}, "aggregation"),
    ],
)
def test_questions_without_sense_are_refused(asked: dict[str, object], field: str) -> None:
    with pytest.raises(AnalysisError) as refused:
        LOADED.outlook("load", **asked)  # type: ignore[arg-type]

    assert refused.value.field == field


def test_what_is_no_promql_is_refused() -> None:
    with pytest.raises(QueryError):
        LOADED.outlook("sum(", horizon_ms=DAY_MS)
