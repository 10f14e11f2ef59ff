"""``otel-monitoring slo report``: what a calendar month was like."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.analytics.slo.list import TIMEOUT_S
from otel_monitoring.cli.analytics.slo.words import length, percent
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import harmless, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("SLO", "MONTH", "MET", "TARGET", "GOOD", "BUDGET SPENT", "IN BREACH", "EVENTS", "BAD")
_INCIDENT_HEADS = ("SLO", "FROM", "TO", "IN BREACH", "BAD EVENTS", "PEAK")


def command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SLO]...", help="Names of service levels; all of them.")
    ] = None,
    *,
    month: Annotated[
        str | None, typer.Option("--month", metavar="MONTH", help="As in 2026-10; this one if left out.")
    ] = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Report whether service levels were met in a month; ends with 1 where one was not."""
    asked = pages(url, token, token_file, timeout_s=TIMEOUT_S)
    wanted = names or [one["name"] for one in asked.get("slos")["slos"]]
    found = [asked.get("slos", name, "report", month=month) for name in wanted]
    if as_json:
        print_json(found)
    elif found:
        _show(found)
    if any(one["isMet"] is False for one in found):
        raise typer.Exit(1)


def _show(found: list[Mapping[str, Any]]) -> None:
    print_table(_HEADS, [_row(one) for one in found], fixed=frozenset(_HEADS) - {"SLO"})
    incidents = [_incident(one["name"], incident) for one in found for incident in one["incidents"]]
    if incidents:
        print()
        print_table(_INCIDENT_HEADS, incidents, fixed=frozenset(_INCIDENT_HEADS) - {"SLO"})
    for one in found:
        for note in one["notes"]:
            print(harmless(f"{one['name']}: {note}"))


def _row(one: Mapping[str, Any]) -> list[str]:
    met = {True: "yes", False: "no", None: "no events"}[one["isMet"]]
    return [
        one["name"],
        one["month"] if one["isOver"] else f"{one['month']} so far",
        met,
        percent(one["target"]),
        percent(one["ratio"]),
        percent(one["budgetSpent"], digits=3),
        length(one["breachMinutes"] * 60) if one["breachMinutes"] else "never",
        f"{one['events']:,.0f}",
        f"{one['badEvents']:,.0f}",
    ]


def _incident(name: str, one: Mapping[str, Any]) -> list[str]:
    start, end = (f"{datetime.fromisoformat(one[end]):%Y-%m-%d %H:%MZ}" for end in ("start", "end"))
    bad = f"{one['badEvents']:,.0f} of {one['events']:,.0f}"
    return [name, start, end, length(one["minutes"] * 60), bad, percent(one["peakErrorRatio"], digits=3)]
