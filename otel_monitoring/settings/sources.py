"""Where values come from: code, environment and file, each read into one flat table."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from otel_monitoring.errors import SettingsError
from otel_monitoring.settings.group import Group
from otel_monitoring.settings.groups import Settings
from otel_monitoring.settings.options import PREFIX, groups, options

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["code", "environment", "file", "default"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from.

    Attributes:
        kind: The source.
        place: Variable of the environment, or path and line of the file.
    """

    kind: Kind
    place: str = ""

    def __str__(self) -> str:
        """Return the source as it reads in a message."""
        words = {"environment": "environment variable", "file": "file"}
        return f"{words[self.kind]} {self.place}" if self.kind in words else self.kind


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of one source, as it was given."""

    value: Any
    origin: Origin


@dataclass(frozen=True, slots=True)
class Source:
    """What one source says: values by dotted option name, and what it says beyond the options."""

    entries: Mapping[str, Entry]
    unknown: Mapping[str, Origin]


CODE = Origin("code")
DEFAULT = Origin("default")


def from_settings(settings: Any) -> Source:
    """Return what was given to the ``Settings`` explicitly.

    Raises:
        SettingsError: It is something else.
    """
    if not isinstance(settings, Settings):
        msg = f"settings has the type {type(settings).__name__}, expected otel_monitoring.Settings"
        raise SettingsError(msg)
    return from_overrides(_explicit(settings))


def from_overrides(overrides: Mapping[str, Any]) -> Source:
    """Return keywords: options, groups as tables or models, and ``group__option`` names."""
    flat = _flat({keyword.replace("__", "."): value for keyword, value in overrides.items()})
    return _sorted_out({name: Entry(value, CODE) for name, value in flat.items()})


def from_environment(environ: Mapping[str, str]) -> Source:
    """Return the variables that start with our prefix; as in OpenTelemetry, an empty one is not set."""
    names = {option.variable: option.name for option in options().values()}
    names |= {f"{PREFIX}{name.upper()}": option for name, option in _shorthands().items()}
    found = {
        variable: Entry(text, Origin("environment", variable))
        for variable, text in environ.items()
        if variable.upper().startswith(PREFIX) and text.strip()
    }
    return Source(
        {names[variable]: entry for variable, entry in found.items() if variable in names},
        {variable: entry.origin for variable, entry in found.items() if variable not in names},
    )


def from_table(table: Mapping[str, Any], *, path: str, lines: Mapping[str, int]) -> Source:
    """Return the content of a file.

    Args:
        table: Options and groups by name.
        path: The file, as it is to be named in messages.
        lines: Line numbers by dotted name, as far as they are known.
    """
    return _sorted_out(
        {
            name: Entry(value, Origin("file", f"{path} line {lines[name]}" if name in lines else path))
            for name, value in _flat(table).items()
        }
    )


def did_you_mean(name: str) -> str:
    """Return ``; did you mean 'x'?`` for the known name nearest to ``name``, or nothing."""
    if name.startswith(PREFIX):
        known, separator = {option.variable for option in options().values()}, "__"
    else:
        known, separator = {*options(), *groups()}, "."
    words = {item.removeprefix(PREFIX): item for item in sorted(known)}
    last_words = {word.rpartition(separator)[2]: item for word, item in words.items()}
    word = name.removeprefix(PREFIX)
    meant = _nearest(word, words) or _nearest(word.rpartition(separator)[2], last_words)
    return f"; did you mean {meant!r}?" if meant else ""


def _nearest(word: str, known: Mapping[str, str]) -> str | None:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.75)
    return known[close[0]] if close else None


def _shorthands() -> dict[str, str]:
    """Return the option that is meant by a group without a table, by the name of the group."""
    return {name: f"{name}.{group.shorthand}" for name, group in groups().items() if group.shorthand}


def _sorted_out(entries: Mapping[str, Entry]) -> Source:
    known = {*options(), *groups()}
    return Source(
        {name: entry for name, entry in entries.items() if name in known},
        {name: entry.origin for name, entry in entries.items() if name not in known},
    )


def _flat(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options inside groups by their dotted names; what is no table stays under its group."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if name in groups() and isinstance(value, dict | groups()[name]):
            items = _explicit(value) if isinstance(value, Group) else value
            flat.update({f"{name}.{option}": item for option, item in items.items()})
        elif name in _shorthands() and isinstance(value, str | list | tuple):
            flat[_shorthands()[name]] = value
        else:
            flat[name] = value
    return flat


def _explicit(group: Group) -> dict[str, Any]:
    return {name: getattr(group, name) for name in type(group).model_fields if name in group.model_fields_set}
