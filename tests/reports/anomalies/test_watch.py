"""Series watched for anomalies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Metadata
from otel_monitoring.reports.anomalies.findings import EVENT_NAME, Anomaly
from otel_monitoring.reports.anomalies.watched import Watched, golden_signals, named
from otel_monitoring.reports.subjects import Subjects
from tests.reports.anomalies.watching import LOAD, MINUTE_MS, START_MS, KeptInMemory, Watching, series

A, B = series(host="a"), series(host="b")
HOURS = 240


@pytest.fixture
def learned() -> Watching:
    """Four hours of what is usual."""
    watching = Watching()
    watching.usual(HOURS, A, B)
    return watching


def test_what_is_usual_is_not_told_of(learned: Watching) -> None:
    assert learned.told == []
    assert learned.watch.lasting() == []
    assert learned.values("otel_monitoring_anomaly_active") == {}


def test_each_series_has_a_score(learned: Watching) -> None:
    scores = learned.values("otel_monitoring_anomaly_score")

    assert {(one.get("metric"), one.get("host")) for one in scores} == {("load", "a"), ("load", "b")}
    assert all(0 <= score <= 1 for score in scores.values())


def test_a_jump_is_told_of_with_all_that_is_to_be_known(learned: Watching) -> None:
    learned.minute({A: 1000.0, B: 101.0})

    ((event, body, attributes),) = learned.told
    (lasting,) = learned.watch.lasting()
    assert event == EVENT_NAME
    assert Anomaly.read(attributes) == lasting
    assert lasting.labels == Labels.of(host="a")
    assert lasting.since_ms == learned.now_ms
    assert lasting.value == 1000.0
    assert 50 < lasting.expected_low < 100 < lasting.expected_high < 150
    assert lasting.rarity_hours > 1
    assert body.startswith("load of a ")
    assert "was expected" in body


def test_an_open_finding_is_a_series_with_the_expected_range(learned: Watching) -> None:
    learned.minute({A: 1000.0, B: 101.0})

    (active,) = learned.values("otel_monitoring_anomaly_active")
    expected = learned.values("otel_monitoring_anomaly_expected")
    assert (active.get("metric"), active.get("host")) == ("load", "a")
    assert sorted(one.get("bound") or "" for one in expected) == ["high", "low"]


def test_a_finding_ends_once_and_its_series_with_it(learned: Watching) -> None:
    learned.minute({A: 1000.0, B: 101.0})
    learned.usual(20, A, B, seed=2)

    began, ended = (Anomaly.read(attributes) for _, _, attributes in learned.told)
    assert began.key == ended.key
    assert began.until_ms is None
    assert ended.until_ms is not None
    assert ended.until_ms > ended.since_ms
    assert learned.watch.lasting() == []
    assert learned.values("otel_monitoring_anomaly_active") == {}


def test_what_else_moved_is_said(learned: Watching) -> None:
    learned.minute({A: 101.0, B: 1000.0})
    learned.minute({A: 1000.0, B: 1000.0})

    found = {one.labels.get("host"): one for one in learned.watch.lasting()}
    assert [one.labels for one in found["a"].moved] == [Labels.of(host="b")]
    assert "What else moved: load of b." in found["a"].sentence()


def test_a_finding_of_a_series_that_is_gone_ends(learned: Watching) -> None:
    learned.minute({A: 1000.0, B: 101.0})
    learned.usual(40, B, seed=2)

    assert learned.watch.lasting() == []
    assert len(learned.told) == 2


def test_only_the_process_that_speaks_watches(learned: Watching) -> None:
    learned.is_speaking = False

    learned.minute({A: 1000.0, B: 101.0})

    assert learned.told == []
    assert learned.watch.lasting() == []


def test_one_interval_is_one_point(learned: Watching) -> None:
    learned.minute({A: 1000.0, B: 101.0})
    learned.watch.step(learned.now_ms + 1000)
    learned.watch.step(learned.now_ms + MINUTE_MS - 1)

    assert len(learned.told) == 1


def test_the_next_process_goes_on_from_what_was_learned() -> None:
    states = KeptInMemory()
    first = Watching(states=states)
    first.usual(HOURS, A)
    first.watch.stop()

    second = Watching(states=states, store=first.store, now_ms=first.now_ms)
    second.usual(40, A, seed=3)  # a process that starts is given a while
    second.minute({A: 1000.0})

    assert len(states.records) == 1
    assert len(second.told) == 1


def test_what_nobody_understands_is_learned_anew() -> None:
    states = KeptInMemory([{"key": f"load {Labels.of(host='a').pairs}", "state": "ffff"}])
    watching = Watching(states=states)

    watching.usual(3, A)

    assert watching.values("otel_monitoring_anomaly_score") != {}


def test_a_value_with_too_little_traffic_says_nothing() -> None:
    ratio = Watched("errors", "load", "1", traffic="traffic", least_traffic=20)
    watching = Watching(ratio)
    traffic = Labels.of(__name__="traffic", host="a")
    watching.usual(HOURS, A, traffic)

    watching.minute({A: 1000.0, traffic: 2.0})
    quiet = list(watching.told)
    watching.minute({A: 1000.0, traffic: 100.0})

    assert quiet == []
    assert len(watching.told) == 1


def test_no_more_series_are_watched_than_there_is_room_for(caplog: pytest.LogCaptureFixture) -> None:
    watching = Watching(max_series=2)

    watching.usual(3, A, B, series(host="c"))

    assert len(watching.values("otel_monitoring_anomaly_score")) == 2
    assert (
        caplog.text.count("no more than 2 series are watched for anomalies: some of load are left out") == 1
    )


def test_series_that_are_gone_make_room() -> None:
    watching = Watching(max_series=2)
    watching.usual(3, A, B)

    watching.usual(10, series(host="c"), series(host="d"))

    assert {one.get("host") for one in watching.values("otel_monitoring_anomaly_score")} == {"c", "d"}


def test_an_expression_that_fails_is_told_of_once_and_stops_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watching = Watching(Watched("bad", "load +"), LOAD)

    watching.usual(3, A)

    assert caplog.text.count("anomalies of bad cannot be looked for") == 1
    assert len(watching.values("otel_monitoring_anomaly_score")) == 1


def test_a_label_of_the_series_gives_way_to_ours() -> None:
    watching = Watching()
    watching.usual(2, series(metric="theirs"))

    (score,) = watching.values("otel_monitoring_anomaly_score")
    assert (score.get("metric"), score.get("exported_metric")) == ("load", "theirs")


def test_after_a_fork_everything_is_learned_anew(learned: Watching) -> None:
    learned.watch.after_fork()

    learned.minute({A: 1000.0, B: 101.0})

    assert learned.told == []


@pytest.mark.parametrize("watched", golden_signals(60_000), ids=lambda one: one.name)
def test_every_golden_signal_can_be_asked(watched: Watched) -> None:
    watching = Watching()

    for expr in filter(None, (watched.expr, watched.traffic)):
        assert watching.engine(expr, START_MS).samples == []


def test_a_counter_that_becomes_known_later_is_watched_as_its_rate() -> None:
    known: dict[str, Metadata] = {}
    subjects = Subjects(metadata=lambda: known)

    before = named(["orders_total"], subjects, range_ms=60_000)
    known["orders_total"] = Metadata("orders_total", "counter", "", "{order}")
    after = named(["orders_total"], subjects, range_ms=60_000)

    assert before == [Watched("orders_total", "orders_total")]
    assert "rate(orders_total[" in after[0].expr
    assert after[0].unit == "{order}/s"


def test_nothing_below_the_floor_is_expected() -> None:
    watching = Watching(replace(LOAD, floor=0.0))
    quiet, loud = {A: 0.0}, {A: 1.0}
    for minute in range(HOURS):
        watching.minute(loud if minute % 20 == 0 else quiet)

    watching.minute({A: 1000.0})

    (lasting,) = watching.watch.lasting()
    assert lasting.expected_low == 0.0
    low = [value for labels, value in watching.values("otel_monitoring_anomaly_expected").items()]
    assert min(low) == 0.0
