"""Questions about anomalies."""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.sample import Batch
from otel_monitoring.reports.anomalies.desk import MOST_SERIES
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.testing import FakeClock
from tests.reports.anomalies.desk_at_hand import A, B, Desk
from tests.reports.anomalies.watching import MINUTE_MS, START_MS, Watching, series

HOUR_MS = 3_600_000


def at(desk: Desk) -> int:
    return desk.watching.now_ms


@pytest.fixture
def desk() -> Desk:
    """Four hours of what is usual, a jump, half an hour of what is usual."""
    watching = Watching()
    watching.usual(240, A, B)
    watching.minute({A: 1000.0, B: 101.0})
    watching.usual(30, A, B, seed=2)
    return Desk(watching)


def test_what_was_told_of_is_found_once_with_its_end(desk: Desk) -> None:
    (found,) = desk.found(since_ms=START_MS)

    assert found.value == 1000.0
    assert found.until_ms is not None


def test_what_lasts_is_found_without_an_end(desk: Desk) -> None:
    desk.watching.minute({A: 100.0, B: 1000.0})

    newest, older = desk.found(since_ms=START_MS)

    assert newest.until_ms is None
    assert newest.labels.get("host") == "b"
    assert older.until_ms is not None


def test_times_and_names_narrow_what_is_found(desk: Desk) -> None:
    (found,) = desk.found(since_ms=START_MS)
    assert found.until_ms is not None

    assert desk.found(since_ms=found.until_ms + 1) == []
    assert desk.found(since_ms=found.until_ms) == [found]
    assert desk.found(since_ms=START_MS, until_ms=found.since_ms) == []
    assert desk.found(since_ms=START_MS, name="other") == []
    assert desk.found(since_ms=START_MS, name="load") == [found]


def test_a_finding_whose_end_nobody_told_of_has_ended_in_the_end(desk: Desk) -> None:
    desk.watching.told, desk.watching.told_ms = desk.watching.told[:1], desk.watching.told_ms[:1]
    began_ms = desk.watching.told_ms[0]
    desk.clock = FakeClock(began_ms + 24 * HOUR_MS)

    (found,) = desk.found(since_ms=began_ms)

    assert found.until_ms == began_ms + 6 * HOUR_MS


def test_an_event_of_another_version_says_nothing(desk: Desk) -> None:
    desk.watching.told = [(name, body, {"anomaly.name": "x"}) for name, body, _ in desk.watching.told]

    assert desk.found(since_ms=START_MS) == []


def test_any_series_is_looked_through_on_demand(desk: Desk) -> None:
    found = desk.search("load", span_ms=HOUR_MS, end_ms=at(desk))

    one, other = found.series
    assert found.subject.unit == "{job}"
    assert [round(anomaly.value) for anomaly in one.anomalies] == [1000]
    assert other.anomalies == ()


def test_what_stood_out_before_the_window_is_left_out(desk: Desk) -> None:
    found = desk.search("load", span_ms=10 * MINUTE_MS, end_ms=at(desk))

    assert [one.anomalies for one in found.series] == [(), ()]


def test_the_classic_method_is_there(desk: Desk) -> None:
    found = desk.search('load{host="a"}', span_ms=HOUR_MS, end_ms=at(desk), method="zscore")

    assert 1000.0 in [anomaly.value for anomaly in found.series[0].anomalies]


def test_a_short_history_is_a_reason(desk: Desk) -> None:
    store, now_ms = desk.watching.store, at(desk)
    store.append(Batch("self", now_ms + MINUTE_MS, [series(host="new")], [1.0]))

    found = desk.search('load{host="new"}', span_ms=HOUR_MS, end_ms=now_ms + 2 * MINUTE_MS)

    assert found.series[0].anomalies == ()
    assert "points, 30 are needed" in found.series[0].reason


def test_nothing_is_found_where_there_is_no_series(desk: Desk) -> None:
    assert desk.search("loads", span_ms=HOUR_MS).series == ()
    assert desk.near("loads") == ["load"]


def test_further_series_are_counted(desk: Desk) -> None:
    many = [series(host=f"h{number}") for number in range(MOST_SERIES + 3)]
    desk.watching.store.append(Batch("self", at(desk) + MINUTE_MS, many, np.ones(len(many))))

    found = desk.search('load{host=~"h.*"}', span_ms=HOUR_MS, end_ms=at(desk) + MINUTE_MS)

    assert (len(found.series), found.left_out) == (MOST_SERIES, 3)


def test_bad_questions_name_the_field(desk: Desk) -> None:
    with pytest.raises(AnalysisError, match="expected 30 s at least") as error:
        desk.search("load", span_ms=1000)
    with pytest.raises(QueryError):
        desk.search("load +", span_ms=HOUR_MS)

    assert error.value.field == "window"
