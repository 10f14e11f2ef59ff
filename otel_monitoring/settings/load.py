"""Merge code, environment, file and defaults into one ``Settings``, and say where each value came from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from otel_monitoring.errors import SettingsError
from otel_monitoring.settings.file import read_file
from otel_monitoring.settings.groups import Settings
from otel_monitoring.settings.options import groups, options, shown, value_at
from otel_monitoring.settings.sources import (
    DEFAULT,
    Entry,
    Origin,
    Source,
    did_you_mean,
    from_environment,
    from_overrides,
    from_settings,
)
from otel_monitoring.settings.types import MASK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core import ErrorDetails

_LONGEST_VALUE = 80


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings in force, and how they came about.

    Attributes:
        settings: The merged settings.
        origins: Where each value came from, by dotted option name.
        warnings: What looks like a mistake and does no harm, one line each.
        problems: What cannot be used and was left out, one line each; empty from :func:`load_settings`.
    """

    settings: Settings
    origins: Mapping[str, Origin]
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def load_settings(
    *,
    settings: Settings | None = None,
    config_file: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    **overrides: Any,
) -> LoadedSettings:
    """Merge all sources; of two that name the same option, the earlier of these wins.

    1. ``overrides``: ``service_name="shop"``, ``alerts={"interval_s": 5}``, ``alerts__interval_s=5``
    2. ``settings``: what was given to it explicitly
    3. ``environ``: ``OTEL_MONITORING_ALERTS__INTERVAL_S``; an unknown name there is a warning
    4. the file named by ``config_file`` in any of the above
    5. the defaults

    Raises:
        SettingsError: Something cannot be used; the message lists everything that cannot.
    """
    loaded = examine_settings(settings=settings, config_file=config_file, environ=environ, **overrides)
    if loaded.problems:
        count = len(loaded.problems)
        head = "a setting cannot be used" if count == 1 else f"{count} settings cannot be used"
        raise SettingsError("\n  ".join([head + ":", *loaded.problems]))
    return loaded


def examine_settings(
    *,
    settings: Settings | None = None,
    config_file: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    **overrides: Any,
) -> LoadedSettings:
    """Merge all sources as :func:`load_settings` does, but leave out what cannot be used and list it."""
    if config_file is not None:
        overrides["config_file"] = os.fspath(config_file)
    sources = [from_overrides(overrides), from_settings(settings or Settings()), from_environment(environ)]
    problems: list[str] = []
    sources += _file_source(_merged(sources), problems)
    problems += [
        f"{name} ({origin}): there is no such setting{did_you_mean(name)}"
        for source in sources
        for name, origin in source.unknown.items()
        if origin.kind != "environment"
    ]
    entries = _merged(sources)
    built = _build(entries, problems)
    return LoadedSettings(
        settings=built,
        origins={name: entries[name].origin if name in entries else DEFAULT for name in options()},
        warnings=tuple(_warnings(sources)),
        problems=tuple(problems),
    )


def differences(first: Settings, second: Settings) -> tuple[str, ...]:
    """Return one line for every option in which two settings differ, secrets masked."""
    pairs = ((name, value_at(first, name), value_at(second, name)) for name in options())
    return tuple(
        f"{name}: {shown(before)}, now {shown(after)}" for name, before, after in pairs if before != after
    )


def _file_source(entries: Mapping[str, Entry], problems: list[str]) -> list[Source]:
    named = entries.get("config_file")
    if named is None or named.value is None:
        return []
    try:
        source = read_file(str(named.value), named_by=named.origin)
    except SettingsError as error:
        problems.append(str(error))
        return []
    if "config_file" in source.entries:
        problems.append(f"config_file ({source.entries['config_file'].origin}): a file cannot name another")
    return [source]


def _merged(sources: list[Source]) -> dict[str, Entry]:
    merged: dict[str, Entry] = {}
    for source in reversed(sources):
        merged.update(source.entries)
    return merged


def _build(entries: dict[str, Entry], problems: list[str]) -> Settings:
    """Validate, list what fails and take it out of ``entries``, until the rest is fine."""
    misplaced = [name for name in entries if name in groups()]
    problems += [_problem(name, entries.pop(name), "a table of options") for name in misplaced]
    while True:
        try:
            return Settings.model_validate(_nested(entries))
        except ValidationError as error:
            details = {
                _name(detail): detail for detail in error.errors(include_url=False, include_input=False)
            }
        # An option whose default depends on a wrong one is reported too, though nobody gave it.
        wrong = {name: entries.pop(name) for name in details if name in entries}
        problems += [_problem(name, entry, _expected(details[name])) for name, entry in wrong.items()]


def _nested(entries: Mapping[str, Entry]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, entry in entries.items():
        group, _, option = name.rpartition(".")
        (table.setdefault(group, {}) if group else table)[option] = entry.value
    return table


def _name(detail: ErrorDetails) -> str:
    """Return the option that an error is about; what comes after it is a place inside its value."""
    depth = 2 if detail["loc"][0] in groups() else 1
    return ".".join(str(part) for part in detail["loc"][:depth])


def _expected(detail: ErrorDetails) -> str:
    text = (
        detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ").partition(", unable")[0]
    )
    at = ".".join(str(part) for part in detail["loc"][_name(detail).count(".") + 1 :])
    return f"{text} (at {at})" if at else text


def _problem(name: str, entry: Entry, expected: str) -> str:
    secret = name in options() and options()[name].is_secret
    text = MASK if secret else repr(entry.value)
    if len(text) > _LONGEST_VALUE:
        text = text[:_LONGEST_VALUE] + "…"
    return f"{name} = {text} ({entry.origin}): expected {expected}"


def _warnings(sources: list[Source]) -> Iterator[str]:
    for source in sources:
        for name, origin in source.unknown.items():
            if origin.kind == "environment":
                yield f"{origin}: there is no such setting, so it is ignored{did_you_mean(name)}"
