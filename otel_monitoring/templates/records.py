"""Values with fields and methods, as templates of messages see them.

Only what a record lists can be reached from a template; Python's own attributes never can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.templates.lexer import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Method:
    """A method that a template may call: ``.CommonLabels.Remove (stringSlice "job")``.

    Args:
        name: How the template calls it.
        call: What it does.
        count: How many arguments it takes.
    """

    __slots__ = ("_call", "_count", "name")

    def __init__(self, name: str, call: Callable[..., object], *, count: int = 0) -> None:
        self.name = name
        self._call = call
        self._count = count

    def __call__(self, *arguments: object) -> object:
        """Return what the method returns.

        Raises:
            TemplateError: There are too many or too few arguments, or they do not suit it.
        """
        if len(arguments) != self._count:
            msg = f"wrong number of args for {self.name}: want {self._count} got {len(arguments)}"
            raise TemplateError(msg)
        try:
            return self._call(*arguments)
        except (TypeError, ValueError, OverflowError):
            msg = f"error calling {self.name}: an argument does not suit it"
            raise TemplateError(msg) from None


class Record:
    """A value with fields; a missing one is an error, as in a Go struct."""

    def template_fields(self) -> Mapping[str, object]:
        """Return what templates may reach, methods included."""
        raise NotImplementedError


class Struct(Record):
    """Fields under names, in order."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = dict(fields)

    def template_fields(self) -> Mapping[str, object]:
        """Return the fields."""
        return self._fields

    def __str__(self) -> str:
        """Write it as Go writes a struct."""
        from otel_monitoring.templates.go_format import format_value

        return f"{{{' '.join(map(format_value, self._fields.values()))}}}"


class Pairs(list[object], Record):
    """Labels or annotations in order, each with ``Name`` and ``Value``."""

    def template_fields(self) -> Mapping[str, object]:
        """Return ``Names`` and ``Values``."""
        return {
            "Names": Method("Names", lambda: [_field_of(pair, "Name") for pair in self]),
            "Values": Method("Values", lambda: [_field_of(pair, "Value") for pair in self]),
        }


class KeyValues(dict[str, str], Record):
    """Labels or annotations by name."""

    def template_fields(self) -> Mapping[str, object]:
        """Return the methods; labels are reached by name besides."""
        return {
            "SortedPairs": Method("SortedPairs", self._sorted_pairs),
            "Remove": Method("Remove", self._remove, count=1),
            "Names": Method("Names", lambda: [_field_of(pair, "Name") for pair in self._sorted_pairs()]),
            "Values": Method("Values", lambda: [_field_of(pair, "Value") for pair in self._sorted_pairs()]),
        }

    def _sorted_pairs(self) -> Pairs:
        """Return the pairs by name, the name of the alert first."""
        names = sorted(self, key=lambda name: (name != "alertname", name))
        return Pairs(Struct({"Name": name, "Value": self[name]}) for name in names)

    def _remove(self, names: Sequence[str]) -> KeyValues:
        return KeyValues({name: value for name, value in self.items() if name not in names})


def _field_of(pair: object, name: str) -> object:
    return pair.template_fields()[name] if isinstance(pair, Record) else None
