"""What is wrong with the fields of a request."""

from __future__ import annotations

from dataclasses import dataclass

from otel_monitoring.errors import MonitoringError

_MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that cannot be used: its name, its value as text, and what was expected."""

    field: str
    value: str
    expected: str


class FieldsError(MonitoringError):
    """A request cannot be used; the message names every field that is wrong."""

    def __init__(self, errors: list[FieldError]) -> None:
        told = (f"{one.field} is {one.value}, expected {one.expected}" for one in errors)
        super().__init__("; ".join(told))
        self.errors = errors

    def as_dicts(self, where: str) -> list[dict[str, str]]:
        """Return the errors as problems have them.

        Args:
            where: The part of the request that the fields are in: ``query`` or ``body``.
        """
        return [
            {
                "field": one.field if one.field == where else f"{where}.{one.field}",
                "message": f"expected {one.expected}, found {one.value}",
                "value": one.value,
            }
            for one in self.errors
        ]


def wrong(field: str, value: object, expected: str) -> FieldError:
    """Return an error with the value as it may be shown: short and on one line."""
    shown = ascii(value) if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
    return FieldError(field, shown[:_MAX_SHOWN], expected)
