"""Values of any type, made into what an attribute may be: texts, numbers, lists and mappings, all bounded."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from otel_monitoring.context.redact.checks import is_card
from otel_monitoring.context.redact.patterns import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from otel_monitoring.guard import Guard

MAX_DEPTH = 4
"""Levels of lists and mappings that are gone into; what lies deeper becomes a text."""

MAX_ITEMS = 512
"""Values that are kept of one attribute, over all levels."""

_MAX_BYTES = 8192
_INT64 = 1 << 63
_SHORTEST_CARD = 10**12
_SEQUENCES = (list, tuple, set, frozenset)


class Plan(NamedTuple):
    """What is done with the values of one attribute.

    Attributes:
        name: The name under which the attribute leaves.
        redact: From a text to what may leave of it.
        cache: What ``redact`` gave before.
        is_secret: Whether nothing of a value may leave.
        is_hashed: Whether numbers too go through ``redact``.
        is_open: Whether the user allowed values to leave as they are.
    """

    name: str
    redact: Callable[[str], str]
    cache: dict[str, str]
    is_secret: bool = False
    is_hashed: bool = False
    is_open: bool = False


class Walk:
    """Go through one value, however deep and long it is, and keep a bounded part.

    Args:
        plan_of: What is done with the values of a key.
        count: Told the kind of each secret that was taken out.
        guard: Catches what foreign code raises: ``__str__``, ``items``, ``__iter__``.
    """

    __slots__ = ("_count", "_guard", "_left", "_plan_of")

    def __init__(self, *, plan_of: Callable[[Any], Plan], count: Callable[[str], None], guard: Guard) -> None:
        self._plan_of = plan_of
        self._count = count
        self._guard = guard
        self._left = MAX_ITEMS

    def value(self, plan: Plan, value: Any, depth: int = 0) -> Any:
        """Return what may leave of ``value`` under ``plan``; it never raises."""
        with self._guard:
            return self._value(plan, value, depth)
        return plan.redact(kind_of(value))

    def _value(self, plan: Plan, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if plan.is_secret:
            return self._mark(value)
        if isinstance(value, (int, float)):
            return self._number(plan, value)
        if depth < MAX_DEPTH and isinstance(value, Mapping):
            return dict(self._entries(value, depth + 1))
        if depth < MAX_DEPTH and isinstance(value, _SEQUENCES):
            found = list(self._items(plan, value, depth + 1))
            return tuple(found) if isinstance(value, tuple) else found
        return plan.redact(self._text(value))

    def _text(self, value: Any) -> str:
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, (bytes, bytearray)):
            return bytes(value[:_MAX_BYTES]).decode("utf-8", "replace")
        return safe_text(value, guard=self._guard)

    def _number(self, plan: Plan, value: int | float) -> Any:  # noqa: PYI041 - the two differ here
        if plan.is_hashed:
            return plan.redact(str(value))
        if isinstance(value, float):
            return float(value)
        number = int(value)
        if not plan.is_open and number >= _SHORTEST_CARD and is_card(str(number)):
            self._count("card")
            return MARK
        return number if -_INT64 <= number < _INT64 else plan.redact(str(number))

    def _entries(self, value: Mapping[Any, Any], depth: int) -> Iterable[tuple[str, Any]]:
        for key, item in islice(value.items(), self._left):
            if not self._take():
                return
            plan = self._plan_of(key)
            yield plan.name, self.value(plan, item, depth)

    def _items(self, plan: Plan, value: Iterable[Any], depth: int) -> Iterable[Any]:
        for item in value:
            if not self._take():
                return
            yield self.value(plan, item, depth)

    def _take(self) -> bool:
        self._left -= 1
        return self._left >= 0

    def _mark(self, value: Any) -> Any:
        """Return the mark in the form of ``value``: a list of one where a list was."""
        if isinstance(value, str) and value in {"", MARK}:
            return str.__str__(value)
        if isinstance(value, _SEQUENCES) and all(type(item) is str and item == MARK for item in value):
            return list(value)
        self._count("named")
        return [MARK] if isinstance(value, _SEQUENCES) else MARK


def safe_text(value: object, *, guard: Guard) -> str:
    """Return ``str(value)``, or the name of its type where that raises."""
    text = guard.call(str, value)
    return kind_of(value) if text is None else text


def kind_of(value: object) -> str:
    """Return the type of ``value`` as a text: ``<Decimal>``."""
    return f"<{type(value).__name__}>"
