"""``otel-monitoring insights``: what is worth knowing, what to do about it, and how well it goes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.alerts.rows import length, seconds
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import harmless, print_json
from otel_monitoring.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMEOUT_S = 60.0


def command(
    *,
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="Only errors, say.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Only what nobody was told yet.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200)] = 20,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Say what is worth knowing and what to do about it, what matters most first."""
    asked = pages(url, token, token_file, timeout_s=_TIMEOUT_S)
    body = asked.get("insights", kind=kind, new=new or None, limit=limit)
    if as_json:
        print_json(body)
        return
    _print_score(asked.get("health", "score"))
    for one in body["insights"]:
        _print_insight(one)
    if not body["insights"]:
        print("\nnothing asks for a change")
    if len(body["insights"]) < body["total"]:
        print(f"and {body['total'] - len(body['insights'])} more", file=sys.stderr)
    for rule, reason in body["problems"].items():
        print(f"{rule} could not be asked: {harmless(reason)}", file=sys.stderr)


def _print_score(score: Mapping[str, Any]) -> None:
    if score["score"] is None:
        print("health score: unknown, as nothing has been measured yet")
        return
    print(f"health score: {score['score']:g} of 100, {score['status']}")
    for part in score["parts"]:
        print(f"  {part['name']:<13}{part['score']:>5.0f}  {harmless(part['why'])}")


def _print_insight(one: Mapping[str, Any]) -> None:
    since = length(SystemClock().now_ms() / 1000 - seconds(one["since"]))
    marks = f"{'new, ' if one['isNew'] else ''}effect {one['effect']:.2f}, for {since}"
    print(f"\n* {harmless(one['sentence'])} ({marks})")
    for text in filter(None, (one["advice"], one["why"])):
        print(f"  {harmless(text)}")
