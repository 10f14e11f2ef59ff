"""``otel-monitoring notify test``: send a receiver a message that says that it is a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.pages import (
    DEFAULT_URL,
    AsJson,
    By,
    PagesError,
    Token,
    TokenFile,
    Url,
    actor,
    pages,
)
from otel_monitoring.cli.table import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.cli.pages import Pages

_TIMEOUT_S = 45.0
"""Longer than the application waits for all channels."""

_HEADS = ("CHANNEL", "OUTCOME", "ERROR")


def command(
    receiver: Annotated[
        str | None, typer.Argument(metavar="[RECEIVER]", help="Needed where there are several.")
    ] = None,
    *,
    channel: Annotated[
        str, typer.Option("--channel", metavar="NAME", help="Only this channel, such as slack[0].")
    ] = "",
    by: By = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Send a test message, and say what became of it on each channel."""
    asked = pages(url, token, token_file, timeout_s=_TIMEOUT_S)
    body = {"by": actor(by), "channel": channel}
    found = asked.post("receivers", receiver or _only(asked), "test", body=body)
    if as_json:
        print_json(found)
    else:
        print_table(_HEADS, [_row(one) for one in found["deliveries"]], fixed=frozenset(_HEADS[:2]))
    if not found["delivered"]:
        raise typer.Exit(1)


def _only(asked: Pages) -> str:
    """Return the one receiver that has channels."""
    names = [one["name"] for one in asked.get("receivers")["receivers"] if one["channels"]]
    if len(names) != 1:
        msg = f"there are {len(names)} receivers with channels: expected one of {', '.join(names) or 'none'}"
        raise PagesError(msg)
    return str(names[0])


def _row(delivery: Mapping[str, Any]) -> list[str]:
    return [delivery["channel"], delivery["outcome"], delivery["error"]]
