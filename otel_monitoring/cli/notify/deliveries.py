"""``otel-monitoring notify deliveries``: what became of the newest messages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from otel_monitoring.cli.alerts.rows import when
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HEADS = ("AT", "OUTCOME", "TO", "TOLD", "TRIES", "ERROR")


def command(
    *,
    receiver: Annotated[
        str | None, typer.Option("--receiver", metavar="NAME", help="Only to this receiver.")
    ] = None,
    outcome: Annotated[
        Literal["waiting", "delivered", "failed", "refused", "superseded"] | None,
        typer.Option("--outcome", help="Only what ended like this."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List what became of messages, the newest first."""
    asked = pages(url, token, token_file)
    found = asked.get("deliveries", receiver=receiver, outcome=outcome, limit=limit)["deliveries"]
    if as_json:
        print_json(found)
    elif found:
        print_deliveries(found)
    else:
        print("no messages", file=sys.stderr)


def print_deliveries(found: Sequence[Mapping[str, Any]]) -> None:
    """Print what became of messages, a row each."""
    print_table(_HEADS, [_row(one) for one in found], fixed=frozenset({"AT", "OUTCOME", "TRIES"}))


def _row(delivery: Mapping[str, Any]) -> list[str]:
    return [
        when(delivery["at"]),
        delivery["outcome"],
        f"{delivery['receiver']} {delivery['channel']}",
        f"{', '.join(delivery['alerts'])} {delivery['status']}".lstrip(),
        str(delivery["attempts"]),
        delivery["error"],
    ]
