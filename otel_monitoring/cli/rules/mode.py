"""``otel-monitoring rules mode``: switch a rule of a running application on or off, or only observe it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from otel_monitoring.cli.pages import DEFAULT_URL, By, Token, TokenFile, Url, actor, pages


def command(
    name: Annotated[str, typer.Argument(metavar="RULE", help="The name of a rule.")],
    mode: Annotated[
        Literal["enabled", "disabled", "observe"],
        typer.Argument(help="observe evaluates and shows it, and nobody is told."),
    ],
    *,
    by: By = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Switch a rule of a running application, until it ends."""
    pages(url, token, token_file).put("rules", name, "mode", body={"mode": mode}, by=actor(by))
    print(f"{name} is {'observed' if mode == 'observe' else mode}")
