"""From matchers to rows: which series of one epoch fulfil a selector.

Rows are only ever added, so the answer for a selector is kept and only the rows that came since are looked
at. The tuple of label sets stays the same object until a row that matches comes along.

One thread adds, any thread selects, without a lock: a row is in all postings before it is in ``labels``, and
a selection looks at the rows that were in ``labels`` when it began.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.model.matcher import Matcher

_ROWS_KEPT_AT_LEAST = 200_000
_SELECTIONS_OF_ALL_ROWS = 32
_WEIGHT_OF_A_SELECTION = 16


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
    """The label sets of one epoch, by row, by name and by value."""

    def __init__(self) -> None:
        self.labels: list[Labels] = []
        self.row_of: dict[Labels, int] = {}
        self._postings: dict[str, dict[str, list[int]]] = {}
        self._selections: dict[tuple[Matcher, ...], Selection] = {}
        self._rows_kept = 0

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.labels)

    def add(self, labels: Labels) -> int:
        """Give a label set that is not in the index a row."""
        row = len(self.labels)
        self.row_of[labels] = row
        for name, value in labels:
            self._postings.setdefault(name, {}).setdefault(value, []).append(row)
        self.labels.append(labels)
        return row

    def names(self) -> Iterable[str]:
        """Return the names of metrics."""
        return self._postings.get(NAME, {}).keys()

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

    def _search(self, matchers: tuple[Matcher, ...], *, since: int, upto: int) -> list[int]:
        rows: Iterable[int] = range(since, upto)
        equal = [m for m in matchers if m.op == "=" and m.value]
        if equal:
            best = min(equal, key=lambda m: len(self._posting(m)))
            rows = [row for row in self._posting(best) if since <= row < upto]
            matchers = tuple(m for m in matchers if m is not best)
        for matcher in matchers:
            passes = _remembered(matcher.test())
            labels, name = self.labels, matcher.name
            rows = [row for row in rows if passes(labels[row].get(name))]
        return list(rows)

    def _posting(self, matcher: Matcher) -> Sequence[int]:
        return self._postings.get(matcher.name, {}).get(matcher.value, ())


def _extended(known: Selection | None, fresh: list[int], *, labels: list[Labels], upto: int) -> Selection:
    rows = np.array(fresh, dtype=np.intp)
    if known is None:
        return Selection(rows, tuple(labels[row] for row in fresh), upto)
    if not fresh:
        return Selection(known.rows, known.labels, upto)
    return Selection(
        np.concatenate([known.rows, rows]), known.labels + tuple(labels[row] for row in fresh), upto
    )


def _remembered(test: Callable[[str], bool]) -> Callable[[str], bool]:
    verdicts: dict[str, bool] = {}

    def passes(value: str) -> bool:
        verdict = verdicts.get(value)
        if verdict is None:
            verdict = verdicts[value] = test(value)
        return verdict

    return passes
