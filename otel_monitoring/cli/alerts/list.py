"""``otel-monitoring alerts list``: what is pending, firing or lately resolved."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from otel_monitoring.alerts.routing.matcher import condition
from otel_monitoring.cli.alerts.matchers import matchers_of
from otel_monitoring.cli.alerts.rows import print_alerts
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json
from otel_monitoring.model.labels import Labels


def command(
    matchers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MATCHER]...", help="Only such, as in HighCpu or severity=page; all must hold."
        ),
    ] = None,
    *,
    state: Annotated[
        Literal["pending", "firing", "inactive"] | None,
        typer.Option("--state", help="inactive is what lately resolved; by default pending and firing."),
    ] = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List alerts, those that fire first."""
    holds = condition(matchers_of(matchers or ()))
    body = pages(url, token, token_file).get("alerts", state=state)
    shown = [
        one
        for one in body["alerts"]
        if (state is not None or one["state"] != "inactive") and holds(Labels.of(one["labels"]))
    ]
    if as_json:
        print_json(shown)
    elif shown:
        print_alerts(shown)
        if len(body["alerts"]) < body["total"]:
            print(f"and {body['total'] - len(body['alerts'])} more", file=sys.stderr)
    else:
        print("no alerts", file=sys.stderr)
