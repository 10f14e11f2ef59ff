"""``otel-monitoring rules list``: the rules of a running application, and how they do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("STATE", "RULE", "ALERTS", "FOR", "GROUP", "NOTES")


def command(
    *,
    failing: Annotated[bool, typer.Option("--failing", help="Only those that cannot be evaluated.")] = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List the rules of a running application."""
    answer = pages(url, token, token_file).get("rules")
    found = [
        {"group": group["name"], "source": group["source"], **rule}
        for group in answer["groups"]
        for rule in group["rules"]
        if rule["health"] == "err" or not failing
    ]
    if as_json:
        print_json(found)
        return
    rows = [_row(one) for one in found]
    if not failing:
        rows += [["off", name, "", "", "", "`rules mode` switches it on"] for name in answer["disabled"]]
    if rows:
        print_table(_HEADS, rows, fixed=frozenset({"STATE", "ALERTS", "FOR"}))
    else:
        print("no rules", file=sys.stderr)


def _row(rule: Mapping[str, Any]) -> list[str]:
    notes = [rule["lastError"]] if rule["health"] == "err" else []
    if rule["labels"].get("observe") == "true":
        notes.append("observed only")
    return [
        rule["state"] or ("recording" if rule["type"] == "recording" else "inactive"),
        rule["name"],
        str(rule["alerts"]) if rule["type"] == "alerting" else "",
        rule["for"] if rule["type"] == "alerting" else "",
        rule["group"],
        "; ".join(notes),
    ]
