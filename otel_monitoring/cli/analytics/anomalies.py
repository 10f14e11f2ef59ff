"""``otel-monitoring anomalies``: what stood out by itself, or in a series over a window."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from otel_monitoring.cli.alerts.rows import clock, labels_text, length, seconds
from otel_monitoring.cli.analytics.drawing import draw, series_of, titled
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("SINCE", "LASTED", "METRIC", "SEEN", "EXPECTED", "WHY", "LABELS")
_FIXED = frozenset({"SINCE", "LASTED", "SEEN", "WHY"})


def command(  # noqa: PLR0913 - one parameter for each option of the command line
    metric: Annotated[
        str | None, typer.Argument(help="A metric or PromQL to look through; without it, what is known.")
    ] = None,
    *,
    window: Annotated[
        str, typer.Option("--window", "-w", metavar="DURATION", help="How far back is looked.")
    ] = "24h",
    end: Annotated[
        str | None, typer.Option("--end", metavar="TIME", help="Until when; now if left out.")
    ] = None,
    active: Annotated[bool, typer.Option("--active", help="Only what lasts.")] = False,
    aggregation: Annotated[
        str | None, typer.Option("--aggregation", "-a", help="rate, avg, p95 and the like, with a METRIC.")
    ] = None,
    method: Annotated[
        Literal["adaptive", "zscore"] | None, typer.Option("--method", help="Who judges, with a METRIC.")
    ] = None,
    false_alarm_hours: Annotated[
        float | None,
        typer.Option("--false-alarm-hours", min=0.0001, max=24, help="Sensitivity, with a METRIC."),
    ] = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List what stood out by itself, or look through a series for it."""
    at = pages(url, token, token_file)
    if metric is None:
        body = at.get("anomalies", since=window, until=end, active=str(active).lower())
        _print_known(body, window="" if active else window, as_json=as_json)
        return
    given = {
        "metric": metric,
        "window": window,
        "end": end,
        "aggregation": aggregation,
        "method": method,
        "falseAlarmHours": false_alarm_hours,
        "points": True,
    }
    body = at.post("anomalies", "detect", body={key: one for key, one in given.items() if one is not None})
    if as_json:
        print_json(body)
    else:
        _print_search(body, active=active)


def _print_known(body: Mapping[str, Any], *, window: str, as_json: bool) -> None:
    if as_json:
        print_json(body["anomalies"])
    elif body["anomalies"]:
        print_table(_HEADS, [_row(one) for one in body["anomalies"]], fixed=_FIXED)
    else:
        print(f"nothing stood out in {window}" if window else "nothing stands out now", file=sys.stderr)


def _print_search(body: Mapping[str, Any], *, active: bool) -> None:
    if not body["series"]:
        near = f"; names that look alike: {', '.join(body['near'])}" if body["near"] else ""
        print(f"no series{near}", file=sys.stderr)
    for one in body["series"]:
        found = [anomaly for anomaly in one["anomalies"] if not active or anomaly["until"] is None]
        title = titled(body["metric"], one["labels"])
        print(f"{title}: {one['reason'] or _count(len(found))}")
        if found and sys.stdout.isatty():
            draw([(title, series_of(one["points"])), *_marked(one["points"], found)])
        for anomaly in found:
            print(f"  {anomaly['text']}")
    if body["leftOut"]:
        print(f"and {body['leftOut']} more series; topk(20, …) chooses", file=sys.stderr)


def _marked(points: list[Any], anomalies: list[Any]) -> list[tuple[str, Any]]:
    """Return the stretches that stand out as a line of their own."""
    spans = [
        (seconds(one["since"]), seconds(one["until"]) if one["until"] else float("inf")) for one in anomalies
    ]
    within = [one for one in points if any(start <= seconds(one["time"]) <= end for start, end in spans)]
    return [("stands out", series_of(within))]


def _count(anomalies: int) -> str:
    return {0: "nothing stands out", 1: "1 anomaly"}.get(anomalies, f"{anomalies} anomalies")


def _row(one: Mapping[str, Any]) -> list[str]:
    until = seconds(one["until"]) if one["until"] else SystemClock().now_ms() / 1000
    lasted = length(until - seconds(one["since"]))
    return [
        clock(one["since"]),
        lasted if one["until"] else f"{lasted}, lasts",
        one["metric"],
        _value(one["value"], one["unit"]),
        _range(one),
        one["reason"].replace("_", " "),
        labels_text(one["labels"]),
    ]


def _range(one: Mapping[str, Any]) -> str:
    low, high = one["expectedLow"], one["expectedHigh"]
    if low is None or high is None:
        return "unknown"
    return f"{shown(low, one['unit'])} to {shown(high, one['unit'])}"


def _value(value: float | str, unit: str) -> str:
    return value if isinstance(value, str) else shown(value, unit)
