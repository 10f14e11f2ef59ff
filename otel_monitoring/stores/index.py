"""From matchers to rows: which series of one epoch fulfil a selector.

Rows are only ever added, so the answer for a selector is kept and only the rows that came since are looked
at. The tuple of label sets stays the same object until a row that matches comes along.

One thread adds, any thread selects, without a lock: a row is in all postings before it is in ``labels``, and
a selection looks at the rows that were in ``labels`` when it began. Postings are compact: one row is a plain
number, several are an array of four bytes each. Readers take copies of them, since an array of which somebody
holds a view cannot grow.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import Matcher

_ROWS_KEPT_AT_LEAST = 200_000
_SELECTIONS_OF_ALL_ROWS = 32
_WEIGHT_OF_A_SELECTION = 16
_ROW = "I"
_ROW_BYTES, _LABEL_BYTES, _VALUE_BYTES = 250, 24, 300
"""About what a row takes, each of its labels, and each value that no row had before, on CPython 3.11."""

Posting: TypeAlias = "int | array[int]"
"""The rows that have one value of one label: a single one, or several in ascending order."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows that fulfil a selector.

    Attributes:
        rows: Row numbers, ascending, shape (n,).
        labels: Their label sets, shape (n,).
        upto: How many rows of the epoch were looked at.
    """

    rows: NDArray[np.intp]
    labels: tuple[Labels, ...]
    upto: int


class Index:
    """The label sets of one epoch, by row, by name and by value.

    ``size_bytes`` is an estimate of what they take.
    """

    def __init__(self) -> None:
        self.labels: list[Labels] = []
        self.row_of: dict[Labels, int] = {}
        self._postings: dict[str, dict[str, Posting]] = {}
        self._selections: dict[tuple[Matcher, ...], Selection] = {}
        self._rows_kept = 0
        self.size_bytes = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.labels)

    def add(self, labels: Labels) -> int:
        """Give a label set that is not in the index a row."""
        row = len(self.labels)
        self.row_of[labels] = row
        for name, value in labels:
            values = self._postings.setdefault(name, {})
            self.size_bytes += _LABEL_BYTES + (0 if value in values else _VALUE_BYTES)
            _post(values, value, row)
        self.size_bytes += _ROW_BYTES
        self.labels.append(labels)
        return row

    def names(self) -> Iterable[str]:
        """Return the names of metrics."""
        return self._postings.get(NAME, {}).keys()

    def may_hold(self, equal: Sequence[tuple[str, str]]) -> bool:
        """Tell whether each of these labels with its value is there, be it in different rows."""
        return all(value in self._postings.get(label, ()) for label, value in equal)

    def label_names(self) -> Iterable[str]:
        """Return the names of labels."""
        return list(self._postings)

    def label_values(self, name: str) -> Iterable[str]:
        """Return the values that a label takes."""
        return list(self._postings.get(name, {}))

    def select(self, matchers: tuple[Matcher, ...]) -> Selection:
        """Return the rows whose labels fulfil all ``matchers``.

        Raises:
            QueryError: A regular expression is not valid.
        """
        known = self._selections.get(matchers)
        upto = len(self.labels)
        if known is not None and known.upto == upto:
            return known
        since = known.upto if known is not None else 0
        fresh = self._search(matchers, since=since, upto=upto)
        selection = _extended(known, fresh, labels=self.labels, upto=upto)
        self._keep(matchers, selection)
        return selection

    def _keep(self, matchers: tuple[Matcher, ...], selection: Selection) -> None:
        """Remember a selection; those that hold too many rows together go in one step, safe for readers."""
        self._rows_kept += len(selection.rows) + _WEIGHT_OF_A_SELECTION
        if self._rows_kept > max(_ROWS_KEPT_AT_LEAST, _SELECTIONS_OF_ALL_ROWS * len(self.labels)):
            self._selections.clear()
            self._rows_kept = 0
        self._selections[matchers] = selection

    def _search(self, matchers: tuple[Matcher, ...], *, since: int, upto: int) -> NDArray[np.intp]:
        equal = [m for m in matchers if m.op == "=" and m.value]
        if not equal:
            rows = np.arange(since, upto)
        else:
            postings = {m: self._posting(m) for m in equal}
            best = min(equal, key=lambda m: _count(postings[m]))
            rows = _between(_rows(postings[best]), since, upto)
            matchers = tuple(m for m in matchers if m is not best)
        for matcher in matchers:
            if not len(rows):
                break
            rows = rows[self._fulfil(matcher, rows, since=since, upto=upto)]
        return rows

    def _fulfil(
        self, matcher: Matcher, rows: NDArray[np.intp], *, since: int, upto: int
    ) -> NDArray[np.bool_]:
        """Tell for each row whether it fulfils a matcher, value by value, or row by row if that is less."""
        test = matcher.test()
        values = list(self._postings.get(matcher.name, {}).items())
        if len(values) > len(rows):
            labels, name = self.labels, matcher.name
            return np.fromiter((test(labels[row].get(name)) for row in rows.tolist()), np.bool_, len(rows))
        without = test("")
        verdicts = np.full(upto - since, without)
        for value, posting in values:
            if test(value) is not without:
                verdicts[_between(_rows(posting), since, upto) - since] = not without
        found: NDArray[np.bool_] = verdicts[rows - since]
        return found

    def _posting(self, matcher: Matcher) -> Posting:
        return self._postings.get(matcher.name, {}).get(matcher.value, _NO_ROWS)


_NO_ROWS: Posting = array(_ROW)


def _post(values: dict[str, Posting], value: str, row: int) -> None:
    known = values.get(value)
    if known is None:
        values[value] = row
    elif isinstance(known, int):
        values[value] = array(_ROW, (known, row))
    else:
        known.append(row)


def _count(posting: Posting) -> int:
    return 1 if isinstance(posting, int) else len(posting)


def _rows(posting: Posting) -> NDArray[np.intp]:
    if isinstance(posting, int):
        return np.array([posting], dtype=np.intp)
    return np.frombuffer(posting.tobytes(), dtype=np.dtype(_ROW)).astype(np.intp)


def _between(rows: NDArray[np.intp], since: int, upto: int) -> NDArray[np.intp]:
    low, high = np.searchsorted(rows, [since, upto])
    return rows[low:high]


def _extended(
    known: Selection | None, fresh: NDArray[np.intp], *, labels: list[Labels], upto: int
) -> Selection:
    found = tuple(map(labels.__getitem__, fresh.tolist()))
    if known is None:
        return Selection(fresh, found, upto)
    if not found:
        return Selection(known.rows, known.labels, upto)
    return Selection(np.concatenate([known.rows, fresh]), known.labels + found, upto)
