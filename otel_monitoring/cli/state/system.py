"""``otel-monitoring system``: how the machine, the process and its runtime do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("FIGURE", "OF", "NOW", "LIMIT", "LEAST", "MEAN", "MOST")
_FIXED = frozenset(_HEADS) - {"OF"}


def command(
    *,
    window: Annotated[
        str, typer.Option("--window", "-w", metavar="DURATION", help="How far back is looked.")
    ] = "1h",
    instance: Annotated[
        str | None, typer.Option("--instance", metavar="ID", help="Another process, as `instances` lists it.")
    ] = None,
    section: Annotated[
        list[str] | None,
        typer.Option("--section", help="cpu, memory, disk, network, process or runtime; may be repeated."),
    ] = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Show processor, memory, disks, network, process and runtime: now, and over a window."""
    body = pages(url, token, token_file).get(
        "system", window=window, instance=instance, section=section or None
    )
    if as_json:
        print_json(body)
        return
    figures = [figure for section in body["sections"] for figure in section["figures"]]
    rows = [_row(figure, reading) for figure in figures for reading in figure["readings"]]
    if rows:
        print_table(_HEADS, rows, fixed=_FIXED)
    else:
        print(body["note"], file=sys.stderr)


def _row(figure: Mapping[str, Any], reading: Mapping[str, Any]) -> list[str]:
    numbers = (reading[name] for name in ("value", "limit", "min", "mean", "max"))
    cells = ["" if number is None else shown(number, figure["unit"]) for number in numbers]
    return [figure["name"], " ".join(reading["labels"].values()), *cells]
