from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.storage.blocks.block import Block, write
from otel_monitoring.storage.blocks.errors import CodecError, DamagedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIMES_MS = 1_760_000_000_000 + np.arange(50) * 15_000
SERIES = [17, 4, 90, 5]
VALUES = np.cumsum(np.random.default_rng(1).integers(0, 9, (4, 50)), axis=1) / 4


def raw(values: NDArray[np.float64] = VALUES) -> bytes:
    return write(series=SERIES, times_ms=TIMES_MS, columns={"value": values})


def test_gives_back_what_was_written() -> None:
    block = Block(raw())

    assert block.series.tolist() == SERIES
    assert block.times == 50
    assert block.columns == ("value",)
    assert block.read("value").tobytes() == VALUES.tobytes()


@given(st.lists(st.sampled_from(SERIES)))
def test_gives_some_series_in_the_order_of_asking(wanted: list[int]) -> None:
    found = Block(raw()).read("value", wanted)

    assert found.tobytes() == VALUES[[SERIES.index(one) for one in wanted]].tobytes()


def test_columns_are_read_one_by_one() -> None:
    block = Block(write(series=SERIES, times_ms=TIMES_MS, columns={"min": VALUES - 1, "max": VALUES}))

    assert block.columns == ("min", "max")
    assert block.read("max").tobytes() == VALUES.tobytes()
    assert block.read("min").tobytes() == (VALUES - 1).tobytes()


@given(st.lists(st.sampled_from(SERIES)), st.sampled_from(["max", "base", "min"]))
def test_columns_that_hardly_differ_come_back(wanted: list[int], column: str) -> None:
    columns = {"last": VALUES, "max": VALUES.copy(), "base": np.roll(VALUES, 1, axis=1), "min": VALUES - 0.25}
    columns["max"][2, 7:9] = [np.nan, -0.0]

    found = Block(write(series=SERIES, times_ms=TIMES_MS, columns=columns)).read(column, wanted)

    assert found.tobytes() == columns[column][[SERIES.index(one) for one in wanted]].tobytes()


def test_a_column_that_hardly_differs_takes_next_to_nothing() -> None:
    columns = {"last": VALUES, "max": VALUES, "base": np.roll(VALUES, 1, axis=1)}

    alone = len(write(series=SERIES, times_ms=TIMES_MS, columns={"last": VALUES}))

    assert len(write(series=SERIES, times_ms=TIMES_MS, columns=columns)) < alone + 100


@pytest.mark.parametrize("shape", [(0, 0), (0, 7), (7, 0), (1, 1)])
def test_empty_and_tiny_blocks_come_back(shape: tuple[int, int]) -> None:
    rows, columns = shape
    block = Block(write(series=range(rows), times_ms=TIMES_MS[:columns], columns={"value": np.ones(shape)}))

    assert block.series.tolist() == list(range(rows))
    assert block.read("value").shape == shape
    assert block.read("value", []).shape == (0, columns)


def test_every_changed_byte_is_found() -> None:
    """No byte of a block can change without the block being refused as a whole."""
    data = raw()

    for at in range(len(data)):
        for flipped in (0x01, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[at] ^= flipped
            with pytest.raises(DamagedError):
                Block(bytes(damaged))


def test_every_cut_is_found() -> None:
    data = raw()

    for size in range(len(data)):
        with pytest.raises(DamagedError):
            Block(data[:size])


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_block(data: bytes) -> None:
    with pytest.raises(DamagedError):
        Block(data)


def test_belongs_to_its_times_alone() -> None:
    block = Block(raw())

    block.check_times(TIMES_MS)
    with pytest.raises(DamagedError, match="a block of 50 times does not belong to these 50"):
        block.check_times(TIMES_MS + 1)


def test_a_series_that_is_not_there_is_named() -> None:
    with pytest.raises(CodecError, match="series 6 is not among the 4 of this block"):
        Block(raw()).read("value", [17, 6])


def test_no_series_is_in_an_empty_block() -> None:
    empty = write(series=[], times_ms=TIMES_MS, columns={"value": np.zeros((0, 50))})

    with pytest.raises(CodecError, match="series 6"):
        Block(empty).read("value", [6])


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(CodecError, match="column 'max', this block holds value"):
        Block(raw()).read("max")


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(CodecError, match="column 'mean', expected one of value, last"):
        write(series=SERIES, times_ms=TIMES_MS, columns={"mean": VALUES})


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(CodecError, match=r"shape \(3, 50\), expected \(4, 50\)"):
        raw(VALUES[:3])


def test_an_id_that_comes_twice_is_refused() -> None:
    with pytest.raises(CodecError, match="2 series, of which 1 come twice"):
        write(series=[1, 1], times_ms=TIMES_MS, columns={"value": VALUES[:2]})
