from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.model.sample import STALE
from otel_monitoring.storage.blocks.errors import CodecError
from otel_monitoring.storage.blocks.tiers import (
    COLUMNS,
    HOUR_MS,
    MINUTE_MS,
    Carry,
    Tier,
    dropped,
    edges,
    grown,
    sum_up,
    unbroken,
)
from otel_monitoring.stores.block import ABSENT, is_absent, is_stale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NUMBERS = st.integers(0, 20).map(float)
HOLES = st.sampled_from([STALE, ABSENT])
SAMPLES = st.lists(st.one_of(NUMBERS, NUMBERS, HOLES), min_size=1, max_size=40)
WIDTH_MS = 60
COUNTS = np.array([True])


def row(*samples: float) -> Floats:
    return np.array([samples], dtype=np.float64)


def times_at(*times_ms: int) -> NDArray[np.int64]:
    return np.array(times_ms, dtype=np.int64)


def of(tier: Tier, column: str) -> list[float]:
    found: list[float] = tier.columns[column][0].tolist()
    return found


def real(samples: Sequence[float]) -> list[float]:
    return [one for one in samples if not math.isnan(one)]


def counted(samples: Sequence[float]) -> float:
    """Return what a counter counted over these samples, told by the plainest loop."""
    total = 0.0
    for before, now in itertools.pairwise(samples):
        total += now - before if now >= before else now
    return total


def times_of(data: st.DataObject, count: int) -> NDArray[np.int64]:
    steps = data.draw(st.lists(st.integers(1, 50), min_size=count, max_size=count))
    found: NDArray[np.int64] = 1_000 + np.cumsum(np.array(steps, dtype=np.int64))
    return found


@given(SAMPLES, st.data())
@settings(max_examples=300)
def test_windows_are_like_those_of_a_plain_loop(samples: list[float], data: st.DataObject) -> None:
    times_ms = times_of(data, len(samples))

    tier = sum_up(row(*samples), times_ms, width_ms=WIDTH_MS, counts=COUNTS)

    ends = sorted({-(-int(time) // WIDTH_MS) for time in times_ms})
    assert len(tier.times_ms) == len(ends)
    for at, end in enumerate(ends):
        inside = [
            (int(t), v) for t, v in zip(times_ms, samples, strict=True) if -(-int(t) // WIDTH_MS) == end
        ]
        held = real([value for _, value in inside])
        earlier = real(samples[: int((times_ms < inside[0][0]).sum())])
        chain = [*earlier[-1:], *held]
        assert tier.times_ms[at] == inside[-1][0]
        assert of(tier, "count")[at] == len(held)
        if held:
            found = {name: of(tier, name)[at] for name in COLUMNS}
            assert found["last"] == held[-1]
            assert (found["min"], found["max"], found["sum"]) == (min(held), max(held), sum(held))
            assert found["base"] == chain[0]
            assert found["resets"] == sum(b < a for a, b in itertools.pairwise(chain))
            assert found["last"] - found["base"] + found["dropped"] == counted(chain)
        else:
            assert all(
                is_absent(tier.columns[name][:, at]).all()
                for name in COLUMNS
                if name not in ("last", "count")
            )


@given(SAMPLES, st.data())
@settings(max_examples=200)
def test_windows_add_up_to_what_was_counted(samples: list[float], data: st.DataObject) -> None:
    """Whatever resets, holes and windows: nothing is lost and nothing is counted twice."""
    tier = sum_up(row(*samples), times_of(data, len(samples)), width_ms=WIDTH_MS, counts=COUNTS)

    assert grown(tier.columns).sum() == counted(real(samples))


@given(SAMPLES, SAMPLES, st.data())
@settings(max_examples=200)
def test_a_boundary_between_blocks_changes_nothing(
    early: list[float], late: list[float], data: st.DataObject
) -> None:
    """Summed up in two goes, the second knowing what the first handed on, is summed up in one."""
    times_ms = times_of(data, len(early) + len(late))
    times_ms[len(early) :] += WIDTH_MS
    both, first, second = row(*early, *late), row(*early), row(*late)

    whole = sum_up(both, times_ms, width_ms=WIDTH_MS, counts=COUNTS)
    one = sum_up(first, times_ms[: len(early)], width_ms=WIDTH_MS, counts=COUNTS)
    two = sum_up(second, times_ms[len(early) :], width_ms=WIDTH_MS, counts=COUNTS, before=Carry.after(first))

    for name in COLUMNS:
        joined = np.concatenate([one.columns[name], two.columns[name]], axis=1)
        assert joined.tobytes() == whole.columns[name].tobytes()


def test_a_reset_that_no_last_sample_shows_is_counted() -> None:
    """The counter falls within a minute and has overtaken itself at the minute's end."""
    times_ms = times_at(60_000, 75_000, 90_000, 105_000, 120_000)
    tier = sum_up(row(10, 30, 1, 20, 40), times_ms, width_ms=MINUTE_MS, counts=COUNTS)

    assert of(tier, "last") == [10, 40]
    assert of(tier, "dropped") == [0, 30]
    assert of(tier, "resets") == [0, 1]
    assert unbroken(tier.columns["last"], tier.columns["dropped"]).tolist() == [[10, 70]]


def test_what_a_series_counts_in_the_window_that_it_begins_in_is_not_lost() -> None:
    times_ms = times_at(60_000, 75_000, 90_000, 120_000, 180_000)
    tier = sum_up(row(ABSENT, 1, 5, 9, 12), times_ms, width_ms=MINUTE_MS, counts=COUNTS)

    points_ms, values, taken = edges(tier, width_ms=MINUTE_MS)

    assert points_ms.tolist() == [1, 60_000, 60_001, 120_000, 120_001, 180_000]
    assert is_absent(values).tolist() == [[True, True, False, False, False, False]]
    assert unbroken(values, taken)[0, 2:].tolist() == [1, 9, 9, 12]


def test_a_window_of_one_collection_at_its_beginning_has_one_point() -> None:
    tier = sum_up(row(4, 7), times_at(60_001, 120_001), width_ms=MINUTE_MS, counts=COUNTS)

    points_ms, values, taken = edges(tier, width_ms=MINUTE_MS)

    assert points_ms.tolist() == [60_001, 120_001]
    assert (values.tolist(), taken.tolist()) == ([[4, 7]], [[0, 0]])


@given(SAMPLES, SAMPLES, st.data())
@settings(max_examples=200)
def test_points_of_a_tier_and_raw_samples_after_it_count_what_the_samples_count(
    early: list[float], late: list[float], data: st.DataObject
) -> None:
    times_ms = times_of(data, len(early))
    tier = sum_up(row(*early), times_ms, width_ms=WIDTH_MS, counts=COUNTS)
    points_ms, values, taken = edges(tier, width_ms=WIDTH_MS)

    found = real(
        unbroken(
            np.concatenate([values, row(*late)], axis=1),
            np.concatenate([taken, dropped(row(*late), Carry.after(row(*early)))], axis=1),
        )[0].tolist()
    )

    assert (np.diff(points_ms) > 0).all()
    assert found == sorted(found)
    assert (found[-1] - found[0] if found else 0) == counted(real([*early, *late]))


def test_a_gauge_that_falls_is_not_reset() -> None:
    tier = sum_up(row(5, 3, 8, 1), times_at(1, 2, 3, 4), width_ms=MINUTE_MS, counts=~COUNTS)

    assert (of(tier, "dropped"), of(tier, "resets")) == ([0], [0])
    assert grown(tier.columns).tolist() == [[-4]]


def test_windows_end_at_multiples_of_their_width() -> None:
    """A sample on the hour belongs to the hour that ends."""
    times_ms = times_at(HOUR_MS, HOUR_MS + 1, 2 * HOUR_MS, 2 * HOUR_MS + 1)

    tier = sum_up(row(1, 2, 3, 4), times_ms, width_ms=HOUR_MS, counts=~COUNTS)

    assert tier.times_ms.tolist() == [HOUR_MS, 2 * HOUR_MS, 2 * HOUR_MS + 1]
    assert of(tier, "count") == [1, 2, 1]
    assert tuple(tier.columns) == COLUMNS


def test_after_a_series_ended_windows_are_stale() -> None:
    times_ms = times_at(60_000, 120_000, 180_000, 240_000)

    tier = sum_up(row(1, STALE, ABSENT, 4), times_ms, width_ms=MINUTE_MS, counts=~COUNTS)

    assert is_stale(tier.columns["last"]).tolist() == [[False, True, True, False]]


def test_before_a_series_begins_windows_are_absent() -> None:
    tier = sum_up(row(ABSENT, 4), times_at(60_000, 120_000), width_ms=MINUTE_MS, counts=COUNTS)

    assert is_absent(tier.columns["last"]).tolist() == [[True, False]]
    assert of(tier, "count") == [0, 1]
    assert of(tier, "base")[1] == 4


def test_a_number_that_is_none_is_counted_and_no_extreme() -> None:
    times_ms = times_at(10_000, 20_000, 30_000)

    tier = sum_up(row(2, math.nan, 1), times_ms, width_ms=MINUTE_MS, counts=~COUNTS)

    assert (of(tier, "min"), of(tier, "max"), of(tier, "count")) == ([1], [2], [3])
    assert math.isnan(of(tier, "sum")[0])


def test_infinities_of_both_signs_are_no_warning() -> None:
    tier = sum_up(row(math.inf, -math.inf), times_at(1, 2), width_ms=MINUTE_MS, counts=COUNTS)

    assert math.isnan(of(tier, "sum")[0])
    assert (of(tier, "min"), of(tier, "max")) == ([-math.inf], [math.inf])


def test_a_staleness_marker_stays_one() -> None:
    found = unbroken(row(5, STALE, 2, ABSENT), row(0, 0, 5, 0))

    assert is_stale(found).tolist() == [[False, True, False, False]]
    assert is_absent(found).tolist() == [[False, False, False, True]]
    assert found[0, 2] == 7


@pytest.mark.parametrize(("series", "count"), [(0, 0), (3, 0), (0, 2)])
def test_nothing_has_no_windows(series: int, count: int) -> None:
    tier = sum_up(
        np.zeros((series, count)),
        np.arange(count, dtype=np.int64),
        width_ms=MINUTE_MS,
        counts=np.ones(series, dtype=bool),
    )

    assert {values.shape for values in tier.columns.values()} == {(series, 0)}
    assert len(Carry.after(np.zeros((series, 0))).newest) == series


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(CodecError, match=r"shape \(1, 2\), expected \(1, 3\)"):
        sum_up(row(1, 2), times_at(1, 2, 3), width_ms=MINUTE_MS, counts=COUNTS)
