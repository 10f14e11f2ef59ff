"""One stored block: samples of some series at shared times, in one or several columns.

Raw samples have the column ``value``; those summed up by minute or hour have ``last``, ``min`` and so on,
and each is read without the others. A series is read without the others as well, but for its neighbours in a
segment (see ``integers``).

The version in the seal is that of the whole format, which is, from the outside in::

sealed    0xf5 0x4d, kind, version, CRC-32 of these four bytes and the body, body block     count of series,
count of times, fingerprint of the times, section of ids, section of each column column    name, way, samples
or distance from the column "last" samples   section of scales, section of runs that are no numbers, section
of integers integers  section of codings, section of each segment segment   which planes are plain, those
planes, the others squeezed section   length, as many bytes squeezed  0 and bytes, or 1 and a zstd frame
without its magic number

Names, ways, kinds and versions are a byte each, CRC-32 and fingerprint four, lowest first; lengths and
counts are varints. Each module says what its part looks like.

This module needs numpy and zstandard; import it lazily on the start-up path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.storage.blocks import columns as columns_of
from otel_monitoring.storage.blocks import integers
from otel_monitoring.storage.blocks import times as times_of
from otel_monitoring.storage.blocks.columns import COLUMNS, REFERENCE
from otel_monitoring.storage.blocks.errors import CodecError, DamagedError
from otel_monitoring.storage.blocks.frame import seal, unseal
from otel_monitoring.storage.blocks.sections import Reader, join, varint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_KIND, _VERSION = 2, 1
_FINGERPRINT_BYTES = 4


def write(
    *, series: Sequence[int], times_ms: NDArray[np.int64], columns: Mapping[str, NDArray[np.float64]]
) -> bytes:
    """Return a block as bytes.

    Args:
        series: The id of each series, each once, in any order, shape (n,).
        times_ms: Unix times in milliseconds, strictly increasing, shape (t,); kept beside the block.
        columns: One or more of ``COLUMNS``, each of shape (n, t); any floats.

    Raises:
        CodecError: Shapes do not agree, an id comes twice, or a column is not known.
    """
    check(series, times_ms, columns)
    ids = np.array(series, dtype=np.int64)
    head = varint(len(ids)) + varint(len(times_ms))
    head += times_of.fingerprint(times_ms).to_bytes(_FINGERPRINT_BYTES, "little")
    sections = [integers.encode(ids[None])]
    for name, values in columns.items():
        reference = columns.get(REFERENCE) if name != REFERENCE else None
        sections.append(columns_of.write(name, values, reference))
    return seal(head + join(sections), kind=_KIND, version=_VERSION)


def check(
    series: Sequence[int], times_ms: NDArray[np.int64], columns: Mapping[str, NDArray[np.float64]]
) -> None:
    """Raise ``CodecError`` where :func:`write` would not take these."""
    times_of.check(times_ms)
    if len(set(series)) != len(series):
        msg = f"{len(series)} series, of which {len(series) - len(set(series))} come twice"
        raise CodecError(msg)
    for name, values in columns.items():
        if name not in COLUMNS:
            msg = f"column {name!r}, expected one of {', '.join(COLUMNS)}"
            raise CodecError(msg)
        if values.shape != (len(series), len(times_ms)):
            msg = f"column {name!r} has shape {values.shape}, expected {(len(series), len(times_ms))}"
            raise CodecError(msg)


class Block:
    """A block that was read back; its seal is checked at once, columns are decoded when asked for.

    Args:
        data: What :func:`write` returned.

    Raises:
        DamagedError: The bytes are not what was written.
    """

    __slots__ = ("_columns", "_fingerprint", "_order", "series", "times")

    series: NDArray[np.int64]
    times: int

    def __init__(self, data: bytes) -> None:
        _, body = unseal(data, kind=_KIND, versions=frozenset({_VERSION}))
        reader = Reader(body)
        count, self.times = reader.number(), reader.number()
        self._fingerprint = int.from_bytes(reader.raw(_FINGERPRINT_BYTES), "little")
        self.series = integers.decode(reader.section(), rows=1, columns=count)[0]
        self._order = np.argsort(self.series, kind="stable")
        self._columns: dict[str, memoryview] = {}
        while not reader.is_at_end:
            section = reader.section()
            self._columns[columns_of.read_name(section)] = section

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it holds."""
        return tuple(self._columns)

    def check_times(self, times_ms: NDArray[np.int64]) -> None:
        """Raise ``DamagedError`` where these are not the times that it was written with."""
        if len(times_ms) != self.times or times_of.fingerprint(times_ms) != self._fingerprint:
            msg = f"a block of {self.times} times does not belong to these {len(times_ms)}"
            raise DamagedError(msg)

    def read(self, column: str, series: Sequence[int] | None = None) -> NDArray[np.float64]:
        """Return samples, bit by bit as they were written.

        Args:
            column: One of :attr:`columns`.
            series: The ids of the series to return, in this order; ``None`` for all, in the block's own.

        Returns:
            The samples, shape (series, times).

        Raises:
            CodecError: There is no such column or series here.
            DamagedError: The bytes are not what was written.
        """
        if column not in self._columns:
            msg = f"column {column!r}, this block holds {', '.join(self._columns)}"
            raise CodecError(msg)
        wanted = None if series is None else self._rows(np.array(series, dtype=np.int64))
        return columns_of.read(
            self._columns[column],
            rows=len(self.series),
            columns=self.times,
            wanted=wanted,
            reference=lambda: self.read(REFERENCE, series),
        )

    def _rows(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        if not len(ids):
            return np.zeros(0, dtype=np.intp)
        at = np.searchsorted(self.series, ids, sorter=self._order)
        rows = self._order[np.minimum(at, len(self._order) - 1)] if len(self._order) else at
        missing = ids if not len(self._order) else ids[self.series[rows] != ids]
        if len(missing):
            msg = f"series {missing[0]} is not among the {len(self.series)} of this block"
            raise CodecError(msg)
        return rows
