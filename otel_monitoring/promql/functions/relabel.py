"""Functions that write labels: ``label_replace`` and ``label_join``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import NAME
from otel_monitoring.model.matcher import compile_regex
from otel_monitoring.promql.vectors.values import LATE, Vector, relabelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.evaluation.budget import Budget
    from otel_monitoring.promql.vectors.memo import Memo

_LONGEST_VALUE = 16_384
"""Characters of a label value that may be written: nested functions could multiply them without end."""

_CHARACTERS_OF_A_SAMPLE = 8
_CHARACTERS_KEPT = 1_000_000
_MOST_DIGITS = 8
_TEMPLATE = re.compile(r"\$(?:\$|(?P<plain>\w+)|\{(?P<braced>\w+)\})")


def label_replace(
    vector: Vector,
    target: str,
    replacement: str,
    source: str,
    pattern: str,
    *,
    memo: Memo,
    budget: Budget,
) -> Vector:
    """Write ``replacement`` into the label ``target`` of the series whose ``source`` matches ``pattern``.

    Raises:
        QueryError: The pattern is not RE2, the target is no label, two series end with the same labels, or
            a limit was reached.
    """
    try:
        regex = compile_regex(pattern)
    except QueryError as error:
        msg = f"invalid regular expression in label_replace(): {pattern}: {error}"
        raise QueryError(msg) from None
    _check_label(target, "destination label name in label_replace()")

    written = _Written("label_replace", budget)

    def replace(labels: Labels) -> Labels:
        budget.pulse()
        found = regex.fullmatch(labels.get(source))
        if found is None:
            return labels
        return _written(labels, target, written.checked(_expand(replacement, found)))

    return relabelled(
        vector, memo, ("label_replace", target, replacement, source, pattern), replace, keep=written.are_few
    )


def label_join(
    vector: Vector, target: str, separator: str, sources: tuple[str, ...], *, memo: Memo, budget: Budget
) -> Vector:
    """Write the values of ``sources``, joined, into the label ``target``.

    Raises:
        QueryError: A limit was reached, a name is no label, or two series end with the same labels.
    """
    for name in sources:
        _check_label(name, "source label name in label_join()")
    _check_label(target, "destination label name in label_join()")

    written = _Written("label_join", budget)

    def join(labels: Labels) -> Labels:
        budget.pulse()
        value = written.checked(separator.join(labels.get(name) for name in sources))
        return _written(labels, target, value)

    return relabelled(vector, memo, ("label_join", target, separator, sources), join, keep=written.are_few)


def _written(labels: Labels, target: str, value: str) -> Labels:
    """Write a label; a name that is written stays, even where the old one was to be dropped."""
    return labels.with_({target: value, LATE: ""} if target == NAME else {target: value})


class _Written:
    """Refuses label values that are too long, and looks after the memory that all of them take."""

    def __init__(self, function: str, budget: Budget) -> None:
        self._function = function
        self._budget = budget
        self._characters = 0

    def checked(self, value: str) -> str:
        """Return a value that may be written.

        Raises:
            QueryError: It is too long, or those written so far are.
        """
        if len(value) > _LONGEST_VALUE:
            about = f"{len(value):,} characters are more than {_LONGEST_VALUE:,}"
            msg = f"{self._function}() would write a label value that is too long: {about}"
            raise QueryError(msg)
        self._characters += len(value)
        self._budget.reserve(self._characters // _CHARACTERS_OF_A_SAMPLE)
        return value

    def are_few(self) -> bool:
        """Tell whether the labels may be kept for the next time."""
        return self._characters <= _CHARACTERS_KEPT


def _check_label(name: str, what: str) -> None:
    if not is_label_name(name):
        msg = f"invalid {what}: {name}"
        raise QueryError(msg)


def is_label_name(name: str) -> bool:
    """Tell whether a text may name a label: any UTF-8, but not nothing."""
    return bool(name) and not any(char == "\ufffd" or "\ud800" <= char <= "\udfff" for char in name)


def _expand(template: str, found: re.Match[str]) -> str:
    """Put groups into a template: ``$1``, ``${1}``, ``$name``; an unknown group is empty, ``$$`` a dollar."""
    return _TEMPLATE.sub(_group_of(found), template)


def _group_of(found: re.Match[str]) -> Callable[[re.Match[str]], str]:
    names = found.re.groupindex

    def group(reference: re.Match[str]) -> str:
        name = reference["plain"] or reference["braced"]
        if name is None:
            return "$"
        if name.isascii() and name.isdigit():
            digits = name.lstrip("0") or "0"
            number = int(digits) if len(digits) <= _MOST_DIGITS else found.re.groups + 1
            return (found.group(number) or "") if number <= found.re.groups else ""
        return (found.group(names[name]) or "") if name in names else ""

    return group
