"""State of many series as columns: one row a series, rows reused, grown by doubling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
        dtype: ``float64``, ``float32`` or ``uint8``.
    """

    name: str
    width: int
    dtype: str = "float32"


class Columns:
    """Rows of state: ``numbers`` of shape (fields, rows), and tables of shape (rows, width).

    A row that was just taken is that of a series never seen: zeros in the tables, ``fresh`` in the numbers.

    Args:
        fresh: The numbers of a series never seen.
        tables: Columns of several numbers.
        capacity: Rows to begin with.
    """

    def __init__(self, *, fresh: Sequence[float], tables: Sequence[Table], capacity: int) -> None:
        self._shape = tuple(tables)
        self._fresh = np.array(fresh, dtype=np.float64)
        self.numbers: NDArray[np.float64] = np.repeat(self._fresh[:, None], max(capacity, 1), axis=1)
        self.tables: dict[str, NDArray[Any]] = {
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
        self.numbers[:, row] = self._fresh
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
        more = np.repeat(self._fresh[:, None], self.numbers.shape[1], axis=1)
        self.numbers = np.concatenate([self.numbers, more], axis=1)
        for name, table in self.tables.items():
            self.tables[name] = np.concatenate([table, np.zeros_like(table)], axis=0)
