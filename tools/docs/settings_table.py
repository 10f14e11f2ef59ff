"""Generate the page of settings: ``python -m tools.docs.settings_table --write``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.settings.options import Option, groups, options, shown
from tools.docs.page import code, run, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PATH = "docs/reference/settings.md"

_HEAD = """\
# Settings

Every setting with its environment variable, its default and its unit. How they are given is in the
[configuration guide](../guides/configuration.md). This page is generated from the code.

## Application

Given by these names in code and at the top of a file.

"""
_HEADS = ("Setting", "Environment variable", "Default", "Unit", "Bounds or choices", "What it does")


def page() -> str:
    """Return the page."""
    parts = [_HEAD, table(_HEADS, _rows(""))]
    for name, group in groups().items():
        parts += [f"\n## {name}\n\n{_first_line(group.__doc__)}\n\n", table(_HEADS, _rows(name))]
    return "".join(parts)


def _rows(group: str) -> Iterable[Sequence[str]]:
    for option in options().values():
        before, _, name = option.name.rpartition(".")
        if before == group:
            yield (
                code(name),
                code(option.variable),
                _default(option.default),
                option.unit,
                _expected(option),
                option.description + (" Secret." if option.is_secret else ""),
            )


def _default(value: Any) -> str:
    if value is None or value in ((), {}):
        return shown(value)
    if isinstance(value, tuple):
        return " ".join(code(shown(item)) for item in value)
    return code(shown(value))


def _expected(option: Option) -> str:
    if any(character in option.expected for character in "<>≤≥"):
        return option.expected
    return " ".join(code(choice) for choice in option.expected.split(", "))


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0]


if __name__ == "__main__":
    run(page, PATH)
