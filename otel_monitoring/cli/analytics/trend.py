"""``otel-monitoring trend``: which way a series goes, and when it changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.alerts.rows import seconds
from otel_monitoring.cli.analytics.drawing import draw, series_of
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import harmless, print_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.promql.result import Series

_TIMEOUT_S = 60.0
_PATH = "query"


def command(  # noqa: PLR0913 - one parameter for each option of the command line
    metric: Annotated[str, typer.Argument(help="A metric or PromQL.")],
    *,
    window: Annotated[
        list[str] | None,
        typer.Option("--window", "-w", metavar="DURATION", help="How far back; may be repeated."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", metavar="TIME", help="Until when; now if left out.")
    ] = None,
    aggregation: Annotated[
        str | None, typer.Option("--aggregation", "-a", help="rate, avg, p95 and the like.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=20, help="How many series.")] = 5,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Show which way a series goes, over 1h, 6h, 1d and 7d by default, and when it changed."""
    body = pages(url, token, token_file, timeout_s=_TIMEOUT_S).get(
        "trends",
        _PATH,
        query=metric,
        window=window or None,
        until=end,
        aggregation=aggregation,
        limit=limit,
        points="true",
    )
    if as_json:
        print_json(body)
        return
    if not body["series"]:
        near = f"; names that look alike: {', '.join(body['near'])}" if body["near"] else ""
        print(f"no series{near}", file=sys.stderr)
    for one in body["series"]:
        _print(one)
    if body["leftOut"]:
        print(f"and {body['leftOut']} more series; --limit or topk(5, …) chooses", file=sys.stderr)


def _print(one: Mapping[str, Any]) -> None:
    title = harmless(one["name"])
    print(title)
    if one["points"] and sys.stdout.isatty():
        longest = max(one["windows"], key=lambda seen: seconds(seen["end"]) - seconds(seen["start"]))
        draw([(title, series_of(one["points"])), ("trend", _line(longest, one["points"]))])
    for told in (*one["windows"], *one["changes"]):
        print(harmless(f"  {told['text'].removeprefix(one['name']).lstrip()}"))


def _line(seen: Mapping[str, Any], points: list[Mapping[str, Any]]) -> Series:
    """Return the line of a window at the times of the points; nothing where there is no trend."""
    if seen["direction"] not in {"rising", "falling"}:
        return series_of([])
    start_s, end_s = seconds(seen["start"]), seconds(seen["end"])
    rise = (seen["endValue"] - seen["startValue"]) / max(end_s - start_s, 1)
    return series_of(
        [
            {"time": one["time"], "value": seen["startValue"] + rise * (seconds(one["time"]) - start_s)}
            for one in points
        ]
    )
