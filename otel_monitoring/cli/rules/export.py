"""``otel-monitoring rules export``: everything that a running application evaluates, as a rule file."""

from __future__ import annotations

import sys
from typing import Annotated

import httpx
import typer

from otel_monitoring.cli.connecting import TOKEN_VARIABLE, token_of

_TIMEOUT_S = 10.0


def command(
    *,
    url: Annotated[
        str, typer.Option("--url", "-u", metavar="URL", help="Where the application's pages lie.")
    ] = "http://localhost:8000/monitoring",
    token: Annotated[
        str | None, typer.Option("--token", metavar="TOKEN", help=f"By default ${TOKEN_VARIABLE}.")
    ] = None,
) -> None:
    """Print what a running application evaluates, as a rule file of Prometheus."""
    given = token_of(token, None)
    headers = {"Authorization": f"Bearer {given}"} if given else {}
    address = f"{url.rstrip('/')}/rules/export"
    try:
        answer = httpx.get(address, headers=headers, timeout=_TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        print(f"{address} cannot be reached: {error or type(error).__name__}", file=sys.stderr)
        raise typer.Exit(1) from None
    if not answer.is_success:
        print(
            f"{address} answered {answer.status_code}; the token is --token or ${TOKEN_VARIABLE}",
            file=sys.stderr,
        )
        raise typer.Exit(1)
    print(answer.text, end="")
