"""What was pending before a restart (S6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.evaluation.restore import Stored, restored, taken_up
from otel_monitoring.alerts.rules.rule import AlertingRule, RuleGroup
from otel_monitoring.model.alert import Alert
from otel_monitoring.model.labels import Labels
from tests.alerts.evaluation.test_evaluator import UP, House

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
NOW_MS = 1_000 * HOUR_MS
LABELS = Labels.of(alertname="A", **{name: value for name, value in UP if name != "__name__"})


def active_at_ms(stored: Stored | None, *, for_ms: int = HOUR_MS, state: str = "pending") -> int:
    alert = Alert(labels=LABELS, annotations={}, state=state, value=1, active_at_ms=NOW_MS - MINUTE_MS)  # type: ignore[arg-type]
    after = restored({LABELS: alert}, {} if stored is None else {LABELS: stored}, NOW_MS, for_ms=for_ms)
    return after[LABELS].active_at_ms


def stored(*, down_min: int, spent_min: int) -> Stored:
    """The process ended so many minutes ago, and the alert had been pending for so many."""
    last_ms = NOW_MS - down_min * MINUTE_MS
    return Stored(last_ms=last_ms, active_at_ms=last_ms - spent_min * MINUTE_MS)


def test_what_had_been_firing_fires_at_the_next_evaluation() -> None:
    """S6.3."""
    assert active_at_ms(stored(down_min=5, spent_min=70)) == NOW_MS - 75 * MINUTE_MS


def test_what_was_about_to_fire_waits_for_the_grace_period() -> None:
    """S6.3: it fires ten minutes after the restoration."""
    at_ms = active_at_ms(stored(down_min=5, spent_min=55))

    assert at_ms + HOUR_MS == NOW_MS + 10 * MINUTE_MS


def test_of_anything_else_the_outage_does_not_count() -> None:
    """S6.3."""
    at_ms = active_at_ms(stored(down_min=20, spent_min=30))

    assert NOW_MS - at_ms == 30 * MINUTE_MS


@pytest.mark.parametrize(
    ("before", "for_ms", "state"),
    [
        (None, HOUR_MS, "pending"),
        (stored(down_min=61, spent_min=30), HOUR_MS, "pending"),
        (stored(down_min=5, spent_min=5), 9 * MINUTE_MS, "pending"),
        (stored(down_min=5, spent_min=30), HOUR_MS, "inactive"),
    ],
)
def test_otherwise_it_begins_anew(before: Stored | None, for_ms: int, state: str) -> None:
    """S6.1, S6.2: nothing stored, too old, a short ``for``, an alert that is not active."""
    assert active_at_ms(before, for_ms=for_ms, state=state) == NOW_MS - MINUTE_MS


class Memory:
    """What was stored, and how often it was asked for."""

    def __init__(self, found: Stored | None = None) -> None:
        self.asked: list[tuple[str, int]] = []
        self.found = found

    def __call__(self, rule: AlertingRule, at_ms: int) -> Mapping[Labels, Stored]:
        self.asked.append((rule.name, at_ms))
        return {} if self.found is None else {LABELS: self.found}


def test_it_is_done_once_after_the_second_evaluation_and_series_are_written_from_then_on() -> None:
    """S5.2, S6.1."""
    memory = Memory()
    house = House(AlertingRule(name="A", expr="up", for_ms=HOUR_MS), restore=memory)
    house.up()

    house.minutes(2)
    assert memory.asked == [("A", house.start_ms + 2 * MINUTE_MS)]
    assert house.batches == []

    house.minutes(2)
    assert len(memory.asked) == 1
    assert [one.get("__name__") for one in house.batches[-1].labels] == ["ALERTS", "ALERTS_FOR_STATE"]


def test_an_alert_goes_on_where_it_was() -> None:
    """S6.3."""
    start_ms = House().start_ms
    down_ms = start_ms - 5 * MINUTE_MS
    memory = Memory(Stored(last_ms=down_ms, active_at_ms=down_ms - 2 * HOUR_MS))
    house = House(AlertingRule(name="A", expr="up", for_ms=HOUR_MS), restore=memory)
    house.up()

    house.minutes(3)

    assert house.said == ["pending", "firing"]
    assert house.changes[-1].at_ms == start_ms + 3 * MINUTE_MS


def test_rules_that_a_reload_brings_have_no_past() -> None:
    memory = Memory()
    house = House(AlertingRule(name="A", expr="up"), restore=memory)
    group = house.evaluator.groups()[0]
    fresh = AlertingRule(name="B", expr="up", for_ms=HOUR_MS)
    house.minutes(3)

    house.evaluator.replace([_group(group.source, fresh)])
    house.up()
    house.minutes(3)

    assert [name for name, _ in memory.asked] == ["A"]
    assert "B" in {one.get("alertname") for batch in house.batches for one in batch.labels}


def _group(source: str, *rules: AlertingRule) -> RuleGroup:
    return RuleGroup(name="g", source=source, rules=rules)


@pytest.mark.parametrize(
    ("state", "gap_ms", "for_ms", "expected"),
    [
        ("firing", HOUR_MS * 5, 0, NOW_MS - HOUR_MS * 6),
        ("pending", MINUTE_MS, 2 * MINUTE_MS, NOW_MS - HOUR_MS * 6),
        ("pending", 2 * MINUTE_MS, 2 * MINUTE_MS, None),
        ("pending", 2 * HOUR_MS, 12 * HOUR_MS, None),
        ("pending", 30 * MINUTE_MS, 12 * HOUR_MS, NOW_MS - HOUR_MS * 6 + 30 * MINUTE_MS),
    ],
)
def test_another_process_goes_on_where_one_stood(
    state: str, gap_ms: int, for_ms: int, expected: int | None
) -> None:
    alert = Alert(
        labels=LABELS,
        annotations={},
        state=state,  # type: ignore[arg-type]
        value=1,
        active_at_ms=NOW_MS - HOUR_MS * 6,
        last_sent_at_ms=NOW_MS - gap_ms,
    )

    found = taken_up({LABELS: (alert, NOW_MS - gap_ms)}, NOW_MS, for_ms=for_ms, fresh_ms=MINUTE_MS)

    assert [one.active_at_ms for one in found.values()] == ([] if expected is None else [expected])
    assert all(one.last_sent_at_ms is None for one in found.values())
