"""``otel-monitoring alerts unsilence``: end silences before their time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, By, PagesError, Token, TokenFile, Url, actor, pages
from otel_monitoring.cli.table import print_json

if TYPE_CHECKING:
    from otel_monitoring.cli.pages import Pages


def command(
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Ids of silences, or beginnings of them.")
    ],
    *,
    by: By = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """End silences now."""
    asked = pages(url, token, token_file)
    wanted = [_found(asked, one) for one in ids]
    ended = [asked.delete("silences", one, by=actor(by)) for one in dict.fromkeys(wanted)]
    if as_json:
        print_json(ended)
        return
    for silence in ended:
        print(f"ended {silence['id']}")


def _found(asked: Pages, begun: str) -> str:
    """Return the one silence whose id begins so."""
    known = [one["id"] for one in asked.get("silences")["silences"] if one["state"] != "expired"]
    found = [one for one in known if one.startswith(begun)]
    if len(found) != 1:
        what = "several silences begin so" if found else "no silence that is active or pending begins so"
        msg = f"{begun!r}: {what}: expected one of {', '.join(known) or 'nothing, since there is none'}"
        raise PagesError(msg)
    return str(found[0])
