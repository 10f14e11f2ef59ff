"""Read a settings file, TOML or YAML, with the line of every name for the messages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otel_monitoring.errors import SettingsError
from otel_monitoring.settings.sources import Origin, Source, from_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLE = re.compile(r"\s*\[\s*([\w.\"'-]+)\s*\]")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")


def read_file(path: str, *, named_by: Origin) -> Source:
    """Return what the file at ``path`` says.

    Args:
        path: A file that ends in ``.toml``, ``.yaml`` or ``.yml``.
        named_by: Where the path came from, for the messages.

    Raises:
        SettingsError: The file cannot be read, or is neither TOML nor YAML.
    """
    suffix = Path(path).suffix.lower()
    readers = {".toml": _toml, ".yaml": _yaml, ".yml": _yaml}
    if suffix not in readers:
        raise _unusable(path, named_by, "expected a name that ends in .toml, .yaml or .yml")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise _unusable(path, named_by, f"expected a readable file, but: {reason}") from None
    try:
        table, lines = readers[suffix](text)
    except ValueError as error:
        raise _unusable(path, named_by, f"expected valid {suffix[1:].upper()}, but: {error}") from None
    return from_table(table, path=path, lines=lines)


def _unusable(path: str, named_by: Origin, why: str) -> SettingsError:
    return SettingsError(f"config_file = {path} ({named_by}): {why}")


def _toml(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    return tomllib.loads(text), dict(_toml_lines(text))


def _toml_lines(text: str) -> Iterator[tuple[str, int]]:
    """Yield dotted names with their lines; a guess by layout, since ``tomllib`` tells no positions."""
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _TABLE.match(line):
            table = heading[1] + "."
            yield heading[1], number
        elif key := _KEY.match(line):
            yield table + key[1], number


def _yaml(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    import yaml

    try:
        table = yaml.safe_load(text) or {}
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        msg = f"{getattr(error, 'problem', None) or 'it cannot be parsed'}{where}"
        raise ValueError(msg) from None
    if not isinstance(table, dict):
        msg = "the file holds no table of options"
        raise ValueError(msg)  # noqa: TRY004 - a wrong file, not a wrong call
    return {str(name): value for name, value in table.items()}, dict(_yaml_lines(root, ""))


def _yaml_lines(node: Any, prefix: str) -> Iterator[tuple[str, int]]:
    for key, value in getattr(node, "value", ()) if getattr(node, "id", "") == "mapping" else ():
        name = f"{prefix}{key.value}"
        yield name, key.start_mark.line + 1
        yield from _yaml_lines(value, f"{name}.")
