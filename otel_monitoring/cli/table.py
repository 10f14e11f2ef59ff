"""Rows in columns: drawn to the width of a terminal, or whole and plain for whatever reads a pipe."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_GAP = "  "
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_STYLES = {
    "firing": "bold red",
    "pending": "yellow",
    "active": "green",
    "failed": "bold red",
    "delivered": "green",
    "inactive": "dim",
    "expired": "dim",
}
"""How words stand out that a column of states holds."""


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, fixed: frozenset[str]) -> None:
    """Print rows under their heads.

    Args:
        heads: What the columns are called.
        rows: The cells; a line each where they go to a pipe.
        fixed: The heads of the columns that are never wrapped.
    """
    if sys.stdout.isatty():
        _draw(heads, rows, fixed=fixed)
    else:
        _align([heads, *(_plain(row) for row in rows)])


def print_json(body: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print what the API answered, for programs."""
    print(json.dumps(body, indent=2, ensure_ascii=False))


def harmless(text: str) -> str:
    """Return a text without what a terminal takes for a command; labels may hold what visitors sent."""
    return "".join(one if one.isprintable() or one == "\n" else _UNKNOWN for one in text)


def _draw(heads: Sequence[str], rows: Sequence[Sequence[str]], *, fixed: frozenset[str]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold", no_wrap=head in fixed)
    for row in rows:
        table.add_row(*(Text(harmless(cell), style=_STYLES.get(cell, "")) for cell in row))
    Console(highlight=False).print(table)


def _align(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print(_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _plain(row: Sequence[str]) -> list[str]:
    """Keep a row on one line."""
    return [harmless(" ".join(cell.split())) or "-" for cell in row]
