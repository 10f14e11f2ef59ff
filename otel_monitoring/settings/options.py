"""The options as a flat table: dotted name, environment variable, default, unit, bounds, explanation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from pydantic import SecretStr

from otel_monitoring.settings.group import Group
from otel_monitoring.settings.groups import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

PREFIX = "OTEL_MONITORING_"

_UNITS = {"_s": "seconds", "_bytes": "bytes", "_chars": "characters", "_rate": "ratio"}
_BOUNDS = {"gt": "> {}", "ge": "≥ {}", "lt": "< {}", "le": "≤ {}"}


@dataclass(frozen=True, slots=True)
class Option:
    """One option as documentation and sources see it.

    Attributes:
        name: Dotted name, such as ``alerts.interval_s``.
        variable: Environment variable, such as ``OTEL_MONITORING_ALERTS__INTERVAL_S``.
        default: The value in force where no source has one.
        unit: ``seconds``, ``bytes``, ``characters``, ``ratio`` or nothing.
        expected: Bounds or choices in words, or nothing.
        is_secret: Whether the value must not be shown.
        description: One line of explanation.
    """

    name: str
    variable: str
    default: Any
    unit: str
    expected: str
    is_secret: bool
    description: str


@cache
def options() -> Mapping[str, Option]:
    """Return every option by dotted name, in the order of the models."""
    defaults = Settings()
    return {name: _option(name, field, value_at(defaults, name)) for name, field in _walk(Settings, "")}


@cache
def groups() -> Mapping[str, type[Group]]:
    """Return the model of every group by its name, in the order of the models."""
    found = {name: _group_of(field) for name, field in Settings.model_fields.items()}
    return {name: group for name, group in found.items() if group}


def value_at(settings: Settings, name: str) -> Any:
    """Return the value in force under the dotted ``name``."""
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


def shown(value: Any) -> str:
    """Return ``value`` as one line of text, secrets masked."""
    match value:
        case None:
            return "not set"
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case dict():
            return ", ".join(f"{name}={shown(item)}" for name, item in value.items()) or "none"
        case tuple() | list():
            return ", ".join(shown(item) for item in value) or "none"
        case _:
            return str(value)


def _walk(model: type[Group], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        group = _group_of(field)
        if group:
            yield from _walk(group, f"{name}.")
        else:
            yield prefix + name, field


def _option(name: str, field: FieldInfo, default: Any) -> Option:
    return Option(
        name=name,
        variable=PREFIX + name.replace(".", "__").upper(),
        default=default,
        unit=next((unit for suffix, unit in _UNITS.items() if name.endswith(suffix)), ""),
        expected=_expected(field),
        is_secret=_mentions_secret(field.annotation),
        description=field.description or "",
    )


def _group_of(field: FieldInfo) -> type[Group] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Group) else None


def _expected(field: FieldInfo) -> str:
    choices = _choices(field.annotation)
    if choices:
        return ", ".join(choices)
    bounds = [
        form.format(getattr(item, word))
        for item in _metadata(field)
        for word, form in _BOUNDS.items()
        if getattr(item, word, None) is not None
    ]
    return ", ".join(bounds)


def _metadata(field: FieldInfo) -> list[Any]:
    inner = [item for part in get_args(field.annotation) for item in getattr(part, "__metadata__", ())]
    constraints = [item for info in inner for item in getattr(info, "metadata", ())]
    return [*field.metadata, *constraints]


def _choices(annotation: Any) -> tuple[str, ...]:
    arguments = get_args(annotation)
    return arguments if arguments and all(isinstance(item, str) for item in arguments) else ()


def _mentions_secret(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, SecretStr):
        return True
    return any(_mentions_secret(part) for part in get_args(annotation))
