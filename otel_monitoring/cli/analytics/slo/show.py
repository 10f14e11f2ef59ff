"""``otel-monitoring slo show``: all about one service level, with the burn-down of its error budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.analytics.drawing import draw, series_of
from otel_monitoring.cli.analytics.slo.list import TIMEOUT_S
from otel_monitoring.cli.analytics.slo.words import lasts, length, percent, times
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import harmless, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMES_CHARS = 14


def command(
    name: Annotated[str, typer.Argument(metavar="SLO", help="The name of a service level.")],
    *,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Show a service level, what is left of its error budget and how that was spent."""
    found = pages(url, token, token_file, timeout_s=TIMEOUT_S).get("slos", name)
    if as_json:
        print_json(found)
        return
    print(harmless(found["sentence"]))
    for what, text in _facts(found):
        print(f"  {what:<{_NAMES_CHARS}} {harmless(text)}")
    if found["ratio"] is not None:
        print()
        draw([("share of the error budget that was left", series_of(found["burnDown"]))])


def _facts(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "state", found["state"]
    yield "target", f"{percent(found['target'])} over {found['window']}"
    if found["description"]:
        yield "description", found["description"]
    if found["ratio"] is not None:
        yield "events", f"{found['events']:,.0f}, of which {found['badEvents']:,.0f} were bad"
        yield "budget left", percent(found["budgetRemaining"], digits=3)
        yield (
            "burns",
            f"{times(found['burnRate1h'])} in the last hour, {times(found['burnRate6h'])} in six hours",
        )
        yield "lasts", lasts(found["exhaustedInSeconds"])
    for level in found["levels"]:
        windows = f"{length(level['longSeconds'])} and {length(level['shortSeconds'])}"
        yield level["urgency"], f"at {times(level['factor'])} over {windows}"
    yield "minimum", f"{found['minEvents']} events in the longer of two windows"
    for note in found["notes"]:
        yield "note", note
