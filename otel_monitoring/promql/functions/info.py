"""``info``: labels of info metrics, such as ``target_info``, on series of the same job and instance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.promql.functions.reference import reference_of
from otel_monitoring.promql.language.nodes import Selector
from otel_monitoring.promql.vectors.values import Vector, merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from otel_monitoring.promql.evaluation.budget import Budget
    from otel_monitoring.promql.functions.table import Args, Evaluation
    from otel_monitoring.promql.vectors.values import Floats, Mask, Value

    Rows = NDArray[np.intp]
    Key = tuple[str, str]

_IDENTIFYING = ("instance", "job")
_TARGET = Matcher(NAME, "=", "target_info")
_ANY_INFO = Matcher(NAME, "=~", ".+_info")
_MS = 1000
_NONE = -1


class _Demands(NamedTuple):
    """The matchers of the second argument: those of names, and those of the labels to add."""

    names: tuple[Matcher, ...]
    labels: tuple[Matcher, ...]

    @classmethod
    def of(cls, node: object) -> _Demands:
        """Sort the matchers; names that are only excluded are sought among all info metrics."""
        matchers = node.matchers if isinstance(node, Selector) else ()
        names = tuple(one for one in matchers if one.name == NAME)
        labels = tuple(one for one in matchers if one.name != NAME)
        if not names:
            names = (_TARGET,)
        elif all(one.op in {"!=", "!~"} for one in names):
            names = (_ANY_INFO, *names)
        return cls(names, labels)

    def name(self, labels: Labels) -> bool:
        """Tell whether a series is itself one of those that are sought."""
        return all(one.matches(labels) for one in self.names)

    @property
    def optional(self) -> bool:
        """Whether a series without any of the labels stays."""
        return all(one.test()("") for one in self.labels)


def info(ev: Evaluation, args: Args) -> Value:
    """Add labels of info series to a vector; see :func:`enriched`."""
    demands = _Demands.of(args[1] if len(args) > 1 else None)
    vector = ev.vector(args[0])
    shift = reference_of(args[0], start_ms=ev.span_ms[0], end_ms=ev.span_ms[1])
    if not any(_key(labels) != ("", "") and not demands.name(labels) for labels in vector.labels):
        return enriched(vector, Vector((), np.empty((len(ev.times_ms), 0))), demands, ev.budget)
    times = ev.sample_times(Selector((*demands.names, *demands.labels), shift))
    return enriched(vector, _asked_for(times, vector, demands), demands, ev.budget)


def _key(labels: Labels) -> Key:
    return labels.get(_IDENTIFYING[0]), labels.get(_IDENTIFYING[1])


def _asked_for(times: Vector, vector: Vector, demands: _Demands) -> Vector:
    """Return the info series that have an instance and a job of some series, each among those of its kind."""
    seen: dict[tuple[bool, bool], tuple[set[str], set[str]]] = {}
    some = np.asarray(vector.mask.any(axis=0))
    for column, labels in enumerate(vector.labels):
        if some[column] and not demands.name(labels):
            instance, job = _key(labels)
            instances, jobs = seen.setdefault((bool(instance), bool(job)), (set(), set()))
            instances.add(instance)
            jobs.add(job)
    columns = []
    for column, labels in enumerate(times.labels):
        instance, job = _key(labels)
        known = seen.get((bool(instance), bool(job)))
        if known and (instance or job) and instance in known[0] and job in known[1]:
            columns.append(column)
    kept = tuple(times.labels[column] for column in columns)
    return Vector(kept, times.values[:, columns], times.mask[:, columns])


@dataclass(frozen=True, slots=True)
class _Newest:
    """The info series that counts at each step, per name, instance and job.

    Attributes:
        groups: The number of each key, by key and name of the metric.
        columns: The column that counts, -1 for none, shape (s, g).
    """

    groups: dict[Key, dict[str, int]]
    columns: Rows

    @classmethod
    def of(cls, times: Vector) -> _Newest:
        """Choose the newest one of each key.

        Raises:
            QueryError: Two of a key are equally new.
        """
        groups: dict[Key, dict[str, int]] = {}
        members: list[list[int]] = []
        for column, labels in enumerate(times.labels):
            names = groups.setdefault(_key(labels), {})
            group = names.setdefault(labels.get(NAME), len(members))
            if group == len(members):
                members.append([])
            members[group].append(column)
        chosen = [_newest(times, np.array(columns, dtype=np.intp)) for columns in members]
        empty = np.empty((len(times.values), 0), dtype=np.intp)
        return cls(groups, np.column_stack(chosen) if chosen else empty)


def _newest(times: Vector, columns: Rows) -> Rows:
    mask = times.mask[:, columns]
    seconds = np.where(mask, times.values[:, columns], -np.inf)
    newest = seconds.max(axis=1)
    tied = (mask & (seconds == newest[:, None])).sum(axis=1) > 1
    if tied.any():
        step = int(tied.argmax())
        both = columns[mask[step] & (seconds[step] == newest[step])][:2]
        at_ms = round(float(newest[step]) * _MS)
        first, second = (f"{times.labels[column]} @ {at_ms}" for column in both)
        msg = f"found duplicate series for info metric: existing {first}, new {second}"
        raise QueryError(msg)
    return np.where(mask.any(axis=1), columns[seconds.argmax(axis=1)], _NONE)


def enriched(vector: Vector, times: Vector, demands: _Demands, budget: Budget) -> Vector:
    """Return series with the labels of the newest info series of the same instance and job.

    A label that a series has already stays. A series that finds no info series stays as it is, unless the
    matchers demand a label.

    Args:
        vector: The series.
        times: The times of the samples of the info series.
        demands: Which of their labels are added; all where none is named.
        budget: What the query may still use.

    Raises:
        QueryError: Info series contradict each other, or two series end with the same labels.
    """
    newest = _Newest.of(times)
    found = _Columns(vector)
    for column, labels in enumerate(vector.labels):
        budget.pulse()
        groups = [] if demands.name(labels) else sorted(newest.groups.get(_key(labels), {}).items())
        if demands.name(labels):
            found.add(column, labels, None)
            continue
        combinations, which = _unique(newest.columns[:, [group for _, group in groups]])
        for number, row in enumerate(combinations):
            infos = [times.labels[one] for one in row if one != _NONE]
            if infos or demands.optional:
                found.add(column, _joined(labels, infos, demands), which == number)
    return found.vector()


def _unique(rows: Rows) -> tuple[list[list[int]], Rows]:
    """Return the different rows, and the number of each row's."""
    if (rows == rows[0]).all():
        return [rows[0].tolist()], np.zeros(len(rows), dtype=np.intp)
    place: dict[tuple[int, ...], int] = {}
    which = np.array([place.setdefault(tuple(row), len(place)) for row in rows.tolist()], dtype=np.intp)
    return [list(row) for row in place], which


def _joined(labels: Labels, infos: Sequence[Labels], demands: _Demands) -> Labels:
    wanted = {one.name for one in demands.labels}
    added: dict[str, str] = {}
    for name, value in (pair for one in infos for pair in one):
        if name == NAME or (wanted and name not in wanted):
            continue
        if added.get(name, value) != value:
            msg = f"conflicting label: {name}"
            raise QueryError(msg)
        if not labels.get(name):
            added[name] = value
    return labels.with_(added) if added else labels


class _Columns:
    """Columns of a vector under other labels, each at some of the steps."""

    def __init__(self, vector: Vector) -> None:
        self._vector = vector
        self._mask = vector.mask
        self._place: dict[Labels, int] = {}
        self._columns: list[int] = []
        self._values: list[Floats] = []
        self._masks: list[Mask] = []

    def add(self, column: int, labels: Labels, steps: Mask | None) -> None:
        """Take a column, at all steps or at some."""
        mask = self._mask[:, column] if steps is None else self._mask[:, column] & steps
        if not mask.any():
            return
        self._columns.append(self._place.setdefault(labels, len(self._place)))
        self._values.append(self._vector.values[:, column])
        self._masks.append(mask)

    def vector(self) -> Vector:
        """Return all of them; those with the same labels become one.

        Raises:
            QueryError: Two of them have a sample at the same step.
        """
        if not self._columns:
            return Vector((), np.empty((len(self._mask), 0)))
        taken = Vector(tuple(self._place), np.column_stack(self._values), np.column_stack(self._masks))
        if len(self._place) == len(self._columns):
            return taken
        return merged(taken, np.array(self._columns, dtype=np.intp))
