"""``otel-monitoring alerts resolve``: tell everybody that it is over, whatever the rule finds for now."""

from __future__ import annotations

from typing import Annotated

import typer

from otel_monitoring.cli.alerts.chosen import chosen, word
from otel_monitoring.cli.alerts.rows import labels_text
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, By, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json


def command(
    alerts: Annotated[list[str], typer.Argument(metavar="ALERT...", help="Fingerprints, or names of rules.")],
    *,
    comment: Annotated[str, typer.Option("--comment", "-c", metavar="TEXT", help="What was done.")] = "",
    for_: Annotated[str | None, typer.Option("--for", metavar="DURATION", help="By default an hour.")] = None,
    by: By = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Resolve alerts by hand; what their rules still find after a while is told again."""
    body = word(comment, for_=for_, by=by)
    asked = pages(url, token, token_file)
    done = []
    for alert in chosen(asked, alerts):
        done.append(asked.post("alerts", alert["fingerprint"], "resolve", body=body))
        if not as_json:
            print(f"resolved {alert['rule']} {labels_text(alert['labels'])}".rstrip())
    if as_json:
        print_json(done)
