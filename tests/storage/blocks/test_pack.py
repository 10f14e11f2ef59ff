from __future__ import annotations

import itertools

import numpy as np
import pytest

from otel_monitoring.storage.blocks import times
from otel_monitoring.storage.blocks.block import Block
from otel_monitoring.storage.blocks.errors import CodecError
from otel_monitoring.storage.blocks.pack import Packed, merge, pack
from otel_monitoring.storage.blocks.stitch import Stored, stitched
from otel_monitoring.storage.blocks.tiers import COLUMNS, MINUTE_MS, sum_up
from otel_monitoring.stores.block import ABSENT

TIMES_MS = 1_760_000_000_000 + np.arange(480) * 15_000
SERIES = list(range(3, 903, 2))
VALUES = np.cumsum(np.random.default_rng(1).integers(0, 4, (len(SERIES), 480)), axis=1).astype(np.float64)


def test_a_window_comes_back_from_its_pieces() -> None:
    packed = pack(SERIES, TIMES_MS, {"value": VALUES})
    window = Stored(times.decode(packed.times), [Block(piece.data) for piece in packed.pieces])

    assert len(packed.pieces) > 1
    assert window.times_ms.tolist() == TIMES_MS.tolist()
    assert stitched([window], SERIES, "value").tobytes() == VALUES.tobytes()


def test_pieces_say_which_series_they_hold_and_do_not_overlap() -> None:
    pieces = pack(SERIES, TIMES_MS, {"value": VALUES}).pieces

    for piece in pieces:
        held = Block(piece.data).series.tolist()
        assert (piece.first, piece.last) == (held[0], held[-1])
    assert all(one.last < other.first for one, other in itertools.pairwise(pieces))


def test_a_series_that_is_absent_all_along_is_left_out() -> None:
    values = VALUES[:3].copy()
    values[1] = ABSENT

    (piece,) = pack(SERIES[:3], TIMES_MS, {"value": values}).pieces

    assert Block(piece.data).series.tolist() == [3, 7]


def test_a_tier_comes_back_from_its_pieces() -> None:
    tier = sum_up(VALUES, TIMES_MS, width_ms=MINUTE_MS, counts=np.ones(len(SERIES), dtype=bool))
    packed = pack(SERIES, tier.times_ms, tier.columns)
    window = Stored(tier.times_ms, [Block(piece.data) for piece in packed.pieces])

    for column in COLUMNS:
        assert stitched([window], SERIES[::7], column).tobytes() == tier.columns[column][::7].tobytes()


def stored(packed: Packed) -> Stored:
    return Stored(times.decode(packed.times), [Block(piece.data) for piece in packed.pieces])


def size_bytes(windows: list[Packed]) -> int:
    return sum(len(piece.data) for packed in windows for piece in packed.pieces)


def test_merged_windows_hold_the_same_in_fewer_bytes() -> None:
    """A series that begins in a later window is absent in those before."""
    hours = [slice(at, at + 12) for at in range(0, 480, 12)]
    apart = [
        pack(SERIES[: at + 5], TIMES_MS[part], {"value": VALUES[: at + 5, part]})
        for at, part in enumerate(hours)
    ]
    windows = [stored(one) for one in apart]

    packed = merge(windows)

    everything = SERIES[: len(hours) + 4]
    assert stored(packed).times_ms.tolist() == TIMES_MS.tolist()
    assert (
        stitched([stored(packed)], everything, "value").tobytes()
        == stitched(windows, everything, "value").tobytes()
    )
    assert size_bytes([packed]) < size_bytes(apart) / 2


def test_nothing_merged_is_nothing() -> None:
    assert merge([]).pieces == ()


def test_nothing_has_no_pieces() -> None:
    assert pack([], TIMES_MS, {"value": np.zeros((0, 480))}).pieces == ()


def test_a_series_that_comes_twice_is_refused() -> None:
    with pytest.raises(CodecError, match="2 series, of which 1 come twice"):
        pack([1, 1], TIMES_MS, {"value": VALUES[:2]})


def test_a_wrong_shape_is_refused() -> None:
    with pytest.raises(CodecError, match="shape"):
        pack(SERIES, TIMES_MS, {"value": VALUES[:, :4]})
