"""Pieces of series that come in the order of time, given back series by series.

What is more than a memory should hold lies in a temporary file meanwhile, without a name.

This module needs numpy; import it lazily on the start-up path.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np

from otel_monitoring.storage.transfer.points import Points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from otel_monitoring.model.labels import Labels

_IN_MEMORY_BYTES: Final = 64 << 20
_SAMPLE_BYTES: Final = 16


class _Place(NamedTuple):
    at: int
    samples: int


class Pieces:
    """Take pieces of series, give series; a context manager.

    Args:
        most_bytes: What may lie in memory; the rest lies on the disk.
    """

    def __init__(self, *, most_bytes: int = _IN_MEMORY_BYTES) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=most_bytes)  # noqa: SIM115 - closed by __exit__
        self._places: dict[Labels, list[_Place]] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of everything."""
        self._file.close()

    def add(self, points: Points) -> None:
        """Take a piece of a series; of samples at the same time the one given last counts."""
        place = _Place(self._file.tell(), len(points.times_ms))
        self._file.write(points.times_ms.astype("<i8").tobytes())
        self._file.write(points.values.astype("<f8").tobytes())
        self._places.setdefault(points.labels, []).append(place)

    def __iter__(self) -> Iterator[Points]:
        """Yield every series, each once and whole, in the order in which they came."""
        for labels, places in self._places.items():
            yield joined([self._read(labels, place) for place in places])

    def _read(self, labels: Labels, place: _Place) -> Points:
        self._file.seek(place.at)
        data = self._file.read(place.samples * _SAMPLE_BYTES)
        half = place.samples * _SAMPLE_BYTES // 2
        return Points(
            labels, np.frombuffer(data[:half], dtype="<i8"), np.frombuffer(data[half:], dtype="<f8")
        )


def joined(pieces: Sequence[Points]) -> Points:
    """Return pieces of one series as one, in the order of time; of two at one time the later piece counts.

    Args:
        pieces: At least one, each of any order.
    """
    times_ms = np.concatenate([piece.times_ms for piece in pieces])
    values = np.concatenate([piece.values for piece in pieces])
    if not (np.diff(times_ms) > 0).all():
        times_ms, last = np.unique(times_ms[::-1], return_index=True)
        values = values[::-1][last]
    return Points(pieces[0].labels, times_ms, values)
