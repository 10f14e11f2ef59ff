"""Which series go together, and what moved with an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.reports.errors import AnalysisError
from tests.reports.correlations.incident_at_hand import (
    ALERT,
    BEGAN,
    END_MS,
    MINUTES,
    NOTICED_MS,
    START_MS,
    STEP_MS,
    desk,
)

if TYPE_CHECKING:
    from otel_monitoring.reports.correlations.desk import CorrelationsDesk

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def known() -> CorrelationsDesk:
    """All of the eight hours."""
    return desk()


def test_what_moved_with_an_alert_begins_with_its_cause(known: CorrelationsDesk) -> None:
    """The queue filled up before calls became slow and rare; scores of ours explain nothing."""
    alert, found = known.moved_with("SlowCalls")

    assert alert is ALERT
    names = [one.candidate.name for one in found.movements]
    assert names[0] == "queue_depth"
    assert set(names) == {"queue_depth", "lag_seconds", "calls_total"}
    assert found.movements[0].mover.onset_ms == START_MS + BEGAN * STEP_MS
    assert found.looked_at == 9


def test_a_movement_is_told_in_words(known: CorrelationsDesk) -> None:
    """Which series, what, since when, from what to what, and what followed."""
    first = known.moved_around(NOTICED_MS).movements[0]

    assert first.text.startswith("queue_depth of mail moved to another level at 07:20:00 UTC, from ")
    assert first.text.endswith("; 2 other series moved soon after.")
    assert "messages" in first.text


def test_points_are_those_of_the_window_and_as_long_before(known: CorrelationsDesk) -> None:
    """Enough to draw."""
    found = known.moved_around(NOTICED_MS)
    first = found.movements[0]

    assert first.times_ms[0] == 2 * found.window.start_ms - found.window.end_ms
    assert first.times_ms[-1] == found.window.end_ms
    assert len(first.values) == len(first.times_ms)


def test_a_window_can_be_chosen(known: CorrelationsDesk) -> None:
    """Before it began, nothing moved."""
    quiet = known.moved_between(START_MS + 360 * STEP_MS, START_MS + 420 * STEP_MS)
    loud = known.moved_between(START_MS + 420 * STEP_MS, END_MS + HOUR_MS)

    assert (quiet.movements, quiet.reason) == ((), "")
    assert loud.movements[0].candidate.name == "queue_depth"
    assert loud.window.end_ms == END_MS


def test_with_little_of_the_past_the_window_becomes_shorter() -> None:
    """Three hours say nothing of what is usual for a window of seventy minutes, yet for a shorter one."""
    found = desk(minutes=200).moved_around(NOTICED_MS)

    assert found.window.start_ms > NOTICED_MS - HOUR_MS
    assert found.movements[0].candidate.name == "queue_depth"


def test_without_a_past_there_is_a_reason() -> None:
    """Nothing is guessed from ten minutes."""
    found = desk(minutes=50).moved_around(NOTICED_MS)

    assert found.movements == ()
    assert "points before the window" in found.reason


def test_what_is_there_now_and_then_only_has_been_known_since_it_came_first() -> None:
    """Routes that nobody asks for at night; together they are seldom there, until the last hours."""
    found = desk(seldom=60).moved_around(NOTICED_MS)

    assert found.since_ms < START_MS + HOUR_MS
    assert "queue_depth" in {one.candidate.name for one in found.movements}


def test_what_has_no_series_is_named(known: CorrelationsDesk) -> None:
    with pytest.raises(AnalysisError, match=r"there is 1; nothing is known of nowhere$"):
        known.related(["queue_depth", "nowhere"], span_ms=HOUR_MS)


@pytest.mark.parametrize(("start_ms", "end_ms"), [(END_MS, END_MS), (END_MS, START_MS), (0, END_MS)])
def test_a_window_that_is_none_is_refused(known: CorrelationsDesk, start_ms: int, end_ms: int) -> None:
    """Empty, turned round, and far too long."""
    with pytest.raises(AnalysisError, match="up to 7 days"):
        known.moved_between(start_ms, end_ms)


def test_an_alert_that_never_fired_is_refused(known: CorrelationsDesk) -> None:
    """The field is named."""
    with pytest.raises(AnalysisError, match="'Nobody'") as caught:
        known.moved_with("Nobody")

    assert caught.value.field == "alert"


def test_series_that_go_together_are_in_front(known: CorrelationsDesk) -> None:
    """The lag follows the queue three minutes later."""
    found = known.related(["queue_depth", "lag_seconds", "temperature"], span_ms=8 * HOUR_MS - STEP_MS)

    first = found.relations[0]
    assert {found.series[first.first].subject.name, found.series[first.second].subject.name} == {
        "queue_depth",
        "lag_seconds",
    }
    assert first.lag_ms == 3 * STEP_MS
    assert first.text.startswith("lag_seconds moves closely with queue_depth of mail, 3m later (r = 0.9")
    assert len(found.relations) == 8 * 7 // 2


def test_more_series_than_can_be_compared_are_counted(known: CorrelationsDesk) -> None:
    """Fifty of them are compared."""
    many = [f"temperature + {number}" for number in range(10)]

    found = known.related(many, span_ms=HOUR_MS, most_lag_ms=0)

    assert (len(found.series), found.left_out) == (50, 10)


@pytest.mark.parametrize(
    ("texts", "lag_ms", "field"),
    [([], None, "metric"), (["lag_seconds"], None, "metric"), (["temperature"], HOUR_MS, "lag")],
)
def test_what_cannot_be_compared_is_refused(
    known: CorrelationsDesk, texts: list[str], lag_ms: int | None, field: str
) -> None:
    """Nothing, a single series, a lag as long as the window."""
    with pytest.raises(AnalysisError) as caught:
        known.related(texts, span_ms=HOUR_MS, most_lag_ms=lag_ms)

    assert caught.value.field == field


def test_all_of_it_lies_within_the_eight_hours() -> None:
    """What the other tests build on."""
    assert START_MS + (MINUTES - 1) * STEP_MS == END_MS
