"""``otel-monitoring query``: ask a running application, or a Prometheus, in PromQL."""

from __future__ import annotations

import math
import re
import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.cli import query_output as output
from otel_monitoring.cli.connecting import TOKEN_VARIABLE, address, duration_ms, headers_of, time_ms, token_of
from otel_monitoring.errors import QueryError
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.promql.remote.query import RemoteOptions, RemoteQuery

if TYPE_CHECKING:
    from otel_monitoring.promql.result import Result

_POINTS = 240
_POSITION = re.compile(r"\b1:(\d+): ")


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    CHART = "chart"


def command(  # noqa: PLR0913 - one parameter for each option of the command line
    expr: Annotated[str, typer.Argument(help="PromQL.")],
    *,
    url: Annotated[
        str, typer.Option("--url", "-u", metavar="URL", help="An application, its pages, or a Prometheus.")
    ] = "http://localhost:8000",
    at: Annotated[str, typer.Option("--time", metavar="TIME", help="When; seconds or RFC 3339.")] = "now",
    since: Annotated[
        str | None, typer.Option("--since", "-s", metavar="DURATION", help="A range that ends at --time.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="TIME", help="Where a range begins.")
    ] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="TIME", help="Where a range ends.")] = None,
    step: Annotated[
        str | None, typer.Option("--step", metavar="DURATION", help="Between two points.")
    ] = None,
    shape: Annotated[
        Format | None, typer.Option("--format", "-f", help="By default a table, or a chart for a range.")
    ] = None,
    token: Annotated[
        str | None, typer.Option("--token", metavar="TOKEN", help=f"By default ${TOKEN_VARIABLE}.")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", metavar="FILE", help="A file that holds the token.")
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="'NAME: VALUE'", help="Sent along.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    timeout_s: Annotated[float, typer.Option("--timeout", min=0.1, metavar="SECONDS")] = 10.0,
) -> None:
    """Ask a running application, or a Prometheus, in PromQL."""
    options = RemoteOptions(
        timeout_s=timeout_s, bearer_token=token_of(token, token_file), headers=headers_of(header or ())
    )
    now_ms = SystemClock().now_ms()
    ends_ms = time_ms(end or at, now_ms, name="--end" if end else "--time")
    starts_ms = _start_ms(start, since, ends_ms, now_ms)
    query = RemoteQuery(address(url, options), options=options, clock=SystemClock())
    try:
        if starts_ms is None:
            result = query(expr, ends_ms)
        else:
            result = query(expr, starts_ms, ends_ms, _step_ms(step, ends_ms - starts_ms))
    except QueryError as error:
        print(_with_caret(expr, str(error)), file=sys.stderr)
        raise typer.Exit(1) from None
    finally:
        query.close()
    _print(result, Format.JSON if as_json else shape)


def _print(result: Result, shape: Format | None) -> None:
    if shape is not Format.JSON:
        _print_notes(result)
    if not output.rows_of(result):
        print("no series", file=sys.stderr)
    if shape is None:
        is_drawn = result.kind == "matrix" and sys.stdout.isatty()
        shape = Format.CHART if is_drawn else Format.TABLE
    if shape is Format.CHART and result.kind != "matrix":
        msg = "a chart needs a range: give --since, or --start"
        raise typer.BadParameter(msg, param_hint="--format")
    if shape is Format.JSON:
        output.print_json(result)
    elif shape is Format.CSV:
        output.print_csv(result)
    elif output.rows_of(result):
        (output.print_chart if shape is Format.CHART else output.print_table)(result)


def _print_notes(result: Result) -> None:
    """Say what is doubtful, what is worth knowing, and from where the samples came."""
    for note in (*result.warnings, *result.infos):
        print(note, file=sys.stderr)
    if result.tiers:
        print(f"read from: {', '.join(result.tiers)}", file=sys.stderr)


def _start_ms(start: str | None, since: str | None, end_ms: int, now_ms: int) -> int | None:
    if start is None and since is None:
        return None
    if since is not None:
        return end_ms - duration_ms(since, name="--since")
    start_ms = time_ms(start or "", now_ms, name="--start")
    if start_ms > end_ms:
        msg = f"{start!r} is after the end of the range"
        raise typer.BadParameter(msg, param_hint="--start")
    return start_ms


def _step_ms(step: str | None, length_ms: int) -> int:
    if step is not None:
        return duration_ms(step, name="--step")
    return max(1000, math.ceil(length_ms / _POINTS / 1000) * 1000)


def _with_caret(expr: str, message: str) -> str:
    """Return an error with the place that it names marked below the expression."""
    found = _POSITION.search(message)
    if found is None or "\n" in expr:
        return message
    return f"{message}\n  {expr}\n  {' ' * (int(found[1]) - 1)}^"
