"""``otel-monitoring alerts audit``: who did what to rules, alerts, silences and routes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.alerts.rows import when
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("AT", "WHO", "WHAT", "TO", "CHANGES")


def command(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List what was done by whom, the newest first."""
    found = pages(url, token, token_file).get("audit", limit=limit)["actions"]
    if as_json:
        print_json(found)
    elif found:
        print_table(_HEADS, [_row(one) for one in found], fixed=frozenset({"AT", "WHO", "WHAT"}))
    else:
        print("nothing was done", file=sys.stderr)


def _row(action: Mapping[str, Any]) -> list[str]:
    return [when(action["at"]), action["actor"], action["name"], action["target"], _changes(action)]


def _changes(action: Mapping[str, Any]) -> str:
    """Return the short fields that are not what they were; ``--json`` shows all of them."""
    before, after = action["before"], action["after"]
    return ", ".join(
        f"{name} {value}"
        for name, value in after.items()
        if before.get(name) != value
        and value not in ("", action["target"], action["actor"])
        and isinstance(value, str | bool | int)
        and not name.endswith("_ms")
    )
