"""``otel-monitoring slo export``: the rules of service levels, as a rule file of Prometheus."""

from __future__ import annotations

from typing import Annotated

import typer

from otel_monitoring.alerts.rules.export import as_rule_file
from otel_monitoring.alerts.slos.rules import rule_groups
from otel_monitoring.cli.analytics.slo.check import read
from otel_monitoring.cli.pages import DEFAULT_URL, Token, TokenFile, Url, pages


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="OpenSLO files; none asks a running application."),
    ] = None,
    *,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Print the rules of service levels, as a rule file that a Prometheus takes."""
    if files:
        text = as_rule_file(rule_groups(read(files).slos))
    else:
        text = pages(url, token, token_file).text("slos", "export")
    print(text, end="")
