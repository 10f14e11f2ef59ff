"""``otel-monitoring budgets``: how endpoints stand to their performance budgets."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table
from otel_monitoring.reports.values import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("STATE", "ENDPOINT", "FIGURE", "NOW", "BUDGET", "WORST", "KEPT")
_FIXED = frozenset(_HEADS) - {"ENDPOINT"}
_OVER = 1


def command(
    *,
    window: Annotated[
        str, typer.Option("--window", "-w", metavar="DURATION", help="How far back is looked.")
    ] = "1d",
    rules: Annotated[bool, typer.Option("--rules", help="Print their rules for Prometheus.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Leave with 1 if any is over its budget.")] = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List how endpoints stand to their budgets, those over them first."""
    at = pages(url, token, token_file)
    if rules:
        print(at.text("budgets", "export"), end="")
        return
    body = at.get("budgets", window=window)
    if as_json:
        print_json(body)
    elif body["budgets"]:
        print_table(_HEADS, [_row(one) for one in body["budgets"]], fixed=_FIXED)
    elif body["set"]:
        print(f"no endpoint with a budget had requests in {window}", file=sys.stderr)
    else:
        print("no budgets are set: the setting analytics.budgets takes them", file=sys.stderr)
    if check and not all(one["within"] for one in body["budgets"]):
        raise typer.Exit(_OVER)


def _row(one: Mapping[str, Any]) -> list[str]:
    unit = one["unit"]
    state = "within" if one["within"] else "over"
    return [
        state if one["value"] is not None else "no requests",
        f"{one['method']} {one['route']}",
        one["figure"],
        "" if one["value"] is None else shown(one["value"], unit),
        shown(one["budget"], unit),
        shown(one["worst"], unit),
        shown(one["kept"], "1"),
    ]
