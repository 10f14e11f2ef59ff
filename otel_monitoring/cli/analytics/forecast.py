"""``otel-monitoring forecast``: when limits are reached, or what comes next in a series."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.alerts.rows import clock, labels_text
from otel_monitoring.cli.analytics.drawing import draw, series_of, titled
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    Body = Mapping[str, Any]

_TIMEOUT_S = 60.0
_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:.-]*").fullmatch
_STANDING_HEADS = ("OUTCOME", "WHAT", "NOW", "LIMIT", "WHEN")
_HEADS = ("TIME", "FORECAST", "LOW", "HIGH")
_MOST_ROWS = 12


def command(  # noqa: PLR0913 - one parameter for each option of the command line
    metric: Annotated[
        str | None, typer.Argument(help="A metric or PromQL; without it, what reaches its limit when.")
    ] = None,
    *,
    horizon: Annotated[
        str, typer.Option("--horizon", "-H", metavar="DURATION", help="How far ahead, such as 14d.")
    ] = "48h",
    limit: Annotated[
        float | None, typer.Option("--limit", "-l", help="What it should not reach: when does it?")
    ] = None,
    step: Annotated[
        str | None, typer.Option("--step", metavar="DURATION", help="Between two points; what suits.")
    ] = None,
    floor: Annotated[float | None, typer.Option("--floor", help="It is never lower.")] = None,
    ceiling: Annotated[float | None, typer.Option("--ceiling", help="It is never higher.")] = None,
    level: Annotated[float, typer.Option("--level", help="The share that the band holds.")] = 0.95,
    aggregation: Annotated[
        str | None, typer.Option("--aggregation", "-a", help="rate, avg, p95 and the like.")
    ] = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Look ahead: what comes next in a series, or when limits are reached."""
    at = pages(url, token, token_file, timeout_s=_TIMEOUT_S)
    if metric is None:
        _print_capacity(at.get("forecasts"), as_json=as_json)
        return
    is_name = _NAME(metric) is not None
    body = at.get(
        "forecasts",
        metric if is_name else "query",
        query=None if is_name else metric,
        horizon=horizon,
        step=step,
        limit=limit,
        floor=floor,
        ceiling=ceiling,
        level=level,
        aggregation=aggregation,
    )
    if as_json:
        print_json(body)
    else:
        _print_forecast(body)


def _print_capacity(body: Body, *, as_json: bool) -> None:
    if as_json:
        print_json(body["capacity"])
    elif body["capacity"]:
        print_table(_STANDING_HEADS, [_standing(one) for one in body["capacity"]], fixed=frozenset({"NOW"}))
    else:
        print("nothing that has a limit is measured; analytics.capacity names what has one", file=sys.stderr)


def _standing(one: Body) -> list[str]:
    return [
        one["outcome"] or "unknown",
        f"{one['resource']} {labels_text(one['labels'])}".strip(),
        _value(one["value"], one["unit"]),
        _value(one["limit"], one["unit"]),
        _when(one) or one["reason"],
    ]


def _when(one: Body) -> str:
    """Return the expected time, and those between which it is."""
    if one["earliest"] is None:
        return ""
    latest = clock(one["latest"]) if one["latest"] else "later"
    expected = f"{clock(one['expected'])}, " if one["expected"] else ""
    return f"{expected}{clock(one['earliest'])} to {latest}"


def _print_forecast(body: Body) -> None:
    if not body["series"]:
        near = f"; names that look alike: {', '.join(body['near'])}" if body["near"] else ""
        print(f"no series{near}", file=sys.stderr)
    for one in body["series"]:
        title = titled(body["metric"], one["labels"])
        print(f"{title}: {one['reason'] or _found(one, body)}")
        if one["forecast"]:
            _print_ahead(title, one, body)
    if body["leftOut"]:
        print(f"and {body['leftOut']} more series; topk(20, …) chooses", file=sys.stderr)


def _found(one: Body, body: Body) -> str:
    known = " and ".join(one["seasons"])
    seasons = f"with the course of a {known}" if known else "without a season"
    reach = one["reach"]
    if reach is None:
        return f"{body['level']:.4g} of what comes is within the band, {seasons}"
    limit = _value(reach["limit"], body["unit"])
    return f"{limit} is {reach['outcome']}" + (f": {_when(reach)}" if reach["earliest"] else "")


def _print_ahead(title: str, one: Body, body: Body) -> None:
    """Draw the past, what comes and its band on a terminal; else a table of all points."""
    ahead = one["forecast"]
    if sys.stdout.isatty():
        lines = [
            (name, series_of([{"time": point["time"], "value": point[key]} for point in ahead]))
            for name, key in (("forecast", "value"), ("low", "low"), ("high", "high"))
        ]
        draw([(title, series_of(one["history"])), *lines])
    thin = max(len(ahead) // _MOST_ROWS, 1) if sys.stdout.isatty() else 1
    rows = [
        [clock(point["time"]), *(_value(point[key], body["unit"]) for key in ("value", "low", "high"))]
        for point in ahead[thin - 1 :: thin]
    ]
    print_table(_HEADS, rows, fixed=frozenset(_HEADS))


def _value(value: float | str, unit: str) -> str:
    return value if isinstance(value, str) else shown(value, unit)
