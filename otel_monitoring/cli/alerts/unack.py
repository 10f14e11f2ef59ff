"""``otel-monitoring alerts unack``: take an acknowledgement back."""

from __future__ import annotations

from typing import Annotated

import typer

from otel_monitoring.cli.alerts.chosen import chosen
from otel_monitoring.cli.alerts.rows import labels_text
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, By, Token, TokenFile, Url, actor, pages
from otel_monitoring.cli.table import print_json


def command(
    alerts: Annotated[list[str], typer.Argument(metavar="ALERT...", help="Fingerprints, or names of rules.")],
    *,
    by: By = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Take acknowledgements back."""
    asked = pages(url, token, token_file)
    found = chosen(asked, alerts)
    for alert in found:
        asked.delete("alerts", alert["fingerprint"], "acknowledge", by=actor(by))
        if not as_json:
            print(f"no longer acknowledged {alert['rule']} {labels_text(alert['labels'])}".rstrip())
    if as_json:
        print_json([asked.get("alerts", alert["fingerprint"]) for alert in found])
