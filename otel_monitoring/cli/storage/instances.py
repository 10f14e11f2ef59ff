"""``otel-monitoring instances``: every process on the storage of a running application."""

from __future__ import annotations

import sys

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.model.durations import format_duration

_HEADS = ("STATE", "SERVICE", "VERSION", "HOST", "PID", "STARTED", "UPTIME", "LAST SEEN", "REASON")


def command(
    *,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List the processes that share a storage, with how they ended."""
    found = pages(url, token, token_file).get("instances")["instances"]
    if as_json:
        print_json(found)
    elif found:
        rows = [
            [
                one["state"],
                one["service"],
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
        print_table(_HEADS, rows, fixed=frozenset({"STATE", "PID", "STARTED", "UPTIME", "LAST SEEN"}))
    else:
        print("no processes", file=sys.stderr)
