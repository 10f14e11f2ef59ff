"""``otel-monitoring alerts history``: what fired, when, and for how long."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.alerts.rows import clock, labels_text, length, number, seconds
from otel_monitoring.cli.connecting import duration_ms, time_ms
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("STARTED", "LASTED", "ALERT", "VALUE", "NOTES", "LABELS")


def command(
    *,
    since: Annotated[str, typer.Option("--since", "-s", metavar="DURATION", help="How far back.")] = "1d",
    end: Annotated[str, typer.Option("--end", metavar="TIME", help="Until when.")] = "now",
    rule: Annotated[str | None, typer.Option("--rule", metavar="NAME", help="Only this rule.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 100,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List what fired, the newest first."""
    now_ms = SystemClock().now_ms()
    end_ms = time_ms(end, now_ms, name="--end")
    body = pages(url, token, token_file).get(
        "alerts",
        "history",
        since=_rfc3339(end_ms - duration_ms(since, name="--since")),
        until=_rfc3339(end_ms),
        rule=rule,
        limit=limit,
    )
    if as_json:
        print_json(body["episodes"])
    elif body["episodes"]:
        rows = [_row(one, now_s=now_ms / 1000) for one in body["episodes"]]
        print_table(_HEADS, rows, fixed=frozenset({"STARTED", "LASTED", "VALUE"}))
    else:
        print(f"nothing fired in {since}", file=sys.stderr)


def _row(episode: Mapping[str, Any], *, now_s: float) -> list[str]:
    ended = episode["endedAt"]
    lasted = length((seconds(ended) if ended else now_s) - seconds(episode["startedAt"]))
    return [
        clock(episode["startedAt"]),
        lasted,
        episode["rule"],
        number(episode["value"]),
        ", ".join([*([] if ended else ["firing"]), *episode["marks"]]),
        labels_text(episode["labels"]),
    ]


def _rfc3339(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
