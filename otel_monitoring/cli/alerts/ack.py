"""``otel-monitoring alerts ack``: say that somebody looks after it; nobody is reminded meanwhile."""

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
    comment: Annotated[str, typer.Option("--comment", "-c", metavar="TEXT", help="What is done.")] = "",
    for_: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="By default until it resolves.")
    ] = None,
    by: By = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Acknowledge alerts: nobody is reminded, and nobody further is told."""
    body = word(comment, for_=for_, by=by)
    asked = pages(url, token, token_file)
    done = []
    for alert in chosen(asked, alerts):
        done.append(asked.post("alerts", alert["fingerprint"], "acknowledge", body=body))
        if not as_json:
            print(f"acknowledged {alert['rule']} {labels_text(alert['labels'])}".rstrip())
    if as_json:
        print_json(done)
