"""``otel-monitoring alerts silence``: tell nobody of alerts that match, for a while."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from otel_monitoring.cli.alerts.matchers import matchers_of
from otel_monitoring.cli.alerts.rows import labels_text, short
from otel_monitoring.cli.connecting import duration_ms
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, By, Token, TokenFile, Url, actor, pages
from otel_monitoring.cli.table import print_json, print_table


def command(  # noqa: PLR0913 - one parameter for each option of the command line
    matchers: Annotated[
        list[str],
        typer.Argument(
            metavar="MATCHER...",
            help="""Such as HighCpu, severity=page or 'team=~"web|db"'; all must hold.""",
        ),
    ],
    *,
    for_: Annotated[str, typer.Option("--for", metavar="DURATION", help="For how long.")] = "1h",
    comment: Annotated[str, typer.Option("--comment", "-c", metavar="TEXT", help="Why.")] = "",
    by: By = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only list the alerts that it would quieten.")
    ] = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Silence alerts for a while."""
    wanted = [str(one) for one in matchers_of(matchers)]
    duration_ms(for_, name="--for")
    if not preview and not comment:
        msg = "expected why, for those who find the silence later"
        raise typer.BadParameter(msg, param_hint="--comment")
    asked = pages(url, token, token_file)
    if preview:
        _show(asked.post("silences", "preview", body={"matchers": wanted}), as_json=as_json)
        return
    body = {"matchers": wanted, "for": for_, "createdBy": actor(by), "comment": comment}
    made = asked.post("silences", body=body)
    if as_json:
        print_json(made)
    else:
        print(made["id"])


def _show(body: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(body["alerts"])
    elif body["alerts"]:
        rows = [
            [one["labels"].get("alertname", ""), short(one["fingerprint"]), labels_text(one["labels"])]
            for one in body["alerts"]
        ]
        print_table(("ALERT", "ID", "LABELS"), rows, fixed=frozenset({"ID"}))
    else:
        print("no alert that fires now", file=sys.stderr)
