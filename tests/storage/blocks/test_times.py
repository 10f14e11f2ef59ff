from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.storage.blocks import times
from otel_monitoring.storage.blocks.errors import CodecError, DamagedError


def times_of(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


@given(st.lists(st.integers(-(1 << 62), 1 << 62), unique=True).map(sorted))
def test_any_times_come_back(values: list[int]) -> None:
    assert times.decode(times.encode(times_of(values))).tolist() == values


def test_jitter_costs_about_a_byte_a_collection() -> None:
    jitter = np.random.default_rng(1).integers(0, 30, 480)
    times_ms = 1_760_000_000_000 + np.arange(480) * 15_000 + jitter

    assert len(times.encode(times_ms)) / 480 < 1.1


def test_even_distances_cost_nearly_nothing() -> None:
    assert len(times.encode(1_760_000_000_000 + np.arange(5000) * 60_000)) < 40


def test_times_that_stand_still_are_refused() -> None:
    with pytest.raises(CodecError, match="time 20 ms is at or before 20 ms"):
        times.encode(times_of([10, 20, 20]))


def test_a_matrix_is_no_column_of_times() -> None:
    with pytest.raises(CodecError, match=r"\(2, 2\)"):
        times.encode(np.zeros((2, 2), dtype=np.int64))


def test_a_flipped_bit_is_found() -> None:
    data = bytearray(times.encode(times_of([10, 20, 35])))
    data[-1] ^= 1

    with pytest.raises(DamagedError):
        times.decode(bytes(data))


def test_other_times_have_another_fingerprint() -> None:
    assert times.fingerprint(times_of([1, 2])) != times.fingerprint(times_of([1, 3]))
