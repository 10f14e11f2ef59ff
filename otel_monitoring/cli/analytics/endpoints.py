"""``otel-monitoring endpoints``: how each route of the application does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("ENDPOINT", "REQUESTS", "PER MIN", "ERRORS", "MEAN", "P50", "P95", "P99", "TIME")
_FIXED = frozenset(_HEADS) - {"ENDPOINT"}
_DURATIONS = ("mean", "p50", "p95", "p99")
_MOST = 500


def command(  # noqa: PLR0913 - each is an option
    *,
    window: Annotated[
        str, typer.Option("--window", "-w", metavar="DURATION", help="How far back is looked.")
    ] = "1h",
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="FIGURE",
            help="time, requests, errors, errorRate, min, mean, p50, p95, p99, max or name.",
        ),
    ] = "time",
    route: Annotated[
        str | None, typer.Option("--route", metavar="TEXT", help="Only routes with this in them.")
    ] = None,
    method: Annotated[str | None, typer.Option("--method", help="Only this method.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=_MOST)] = 20,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List how endpoints do, those that take the most time first; TIME is their share of all of it."""
    asked = pages(url, token, token_file)
    body = asked.get("endpoints", window=window, sort=sort, route=route, method=method, limit=limit)
    if as_json:
        print_json(body)
        return
    if body["note"]:
        print(body["note"], file=sys.stderr)
        return
    print_table(_HEADS, [_row(one) for one in body["endpoints"]], fixed=_FIXED)
    if len(body["endpoints"]) < body["total"]:
        print(f"and {body['total'] - len(body['endpoints'])} more", file=sys.stderr)


def _row(one: Mapping[str, Any]) -> list[str]:
    latency = one["latencySeconds"]
    return [
        f"{one['method']} {one['route'] or '(none)'}",
        str(one["requests"]),
        "" if one["perMinute"] is None else f"{one['perMinute']:,.3g}",
        _figure(one["errorRate"], "1"),
        *(_figure(latency[name], "s") for name in _DURATIONS),
        _figure(one["timeShare"], "1"),
    ]


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else shown(value, unit)
