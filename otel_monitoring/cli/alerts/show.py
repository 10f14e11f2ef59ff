"""``otel-monitoring alerts show``: everything about one alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.alerts.chosen import chosen
from otel_monitoring.cli.alerts.rows import ago, clock, number, until
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import harmless, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMES_CHARS = 15


def command(
    alert: Annotated[str, typer.Argument(help="A fingerprint, or the name of a rule.")],
    *,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Show everything about an alert."""
    asked = pages(url, token, token_file)
    found = [asked.get("alerts", one["fingerprint"]) for one in chosen(asked, [alert], state=None)]
    if as_json:
        print_json(found)
        return
    for number_, one in enumerate(found):
        if number_:
            print()
        _show(one)


def _show(alert: Mapping[str, Any]) -> None:
    print(f"{alert['rule']} {alert['state']} {alert['fingerprint']}")
    for name, text in [
        *_facts(alert),
        *alert["labels"].items(),
        *alert["annotations"].items(),
        *_done(alert),
    ]:
        first, *rest = harmless(str(text)).splitlines() or [""]
        print(f"  {harmless(name):<{_NAMES_CHARS}} {first}")
        for line in rest:
            print(f"  {'':<{_NAMES_CHARS}} {line}")


def _facts(alert: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("firedAt", "activeAt", "resolvedAt"):
        if alert.get(name):
            yield f"{name.removesuffix('At')} since", f"{clock(alert[name])} ({ago(alert[name])})"
    yield "value", number(alert["value"])
    yield "expression", alert["expr"]


def _done(alert: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return who is told of an alert, and what people did about it."""
    yield "told to", ", ".join(alert["receivers"]) or "nobody"
    for kind in ("acknowledged", "resolved"):
        word = alert[kind]
        if word:
            yield (
                f"{kind} by",
                f"{word['by']} for {until(word['until'])[3:]}: {word['comment'] or 'no comment'}",
            )
    for silence in alert["silences"]:
        ends = until(silence["endsAt"])
        yield "silenced by", f"{silence['createdBy']}, ends {ends}: {silence['comment']} ({silence['id']})"
    if alert["inhibitedBy"]:
        yield "inhibited by", alert["inhibitedBy"]
    if alert["history"]:
        times, first = len(alert["history"]), alert["history"][-1]["startedAt"]
        yield "fired lately", f"{times} {'time' if times == 1 else 'times'} since {clock(first)}"
