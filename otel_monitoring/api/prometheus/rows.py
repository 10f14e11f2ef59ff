"""The samples of a result as JSON, many at a time.

A dashboard asks for a hundred thousand points: their text is made by the few operations that Python has for
lists as a whole. It is made in pieces all the same: such an operation lets no other thread run until it is
over, and one of the others is the event loop of the application.
"""

from __future__ import annotations

from json import JSONEncoder
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.api.prometheus import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.result import Series

_PIECE = 4096
"""Samples that are written at once: about 2 ms."""

_TIMES_KEPT = 64
_text = JSONEncoder(ensure_ascii=False).encode


def seconds(time_ms: int) -> float | int:
    """Return Unix milliseconds as seconds, whole ones as an integer."""
    return time_ms / 1000 if time_ms % 1000 else time_ms // 1000


def vector(samples: Sequence[tuple[Labels, float]], *, at_s: float) -> str:
    """Return the samples of one time.

    Args:
        samples: Label sets and values.
        at_s: The time, Unix seconds.
    """
    end, pieces = "", []
    for begin in range(0, len(samples), _PIECE):
        some = samples[begin : begin + _PIECE]
        heads = [f'"]}},{{"metric":{metric(labels)},"value":[{at_s},"' for labels, _ in some]
        if not begin:
            heads[0] = heads[0].removeprefix('"]},')
        pieces.append(_between(heads, numbers.texts(np.array([value for _, value in some]))))
        end = '"]}'
    return f"[{''.join(pieces)}{end}]"


def matrix(series: Sequence[Series]) -> str:
    """Return the samples of several times; series without any are left out."""
    end, pieces = "", []
    times = _Times()
    for some in _groups([one for one in series if one.times_ms.size]):
        heads: list[str] = []
        for one in some:
            first, *others = times.heads(one.times_ms)
            heads.append(f'{end}{{"metric":{metric(one.labels)},"values":[[{first}')
            heads += others
            end = '"]]},'
        pieces.append(_between(heads, numbers.texts(np.concatenate([one.values for one in some]))))
    return f"[{''.join(pieces)}{end.removesuffix(',')}]"


def metric(labels: Labels) -> str:
    """Return a label set."""
    return f"{{{','.join([f'{_text(name)}:{_text(value)}' for name, value in labels.pairs])}}}"


class _Times:
    """What stands before each sample of a series; most series of a result have the same times."""

    def __init__(self) -> None:
        self._known: dict[bytes, list[str]] = {}

    def heads(self, times_ms: NDArray[np.int64]) -> list[str]:
        key = times_ms.tobytes()
        found = self._known.get(key)
        if found is None:
            first, *others = times_ms.tolist()
            found = [f'{seconds(first)},"', *(f'"],[{seconds(time_ms)},"' for time_ms in others)]
            if len(self._known) < _TIMES_KEPT:
                self._known[key] = found
        return found


def _groups(series: Sequence[Series]) -> Iterator[list[Series]]:
    """Return series together that have about as many samples as are written at once."""
    some: list[Series] = []
    size = 0
    for one in series:
        some.append(one)
        size += one.times_ms.size
        if size >= _PIECE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _between(heads: list[str], texts: list[str]) -> str:
    """Return each head followed by its text."""
    both = [""] * (2 * len(texts))
    both[::2], both[1::2] = heads, texts
    return "".join(both)
