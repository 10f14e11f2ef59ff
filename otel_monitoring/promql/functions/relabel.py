"""Functions that write labels: ``label_replace`` and ``label_join``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otel_monitoring.errors import QueryError
from otel_monitoring.model.matcher import compile_regex
from otel_monitoring.promql.vectors.values import Vector, relabelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from otel_monitoring.model.labels import Labels
    from otel_monitoring.promql.vectors.memo import Memo

_TEMPLATE = re.compile(r"\$(?:\$|(?P<plain>\w+)|\{(?P<braced>\w+)\})")


def label_replace(
    vector: Vector, target: str, replacement: str, source: str, pattern: str, *, memo: Memo
) -> Vector:
    """Write ``replacement`` into the label ``target`` of the series whose ``source`` matches ``pattern``.

    Raises:
        QueryError: The pattern is not RE2, the target is no label, or two series end with the same labels.
    """
    try:
        regex = compile_regex(pattern)
    except QueryError as error:
        msg = f"invalid regular expression in label_replace(): {pattern}: {error}"
        raise QueryError(msg) from None
    _check_label(target, "destination label name in label_replace()")

    def replace(labels: Labels) -> Labels:
        found = regex.fullmatch(labels.get(source))
        if found is None:
            return labels
        return labels.with_({target: _expand(replacement, found)})

    return relabelled(vector, memo, ("label_replace", target, replacement, source, pattern), replace)


def label_join(
    vector: Vector, target: str, separator: str, sources: tuple[str, ...], *, memo: Memo
) -> Vector:
    """Write the values of ``sources``, joined, into the label ``target``.

    Raises:
        QueryError: A name is no label, or two series end with the same labels.
    """
    for name in sources:
        _check_label(name, "source label name in label_join()")
    _check_label(target, "destination label name in label_join()")

    def join(labels: Labels) -> Labels:
        return labels.with_({target: separator.join(labels.get(name) for name in sources)})

    return relabelled(vector, memo, ("label_join", target, separator, sources), join)


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
        if name.isdigit():
            number = int(name)
            return (found.group(number) or "") if number <= found.re.groups else ""
        return (found.group(names[name]) or "") if name in names else ""

    return group
