"""What stands behind the checksum: were it to pass by chance, nothing but ``DamagedError`` comes out."""

from __future__ import annotations

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from otel_monitoring.storage.blocks import codec, holes, integers
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.sections import Reader, join, varint
from otel_monitoring.storage.blocks.squeeze import squeeze, unsqueeze
from otel_monitoring.stores.block import ABSENT

CHANGES = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=4)
MATRIX = np.cumsum(np.random.default_rng(1).integers(0, 500, (5, 60)), axis=1)


def samples() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    values = MATRIX / 8
    values[1] = np.sqrt(values[1])
    values[2] = np.round(values[2] / 3, 2) + 2.0**-40
    values[3, 10:20] = ABSENT
    return values


def changed(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    found = bytearray(data)
    for at, byte in changes:
        found[at % len(found)] = byte
    return bytes(found)


@given(CHANGES)
@settings(max_examples=300)
def test_changed_samples_are_damaged_or_read(changes: list[tuple[int, int]]) -> None:
    data = changed(codec.encode(samples()), changes)

    with contextlib.suppress(DamagedError), np.errstate(all="ignore"):
        assert codec.decode(data, rows=5, columns=60).shape == (5, 60)


@given(CHANGES)
@settings(max_examples=300)
def test_changed_integers_are_damaged_or_read(changes: list[tuple[int, int]]) -> None:
    data = changed(integers.encode(MATRIX), changes)

    with contextlib.suppress(DamagedError):
        assert integers.decode(data, rows=5, columns=60).shape == (5, 60)


@given(st.binary(max_size=80), st.integers(0, 4), st.integers(0, 9))
def test_arbitrary_bytes_are_damaged_or_read(data: bytes, rows: int, columns: int) -> None:
    with contextlib.suppress(DamagedError), np.errstate(all="ignore"):
        assert codec.decode(data, rows=rows, columns=columns).shape == (rows, columns)


@given(st.binary(max_size=80))
def test_arbitrary_bytes_are_no_runs_out_of_place(data: bytes) -> None:
    with contextlib.suppress(DamagedError):
        runs = holes.read(memoryview(data), size=30)
        assert len(runs.starts) <= 30


@given(st.integers(0, (1 << 63) - 1))
def test_any_number_comes_back(number: int) -> None:
    assert Reader(varint(number)).number() == number


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_sections_come_back(sections: list[bytes]) -> None:
    reader = Reader(join(sections))

    assert [bytes(reader.section()) for _ in sections] == sections
    assert reader.is_at_end


@given(st.binary(max_size=300))
def test_bytes_come_back(data: bytes) -> None:
    assert unsqueeze(memoryview(squeeze(data)), at_most_bytes=len(data)) == data
