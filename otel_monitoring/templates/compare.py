"""What templates compare and look into, with Go's strictness about types."""

from __future__ import annotations

import math
from collections.abc import Mapping

from otel_monitoring.templates import go_format
from otel_monitoring.templates.lexer import TemplateError


class AnyMap(dict[str, object]):
    """A map whose missing keys are nothing, rather than empty text."""

    go_type = "map[string]interface {}"


def is_true(value: object) -> bool:
    """Tell whether a value counts as true: neither zero, empty nor nil."""
    if isinstance(value, float) and math.isnan(value):
        return True
    return bool(value)


def _kind(value: object) -> str:
    return "int" if isinstance(value, int) and not isinstance(value, bool) else type(value).__name__


def equal(first: object, second: object, *more: object) -> bool:
    """Tell whether the first is equal to any of the others."""
    for other in (second, *more):
        if first is None or other is None:
            if first is other:
                return True
            continue
        if isinstance(first, Mapping | list) or isinstance(other, Mapping | list):
            msg = "non-comparable type"
            raise TemplateError(msg)
        if _kind(first) != _kind(other):
            msg = "incompatible types for comparison"
            raise TemplateError(msg)
        if first == other:
            return True
    return False


def less(first: object, second: object) -> bool:
    """Tell whether the first is below the second."""
    if _kind(first) != _kind(second):
        msg = "incompatible types for comparison"
        raise TemplateError(msg)
    if isinstance(first, bool) or not isinstance(first, int | float | str):
        msg = "invalid type for comparison"
        raise TemplateError(msg)
    return first < second  # type: ignore[operator]


def less_or_equal(first: object, second: object) -> bool:
    """Tell whether the first is at most the second."""
    return less(first, second) or equal(first, second)


def length(value: object) -> int:
    """Return the number of elements, of a text that of its bytes."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, Mapping | list):
        return len(value)
    msg = f"len of type {go_format.type_name(value)}"
    raise TemplateError(msg)


def index(value: object, *keys: object) -> object:
    """Look up one key after another."""
    for key in keys:
        if isinstance(value, Mapping):
            if not isinstance(key, str):
                msg = f"value has type {go_format.type_name(key)}; should be string"
                raise TemplateError(msg)
            value = value.get(key, None if isinstance(value, AnyMap) else "")
        elif isinstance(value, list | str):
            position = _position(key, len(value.encode() if isinstance(value, str) else value) - 1)
            value = value.encode()[position] if isinstance(value, str) else value[position]
        else:
            msg = f"can't index item of type {go_format.type_name(value)}"
            raise TemplateError(msg)
    return value


def part(value: object, *ends: object) -> object:
    """Return the elements between two positions."""
    if not isinstance(value, str | list) or len(ends) > 2:  # noqa: PLR2004 - a start and an end
        msg = f"can't slice item of type {go_format.type_name(value)}"
        raise TemplateError(msg)
    items = value.encode() if isinstance(value, str) else value
    start, end = [_position(key, len(items)) for key in ends] + [0, len(items)][len(ends) :]
    if start > end:
        msg = f"invalid slice index: {start} > {end}"
        raise TemplateError(msg)
    found = items[start:end]
    return found.decode(errors="replace") if isinstance(found, bytes) else found


def _position(key: object, last: int) -> int:
    if isinstance(key, bool) or not isinstance(key, int):
        msg = f"cannot index slice/array with type {go_format.type_name(key)}"
        raise TemplateError(msg)
    if not 0 <= key <= last:
        msg = f"index out of range: {key}"
        raise TemplateError(msg)
    return key
