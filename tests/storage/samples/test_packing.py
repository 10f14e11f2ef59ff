from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.storage.errors import StorageError
from otel_monitoring.storage.samples.packing import (
    RAW,
    SHUFFLED,
    checksum,
    pack_numbers,
    pack_values,
    unpack_numbers,
    unpack_values,
)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=300))
def test_values_come_back_bit_for_bit(bits: list[int]) -> None:
    values = np.array(bits, dtype=np.uint64).view(np.float64)

    encoding, data = pack_values(values)
    found = unpack_values(encoding, data, count=len(bits))

    assert found.tobytes() == values.tobytes()


def test_values_that_resemble_each_other_are_packed_and_others_not() -> None:
    alike = pack_values(np.arange(10_000, dtype=np.float64))
    noise = pack_values(np.frombuffer(_noise(), np.float64))

    assert (alike[0], noise[0]) == (SHUFFLED, RAW)
    assert len(alike[1]) < 30_000
    assert len(noise[1]) == 80_000


def test_a_list_of_floats_will_do() -> None:
    encoding, data = pack_values([1.0, -0.0])

    assert unpack_values(encoding, data, count=2).tolist() == [1.0, -0.0]


@pytest.mark.parametrize(
    ("encoding", "data", "count", "message"),
    [
        (7, b"", 0, "encoding 7: expected 0 or 1"),
        (RAW, b"12345678", 2, "8 bytes of values: expected 16"),
        (SHUFFLED, b"damaged", 1, "no packed values"),
        (SHUFFLED, pack_values(np.arange(100.0))[1], 3, "800 bytes of values: expected 24"),
        (SHUFFLED, pack_values(np.arange(100.0))[1], 101, "800 bytes of values: expected 808"),
    ],
)
def test_what_was_not_packed_is_refused(encoding: int, data: bytes, count: int, message: str) -> None:
    with pytest.raises(StorageError, match=message):
        unpack_values(encoding, data, count=count)


@given(st.lists(st.integers(0, 2**31 - 1), max_size=300))
def test_numbers_come_back(numbers: list[int]) -> None:
    assert unpack_numbers(pack_numbers(numbers)) == numbers


def test_numbers_that_count_up_take_next_to_nothing() -> None:
    assert len(pack_numbers(range(10_000))) < 250


@pytest.mark.parametrize("data", [b"", b"damaged"])
def test_what_are_no_numbers_is_refused(data: bytes) -> None:
    with pytest.raises(StorageError, match="no packed numbers"):
        unpack_numbers(data)


def test_a_checksum_is_about_everything_that_gives_values_a_meaning() -> None:
    found = {
        checksum(1, 2, 3, 0, b"values"),
        checksum(9, 2, 3, 0, b"values"),
        checksum(1, 9, 3, 0, b"values"),
        checksum(1, 2, 9, 0, b"values"),
        checksum(1, 2, 3, 1, b"values"),
        checksum(1, 2, 3, 0, b"valuez"),
    }

    assert len(found) == 6


def _noise() -> bytes:
    return np.random.default_rng(1).bytes(80_000)
