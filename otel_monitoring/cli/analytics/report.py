"""``otel-monitoring report``: what happened in a day, a week or a month."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import datetime
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console

from otel_monitoring.cli.alerts.rows import clock
from otel_monitoring.cli.chart import chart
from otel_monitoring.cli.pages import DEFAULT_URL, By, Token, TokenFile, Url, actor, pages
from otel_monitoring.cli.table import harmless, print_table
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.result import Series
from otel_monitoring.reports.summary import words
from otel_monitoring.reports.summary.model import Figure
from otel_monitoring.reports.summary.period import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Record = Mapping[str, Any]

_FORMATS = ("text", "html", "markdown", "json")
_TIMEOUT_S = 120.0
_WIDEST = 110


def command(  # noqa: PLR0913 - each is an option
    *,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="daily, weekly or monthly.")],
    end: Annotated[
        str | None, typer.Option("--end", metavar="TIME", help="Where it ends: RFC 3339, or 1d ago.")
    ] = None,
    form: Annotated[str, typer.Option("--format", "-f", help="text, html, markdown or json.")] = "text",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it there.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it to its receivers instead.")] = False,
    by: By = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Show the report of a day, of seven days or of a month, or send it."""
    _check(kind, form)
    asked = pages(url, token, token_file, timeout_s=_TIMEOUT_S)
    if send:
        _print_sent(asked.post("reports", kind, "send", end=end, by=actor(by))["deliveries"])
        return
    if form in ("html", "markdown"):
        _put(asked.text("reports", kind, format=form, end=end), out)
        return
    report = asked.get("reports", kind, end=end)
    if form == "json":
        _put(json.dumps(report, indent=2, ensure_ascii=False) + "\n", out)
    elif out is not None:
        _put(asked.text("reports", kind, format="markdown", end=end), out)
    else:
        _print(report)


def _print_sent(deliveries: Sequence[Record]) -> None:
    """Print what became of a report; leave with an error where a channel did not take it."""
    heads = ("RECEIVER", "CHANNEL", "OUTCOME", "ERROR")
    rows = [[one["receiver"], one["channel"], one["outcome"], one["error"]] for one in deliveries]
    print_table(heads, rows, fixed=frozenset({"OUTCOME"}))
    if any(one["outcome"] != "delivered" for one in deliveries):
        raise typer.Exit(1)


def _check(kind: str, form: str) -> None:
    if kind not in KINDS:
        msg = f"{kind!r}: expected {', '.join(KINDS)}"
        raise typer.BadParameter(msg, param_hint="KIND")
    if form not in _FORMATS:
        msg = f"{form!r}: expected {', '.join(_FORMATS)}"
        raise typer.BadParameter(msg, param_hint="--format")


def _put(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"{out} cannot be written: {error.strerror}"
        raise typer.BadParameter(msg, param_hint="--out") from None
    print(f"written to {out}")


def _print(report: Record) -> None:
    """Print a report for people."""
    print(harmless(report["title"]))
    start, end = clock(report["start"]), clock(report["end"])
    print(f"{start} to {end}, each figure against as long a time before")
    for section in report["sections"]:
        print(f"\n{harmless(section['title']).upper()}")
        _print_section(section)


def _print_section(section: Record) -> None:
    figures = [_figure(one) for one in section["figures"]]
    if figures:
        rows = [(one.label, words.number(one.value, one.unit), words.change(one)) for one in figures]
        print_table(("FIGURE", "NOW", "AGAINST BEFORE"), rows, fixed=frozenset({"NOW"}))
    for one in section["advice"]:
        print(f"* {harmless(one['sentence'])}{' (new)' if one['isNew'] else ''}")
        for text in filter(None, (one["advice"], one["why"])):
            print(f"  {harmless(text)}")
    for one in section["charts"] if sys.stdout.isatty() else ():
        _print_chart(one)
    for one in section["tables"]:
        print(f"\n{harmless(one['title'])}")
        print_table([column["head"].upper() for column in one["columns"]], _rows(one), fixed=frozenset())
    for note in section["notes"]:
        print(harmless(note))


def _figure(one: Record) -> Figure:
    return Figure(one["label"], one["value"], one["unit"], one["before"])


def _rows(table: Record) -> list[Sequence[str]]:
    units = [column["unit"] for column in table["columns"]]
    return [
        [words.cell(value, unit) for value, unit in zip(row, units, strict=True)] for row in table["rows"]
    ]


def _print_chart(one: Record) -> None:
    times_ms = np.array([round(datetime.fromisoformat(at).timestamp() * 1000) for at in one["times"]])
    lines = [
        Series(Labels.of(line=line["name"]), times_ms, np.array(line["values"], dtype=float))
        for line in one["lines"]
        if not line["isBefore"]
    ]
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    names = ", ".join(line["name"] for line in one["lines"] if not line["isBefore"])
    print(f"\n{harmless(one['title'])} ({harmless(names)})")
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    console = Console(highlight=False)
    for row in chart(lines, width=width, braille=encoding.startswith("utf")):
        console.print(row)
