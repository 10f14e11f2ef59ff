"""``otel-monitoring alerts silences``: who silenced what, until when, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from otel_monitoring.cli.alerts.rows import short, until
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("ID", "STATE", "ENDS", "MATCHERS", "BY", "COMMENT")


def command(
    *,
    state: Annotated[
        Literal["active", "pending", "expired"] | None,
        typer.Option("--state", help="By default active and pending ones."),
    ] = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List silences."""
    found = pages(url, token, token_file).get("silences", state=state)["silences"]
    shown = [one for one in found if state is not None or one["state"] != "expired"]
    if as_json:
        print_json(shown)
    elif shown:
        print_table(_HEADS, [_row(one) for one in shown], fixed=frozenset({"ID", "STATE", "ENDS"}))
    else:
        print("no silences", file=sys.stderr)


def _row(silence: Mapping[str, Any]) -> list[str]:
    return [
        short(silence["id"]),
        silence["state"],
        until(silence["endsAt"]),
        " ".join(_matcher(one) for one in silence["matchers"]),
        silence["createdBy"],
        silence["comment"],
    ]


def _matcher(one: Mapping[str, Any]) -> str:
    op = ("=~" if one["isRegex"] else "=") if one["isEqual"] else ("!~" if one["isRegex"] else "!=")
    return f'{one["name"]}{op}"{one["value"]}"'
