"""What was written by an earlier version stays readable: these bytes are never made anew.

A change of the format gets a version of its own and bytes of its own here.
"""

from __future__ import annotations

import numpy as np
import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE
from otel_monitoring.storage.blocks import columns as columns_of
from otel_monitoring.storage.blocks import label_sets, times
from otel_monitoring.storage.blocks.block import Block
from otel_monitoring.storage.blocks.errors import DamagedError
from otel_monitoring.storage.blocks.frame import seal
from otel_monitoring.storage.blocks.sections import join, varint
from otel_monitoring.storage.blocks.squeeze import squeeze
from otel_monitoring.stores.block import ABSENT

COUNT = 24
STEPS = np.arange(COUNT)
TIMES_MS = 1_760_000_000_000 + STEPS * 15_000 + STEPS**2 % 7
SERIES = [3, 4, 5, 9, 10]
LABEL_SETS = [Labels.of(__name__="up", job=f"job-{at}", path="/é\\") for at in range(3)]

BLOCK_1 = """
f54d0201ddf2a36105186bc69a970f060021010601020700000000000605c703010010000101050200000002000200dbff00
0047051b010000ad000078211108083a0800e00000ff014e000001003330020c000000000f3b0000000500001c00010000ad
00007806040000ff00002000ff00000000ff0100588a11ea0222010000e50000902111112228180800a07908520000020081
000300706029ed5d022e3d00010000b5010084020000040411040400020e264a00000000538a910d8275321c1214228d6235
084f1334411e00000000040060353bdbb8400bb71801320100003ea6cf96aeabed715e1ebbdf1e4f09168108d6ef89fa0000
0000010100040001000302020003020404020004010101d401000100006d0600f40a000065990000c249b15fbfe3d559e589
d53d6963e1a3756500ff7f5f0f30001f603f2f30406f301f0f0088770000ca1b29fdd18e6ca04fabbc88da3d74f9e31500fb
030001fe000013803b564c6e90a3043f6c010055a26c7b3900ff0033cc00005b2fb246bdc309f01e5aa2d001fd0093fa08c3
3c0000dffca57a127b24afe394a62350b530ba52f7be410000efcb372d26201c181513110c070606050504d22d0000997601
9f007f0100000479000b00f8872196a77115571c93a941c016802d4c658b408d050a8b007a1e030108000600000000000012
000100005d000010002002003411d9a4ee0a64060208000808080808000058000100008d0200340300280004002c005c0008
008f00ee00c200ea00f500dc009000280057005d001900bc004000eb00060081007f0086007c009a001aa810103fe0c710fe
1f2af957e30149ced33d9dd1996e04466a0201
"""
TIMES_1 = """
f54d0101219c1a8c180c00210600805990330302327516000100007d0000480000040904040904040100eaca11
"""
LABELS_1 = """
f54d030121bbb4ad9a01010000fd010014035b5b225f5f6e616d655f5f222c227570222c226a6f622d30222c227061746822
2c222f5c75303065395c5c225d2c31325d0400e0934174b18a0d198a18
"""


def columns() -> dict[str, np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    """Return a row of each kind: counts, decimals, decimals computed with, multiples of 2**-37, floats."""
    last = np.stack(
        [
            STEPS**2 % 11 + STEPS * 40.0,
            STEPS**3 % 101 / 100.0,
            STEPS**3 % 101 / 100.0 + 2.0**-50,
            np.cumsum(STEPS**5 % 1013) * 2.0**-37,
            np.sqrt(STEPS) * np.ldexp(1.0, 9 * STEPS),
        ]
    )
    last[1, 5:9] = ABSENT
    last[2, 20:] = STALE
    last[4, 3:6] = [-0.0, np.inf, -np.inf]
    largest = last.copy()
    largest[0, 7] += 1
    return {"last": last, "max": largest, "base": np.roll(last, 1, axis=1)}


@pytest.mark.parametrize("column", ["last", "max", "base"])
def test_blocks_of_version_1_are_read(column: str) -> None:
    block = Block(bytes.fromhex(BLOCK_1))

    block.check_times(TIMES_MS)
    assert block.series.tolist() == SERIES
    assert block.read(column).tobytes() == columns()[column].tobytes()


def test_times_of_version_1_are_read() -> None:
    assert times.decode(bytes.fromhex(TIMES_1)).tolist() == TIMES_MS.tolist()


def test_label_sets_of_version_1_are_read() -> None:
    assert label_sets.decode(bytes.fromhex(LABELS_1)) == LABEL_SETS


def test_a_later_version_is_named() -> None:
    with pytest.raises(DamagedError, match="kind 2 version 2, expected kind 2 version 1"):
        Block(seal(b"", kind=2, version=2))


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff\x00"])
def test_an_unknown_column_is_named(data: bytes) -> None:
    with pytest.raises(DamagedError, match=f"a column that begins with {data.hex() or 'nothing'}"):
        columns_of.read_name(memoryview(data))


def test_an_unknown_way_of_a_column_is_named() -> None:
    with pytest.raises(DamagedError, match="written in way 7, expected 0 to 2"):
        columns_of.read(
            memoryview(b"\x00\x07"), rows=1, columns=1, wanted=None, reference=lambda: np.zeros((1, 1))
        )


def test_label_sets_that_are_too_short_are_damaged() -> None:
    with pytest.raises(DamagedError, match="2 bytes of label sets where 9 were written"):
        label_sets.decode(seal(varint(9) + squeeze(b"[]"), kind=3, version=1))


def test_a_column_that_goes_on_is_damaged() -> None:
    empty = join([squeeze(b"\x00\x00\x00"), b"", join([squeeze(b"\x00\x00\x00")]), b"more"])

    with pytest.raises(DamagedError, match="there is more than was written"):
        columns_of.read(
            memoryview(b"\x00\x00" + empty),
            rows=1,
            columns=1,
            wanted=None,
            reference=lambda: np.zeros((1, 1)),
        )
