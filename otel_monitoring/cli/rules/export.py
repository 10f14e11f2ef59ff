"""``otel-monitoring rules export``: everything that a running application evaluates, as a rule file."""

from __future__ import annotations

from otel_monitoring.cli.pages import DEFAULT_URL, Token, TokenFile, Url, pages


def command(*, url: Url = DEFAULT_URL, token: Token = None, token_file: TokenFile = None) -> None:
    """Print what a running application evaluates, as a rule file of Prometheus."""
    print(pages(url, token, token_file).text("rules", "export"), end="")
