"""``otel-monitoring alerts show``: everything about one alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.alerts.chosen import chosen
from otel_monitoring.cli.alerts.rows import ago, clock, number, until
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


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
    for name in ("firedAt", "activeAt", "resolvedAt"):
        if alert.get(name):
            print(f"  {name.removesuffix('At') + ' since':<15} {clock(alert[name])} ({ago(alert[name])})")
    print(f"  {'value':<15} {number(alert['value'])}")
    print(f"  {'expression':<15} {alert['expr']}")
    for what in ("labels", "annotations"):
        for name, text in alert[what].items():
            print(f"  {name:<15} {text}")
    for name, text in _done(alert):
        print(f"  {name:<15} {text}")


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
