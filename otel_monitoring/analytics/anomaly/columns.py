"""State of many series as columns: one row a series, rows reused, grown by doubling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.analytics.anomaly.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Table:
    """A column of several numbers a row.

    Attributes:
        name: What the algorithm calls it.
        width: Numbers a row.
        dtype: ``float64`` or ``float32``.
    """

    name: str
    width: int
    dtype: str = "float32"


class Columns:
    """Rows of state: ``numbers`` of shape (fields, rows), and tables of shape (rows, width).

    A row that was just taken is all zeros: to every algorithm that is a series never seen.
    """

    def __init__(self, *, fields: int, tables: Sequence[Table], capacity: int) -> None:
        self._shape = tuple(tables)
        self.numbers: NDArray[np.float64] = np.zeros((fields, max(capacity, 1)))
        self.tables: dict[str, NDArray[np.floating]] = {
            table.name: np.zeros((max(capacity, 1), table.width), dtype=table.dtype) for table in tables
        }
        self._free: list[int] = []
        self._used = 0

    @property
    def row_bytes(self) -> int:
        """Bytes that one row takes."""
        wide = sum(table.itemsize * table.shape[1] for table in self.tables.values())
        return int(wide + self.numbers.itemsize * self.numbers.shape[0])

    def take(self) -> int:
        """Return a row of zeros, growing the columns where none is free."""
        if self._free:
            return self._free.pop()
        if self._used == self.numbers.shape[1]:
            self._grow()
        self._used += 1
        return self._used - 1

    def release(self, row: int) -> None:
        """Forget a row and let it be taken again."""
        self.clear(row)
        self._free.append(row)

    def clear(self, row: int) -> None:
        """Make a row one of a series never seen."""
        self.numbers[:, row] = 0.0
        for table in self.tables.values():
            table[row] = 0.0

    def dump(self, row: int) -> bytes:
        """Return the state of a row, little-endian."""
        parts = [self.numbers[:, row].astype("<f8").tobytes()]
        for table in self._shape:
            little = np.dtype(table.dtype).newbyteorder("<")
            parts += [self.tables[table.name][row].astype(little).tobytes()]
        return b"".join(parts)

    def load(self, row: int, state: bytes) -> None:
        """Set a row to what ``dump`` returned.

        Raises:
            StateError: The state has another length than a row of these columns.
        """
        if len(state) != self.row_bytes:
            msg = f"state of {len(state)} bytes where a row has {self.row_bytes}"
            raise StateError(msg)
        fields = self.numbers.shape[0]
        self.numbers[:, row] = np.frombuffer(state, dtype="<f8", count=fields)
        at = 8 * fields
        for table in self._shape:
            dtype = np.dtype(table.dtype).newbyteorder("<")
            self.tables[table.name][row] = np.frombuffer(state, dtype=dtype, count=table.width, offset=at)
            at += dtype.itemsize * table.width

    def _grow(self) -> None:
        self.numbers = np.concatenate([self.numbers, np.zeros_like(self.numbers)], axis=1)
        for name, table in self.tables.items():
            self.tables[name] = np.concatenate([table, np.zeros_like(table)], axis=0)
