"""``otel-monitoring moved``: what moved with an incident, the likeliest cause in front."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.alerts.rows import clock
from otel_monitoring.cli.analytics.drawing import draw, series_of
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import harmless, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("", "SINCE", "WHAT", "SURPRISE", "FOLLOWED BY", "IN WORDS")
_FIXED = frozenset(_HEADS[:-1])
_TIMEOUT_S = 60.0


def command(  # noqa: PLR0913 - one parameter for each option of the command line
    *,
    alert: Annotated[
        str | None, typer.Option("--alert", metavar="ID", help="An alert's fingerprint, or its rule's name.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When it was noticed; now if left out.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="TIME", help="The begin of a window, before anything moved."),
    ] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="TIME", help="The end of the window.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200)] = 10,
    chart: Annotated[bool, typer.Option("--chart", help="Draw the first.")] = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Show what moved around an alert, a time or in a window, the likeliest cause first."""
    body = pages(url, token, token_file, timeout_s=_TIMEOUT_S).get(
        "correlations",
        "moved",
        alert=alert,
        at=at,
        since=start,
        until=end,
        limit=limit,
        points=str(chart or as_json).lower(),
    )
    if as_json:
        print_json(body)
        return
    if body["alert"] is not None:
        print(harmless(f"{body['alert']['name']} fired at {clock(body['alert']['startedAt'])}"))
    if body["moved"]:
        rows = [_row(place, one) for place, one in enumerate(body["moved"], start=1)]
        print_table(_HEADS, rows, fixed=_FIXED)
        if chart:
            draw([(one["text"], series_of(one["points"])) for one in body["moved"][:1]])
    print(_summary(body), file=sys.stderr)


def _row(place: int, one: Mapping[str, Any]) -> list[str]:
    return [
        str(place),
        clock(one["onset"]),
        one["how"],
        f"{one['surprise']:.0f}",
        str(one["followers"]),
        one["text"],
    ]


def _summary(body: Mapping[str, Any]) -> str:
    if body["reason"]:
        return str(body["reason"])
    seen = f"{body['movedTotal']} of {body['lookedAt']} series moved"
    left_out = f"; {body['leftOut']} or more were not looked at" if body["leftOut"] else ""
    failed = f"; not to be had: {', '.join(body['failed'])}" if body["failed"] else ""
    return f"{seen} from {clock(body['start'])} to {clock(body['end'])}{left_out}{failed}"
