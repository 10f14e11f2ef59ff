"""``otel-monitoring correlations``: which series go together, at which lag."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from otel_monitoring.cli.alerts.rows import length
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADS = ("R", "LATER", "CHANCE", "POINTS", "WORTH", "SERIES", "BEHIND")
_FIXED = frozenset(_HEADS[:-2])
_TIMEOUT_S = 60.0
_LEVEL = 0.05


def command(  # noqa: PLR0913 - one parameter for each option of the command line
    metrics: Annotated[
        list[str], typer.Argument(metavar="METRIC...", help="Metrics or PromQL; one may hold several series.")
    ],
    *,
    window: Annotated[
        str, typer.Option("--window", "-w", metavar="DURATION", help="How far back is looked.")
    ] = "6h",
    end: Annotated[
        str | None, typer.Option("--end", metavar="TIME", help="Until when; now if left out.")
    ] = None,
    method: Annotated[
        Literal["pearson", "spearman"], typer.Option("--method", help="Values, or their ranks.")
    ] = "pearson",
    lag: Annotated[
        str | None, typer.Option("--lag", metavar="DURATION", help="How much later one may follow.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what may be chance.")] = False,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Show which series go together, the clearest pair first."""
    body = pages(url, token, token_file, timeout_s=_TIMEOUT_S).get(
        "correlations", metric=metrics, window=window, until=end, method=method, lag=lag
    )
    if as_json:
        print_json(body)
        return
    shown = [one for one in body["relations"] if everything or _is_clear(one)]
    if shown:
        print_table(_HEADS, [_row(one, body) for one in shown], fixed=_FIXED)
    hidden = len(body["relations"]) - len(shown)
    if hidden:
        print(f"{hidden} further pairs may be chance, or say nothing; --all shows them", file=sys.stderr)
    if body["leftOut"]:
        print(f"{body['leftOut']} further series were not compared", file=sys.stderr)


def _is_clear(relation: Mapping[str, Any]) -> bool:
    return not relation["reason"] and relation["falseDiscoveryRate"] <= _LEVEL


def _row(relation: Mapping[str, Any], body: Mapping[str, Any]) -> list[str]:
    names = [body["series"][relation[which]]["name"] for which in ("first", "second")]
    if relation["reason"]:
        return ["", "", relation["reason"], str(relation["points"]), "", *names]
    if relation["lagSeconds"] < 0:
        names.reverse()
    return [
        f"{relation['coefficient']:+.2f}",
        length(abs(relation["lagSeconds"])) if relation["lagSeconds"] else "",
        f"{relation['falseDiscoveryRate']:.2g}",
        str(relation["points"]),
        f"{relation['worth']:.0f}",
        *names,
    ]
