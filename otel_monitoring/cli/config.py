"""``otel-monitoring config``: the settings in force and where each value came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from otel_monitoring.settings.load import LoadedSettings, examine_settings
from otel_monitoring.settings.options import Option, groups, options, shown, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCES = {"code": "the command line"}


def command(
    file: Annotated[
        str | None, typer.Option("--file", "-f", help="TOML or YAML file to read.", metavar="FILE")
    ] = None,
    *,
    changed: Annotated[
        bool, typer.Option("--changed/--all", help="Leave out what has its default value.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the settings in force and where each value came from, secrets masked."""
    loaded = examine_settings(config_file=file)
    chosen = [
        option
        for option in options().values()
        if not changed or loaded.origins[option.name].kind != "default"
    ]
    if as_json:
        print(json.dumps(_document(loaded, chosen), indent=2))
    else:
        _print(loaded, chosen)
    if loaded.problems:
        raise typer.Exit(1)


def _document(loaded: LoadedSettings, chosen: list[Option]) -> dict[str, Any]:
    return {
        "settings": {
            option.name: {
                "value": _plain(value_at(loaded.settings, option.name)),
                "source": loaded.origins[option.name].kind,
                "place": loaded.origins[option.name].place or None,
                "variable": option.variable,
            }
            for option in chosen
        },
        "problems": list(loaded.problems),
        "warnings": list(loaded.warnings),
    }


def _plain(value: Any) -> Any:
    match value:
        case SecretStr():
            return str(value)
        case tuple():
            return [_plain(item) for item in value]
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case _:
            return value


def _print(loaded: LoadedSettings, chosen: list[Option]) -> None:
    console = Console(highlight=False)
    for style, word, lines in (("red", "wrong", loaded.problems), ("yellow", "ignored", loaded.warnings)):
        for line in lines:
            console.print(Text(f"{word}: {line}", style=style))
    if not chosen:
        console.print("Every setting has its default value; --all shows them.")
        return
    console.print(Text("Values without a source are defaults.", style="dim"))
    width = max(len(_last_word(option.name)) for option in chosen)
    for title, members in _by_group(chosen):
        console.print(Text(f"\n{title or 'application'}", style="bold"))
        console.print(Padding(_table(loaded, members, width=width), (0, 0, 0, 2)))


def _by_group(chosen: list[Option]) -> Iterator[tuple[str, list[Option]]]:
    yield from (
        (title, members)
        for title in ("", *groups())
        if (members := [option for option in chosen if option.name.rpartition(".")[0] == title])
    )


def _table(loaded: LoadedSettings, members: list[Option], *, width: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(min_width=width, no_wrap=True)
    table.add_column(overflow="fold")
    for option in members:
        origin = loaded.origins[option.name]
        value = Text(shown(value_at(loaded.settings, option.name)))
        if origin.kind == "default":
            value.stylize("dim")
        else:
            value.stylize("bold green")
            value.append(f"\nfrom {_SOURCES.get(origin.kind, str(origin))}", style="not bold cyan")
        table.add_row(_last_word(option.name), value)
    return table


def _last_word(name: str) -> str:
    return name.rpartition(".")[2]
