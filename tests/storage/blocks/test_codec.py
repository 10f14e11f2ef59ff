from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from otel_monitoring.model.sample import STALE
from otel_monitoring.storage.blocks import codec
from otel_monitoring.stores.block import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = st.tuples(st.integers(0, 6), st.integers(0, 40))
ANY_BITS = arrays.arrays(np.int64, SHAPES, elements=st.integers(-(1 << 63), (1 << 63) - 1))
STRANGE = [STALE, ABSENT, float("nan"), float("inf"), -float("inf"), -0.0, 0.0, 5e-324, 1.7e308, -1.7e308]
USUAL = st.one_of(
    st.sampled_from(STRANGE),
    st.integers(-1000, 1000).map(float),
    st.decimals(-1000, 1000, places=3).map(float),
    st.floats(),
)
MIXED = arrays.arrays(np.float64, SHAPES, elements=USUAL, fill=st.sampled_from([*STRANGE, 1.0, 0.1]))
LIKE_A_COUNTER = arrays.arrays(np.float64, SHAPES, elements=st.integers(0, 1 << 48).map(float)).map(
    lambda values: np.cumsum(values, axis=1)
)


def round_trip(values: NDArray[np.float64]) -> NDArray[np.float64]:
    rows, columns = values.shape
    return codec.decode(codec.encode(values), rows=rows, columns=columns)


def assert_same_bits(found: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
    assert found.shape == expected.shape
    assert found.tobytes() == expected.tobytes()


@given(ANY_BITS)
def test_any_bits_come_back(bits: NDArray[np.int64]) -> None:
    values = bits.view(np.float64)

    assert_same_bits(round_trip(values), values)


@given(MIXED)
@settings(max_examples=300)
def test_usual_samples_among_strange_ones_come_back(values: NDArray[np.float64]) -> None:
    assert_same_bits(round_trip(values), values)


@given(LIKE_A_COUNTER)
def test_counters_come_back(values: NDArray[np.float64]) -> None:
    assert_same_bits(round_trip(values), values)


@given(MIXED.filter(lambda values: values.size > 0), st.data())
def test_some_rows_are_as_they_are_among_all(values: NDArray[np.float64], data: st.DataObject) -> None:
    rows, columns = values.shape
    wanted = np.array(data.draw(st.lists(st.integers(0, rows - 1))), dtype=np.intp)

    found = codec.decode(codec.encode(values), rows=rows, columns=columns, wanted=wanted)

    assert_same_bits(found, values[wanted])


@pytest.mark.parametrize("columns", [1, 2, 3, 255, 256, 257, 3000, 20_000])
@pytest.mark.parametrize("rows", [1, 2, 70])
def test_long_and_wide_matrices_come_back(rows: int, columns: int) -> None:
    chance = np.random.default_rng(rows * columns)
    values = np.cumsum(chance.integers(0, 50, (rows, columns)), axis=1).astype(np.float64)
    values[::3] = chance.normal(size=values[::3].shape)
    values[1::3] = np.round(chance.normal(size=values[1::3].shape), 3)
    values[chance.random(values.shape) < 0.01] = ABSENT

    assert_same_bits(round_trip(values), values)


def test_an_outlier_between_what_is_sampled_comes_back() -> None:
    """The scale is chosen by some columns and has to hold for all."""
    values = np.zeros((4, 5000))
    values[:, 2500] = [1e300, 0.1 + 0.2, 2.0**53 + 2, 5e-324]

    assert_same_bits(round_trip(values), values)


@pytest.mark.parametrize(
    ("values", "at_most"),
    [
        (np.full((100, 480), 7.25), 0.02),
        (np.cumsum(np.full((10, 480), 3.0), axis=1), 0.05),
        (np.round(np.random.default_rng(1).normal(50, 1, (10, 480)), 2), 1.3),
        (np.round(np.random.default_rng(1).normal(50, 1, (10, 480)), 2) + 2.0**-47, 2.0),
    ],
)
def test_takes_few_bytes_a_sample(values: NDArray[np.float64], at_most: float) -> None:
    assert len(codec.encode(values)) / values.size <= at_most
