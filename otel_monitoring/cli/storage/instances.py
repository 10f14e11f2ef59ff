"""``otel-monitoring instances``: the processes of a running application's service, or all on a storage."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.storage.opened import opened, settings
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.durations import format_duration
from otel_monitoring.storage.service import Service

_COLLECTIONS_UNTIL_DEAD = 3
_DEAD_AFTER_S = 30.0

_HEADS = ("STATE", "HEALTH", "SERVICE", "VERSION", "HOST", "PID", "STARTED", "UPTIME", "LAST SEEN", "REASON")
_FIXED = frozenset({"STATE", "HEALTH", "PID", "STARTED", "UPTIME", "LAST SEEN"})


def command(
    *,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
    storage: Annotated[
        str | None,
        typer.Option("--storage", metavar="URL", help="Ask the storage itself, for every service on it."),
    ] = None,
) -> None:
    """List the processes of a service that share a storage, with how they ended."""
    found = pages(url, token, token_file).all("instances") if storage is None else _stored(storage)
    if as_json:
        print_json(found)
    elif found:
        rows = [
            [
                one["state"],
                one.get("health") or "",
                str(Service(one["service"], one["namespace"], one["environment"])),
                one["version"],
                one["host"],
                str(one["pid"]),
                one["startedAt"],
                format_duration(round(one["uptimeSeconds"]) * 1000),
                one["lastSeenAt"],
                one["exitReason"],
            ]
            for one in found
        ]
        print_table(_HEADS, rows, fixed=_FIXED)
    else:
        print("no processes", file=sys.stderr)


def _stored(url: str) -> Any:
    """Return what a storage knows of the processes of all services, as the pages answer it."""
    from otel_monitoring.api.instances import instance_bodies
    from otel_monitoring.storage.samples.follow import Seen
    from otel_monitoring.storage.samples.sources import runs

    now_ms = SystemClock().now_ms()
    dead_after_s = max(_DEAD_AFTER_S, _COLLECTIONS_UNTIL_DEAD * settings().telemetry.collect_interval_s)
    living_since_ms = now_ms - round(dead_after_s * 1000)
    with opened(url) as database, database.read() as connection:
        known = [run for run in runs(connection) if not run.source.written_by]
    seen = [Seen(run, run.ended_ms is None and run.last_seen_ms >= living_since_ms) for run in known]
    return [one.model_dump(mode="json", by_alias=True) for one in instance_bodies(seen, now_ms=now_ms)]
