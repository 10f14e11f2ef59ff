"""What the generators share: table rows, and writing or printing a page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT = Path(__file__).resolve().parents[2]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table that ends in a line feed; bars inside cells are escaped."""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def code(text: str) -> str:
    """Return ``text`` as code, and nothing for nothing."""
    return f"`{text}`" if text else ""


def run(page: Callable[[], str], path: str) -> None:
    """Print the page, or with ``--write`` write it to ``path`` below the repository."""
    parser = argparse.ArgumentParser(description=f"Generate {path}.")
    parser.add_argument("--write", action="store_true", help=f"write {path} instead of printing it")
    if parser.parse_args().write:
        (ROOT / path).write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")
