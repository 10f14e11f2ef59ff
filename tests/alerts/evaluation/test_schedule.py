"""The grid of evaluation times (S2.1, S2.2)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.alerts.evaluation.schedule import Schedule, offset_ms


def test_is_due_once_per_grid_time_at_that_time() -> None:
    schedule = Schedule(interval_ms=60_000, offset_ms=7000)

    seen = [schedule.due(now_ms) for now_ms in (600_000, 606_999, 607_000, 620_000, 667_001, 727_000)]

    assert seen == [None, None, 607_000, None, 667_000, 727_000]
    assert schedule.missed == 0


def test_counts_and_leaves_out_what_passed_unseen() -> None:
    schedule = Schedule(interval_ms=60_000, offset_ms=0)
    schedule.due(600_000)

    assert schedule.due(845_000) == 840_000
    assert schedule.missed == 3
    assert schedule.due(900_000) == 900_000


def test_does_not_run_twice_when_time_goes_back_a_little() -> None:
    schedule = Schedule(interval_ms=60_000, offset_ms=0)
    schedule.due(600_000)
    schedule.due(660_000)

    assert schedule.due(659_000) is None
    assert schedule.due(661_000) is None
    assert schedule.due(720_000) == 720_000


def test_an_anchor_takes_a_new_place_and_misses_nothing() -> None:
    schedule = Schedule(interval_ms=60_000, offset_ms=0)
    schedule.due(600_000)
    schedule.anchor(60_000)

    assert schedule.due(61_000) is None
    assert schedule.due(120_000) == 120_000
    assert schedule.missed == 0


def test_times_that_are_skipped_never_come() -> None:
    schedule = Schedule(interval_ms=60_000, offset_ms=0)
    schedule.anchor(600_000)
    schedule.skip(790_000)
    schedule.skip(100_000)

    assert schedule.due(800_000) is None
    assert schedule.due(841_000) == 840_000
    assert schedule.missed == 0


def test_tells_the_next_time() -> None:
    assert Schedule(interval_ms=60_000, offset_ms=7000).next_ms(607_000) == 667_000


@given(st.text(), st.text(), st.integers(1, 10**7))
def test_an_offset_lies_in_the_interval_and_is_always_the_same(
    source: str, name: str, interval_ms: int
) -> None:
    offset = offset_ms(source=source, name=name, interval_ms=interval_ms)

    assert 0 <= offset < interval_ms
    assert offset == offset_ms(source=source, name=name, interval_ms=interval_ms)


def test_groups_spread_out() -> None:
    offsets = {offset_ms(source="f", name=str(number), interval_ms=60_000) // 6000 for number in range(100)}

    assert offsets == set(range(10))
