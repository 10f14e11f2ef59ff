"""``otel-monitoring releases``: which versions ran, and how one compares with the one before."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otel_monitoring.cli.alerts.rows import clock
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import harmless, print_json, print_table
from otel_monitoring.reports.values import change, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_RELEASES = ("VERSION", "SERVICE", "FIRST SEEN", "LAST SEEN")
_CHANGES = ("VERDICT", "ENDPOINT", "MEAN", "", "BY", "P95", "", "FAILING", "")
_TIMEOUT_S = 60.0


def command(  # noqa: PLR0913 - one parameter for each option of the command line
    version: Annotated[
        str | None, typer.Argument(help="A version to compare with the one before; without it, what ran.")
    ] = None,
    *,
    against: Annotated[
        str | None, typer.Option("--against", metavar="VERSION", help="Compare with this one.")
    ] = None,
    newest: Annotated[bool, typer.Option("--newest", help="Compare the newest version.")] = False,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=31, help="Compare so many days with as many before.")
    ] = None,
    job: Annotated[str | None, typer.Option("--job", metavar="NAME", help="The service.")] = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List what ran, or compare a release or some days with the one before."""
    at = pages(url, token, token_file, timeout_s=_TIMEOUT_S)
    is_comparing = newest or any(one is not None for one in (version, against, days))
    if is_comparing:
        body = at.get("releases", "compare", version=version, against=against, job=job, days=days)
    else:
        body = at.get("releases")
    if as_json:
        print_json(body)
    elif is_comparing:
        _print_comparison(body)
    else:
        _print_releases(body, job)


def _print_releases(body: Mapping[str, Any], job: str | None) -> None:
    rows = [
        [one["version"], one["job"], clock(one["firstSeen"]), clock(one["lastSeen"])]
        for one in body["releases"]
        if job in (None, one["job"])
    ]
    if rows:
        print_table(_RELEASES, rows, fixed=frozenset(_RELEASES[2:]))
    else:
        print("no versions are known: the setting service_version names one", file=sys.stderr)
    for one in body["regressions"]:
        print(harmless(one["text"]))


def _print_comparison(body: Mapping[str, Any]) -> None:
    for which in ("before", "after"):
        one = body[which]
        name = f" {one['version']}" if one["version"] else ""
        print(harmless(f"{which}{name}: {clock(one['start'])} to {clock(one['end'])}"))
    if body["changes"]:
        print_table(_CHANGES, [_row(one) for one in body["changes"]], fixed=frozenset(_CHANGES[2:]))
    if body["reason"]:
        print(body["reason"], file=sys.stderr)


def _row(one: Mapping[str, Any]) -> list[str]:
    before, after = one["before"], one["after"]
    return [
        ", ".join(one["verdicts"]),
        f"{one['method']} {one['route']}",
        _shown(before["meanSeconds"], "s"),
        _shown(after["meanSeconds"], "s"),
        "" if one["latency"]["value"] is None else change(one["latency"]["value"]),
        _shown(before["p95Seconds"], "s"),
        _shown(after["p95Seconds"], "s"),
        _shown(before["errorRatio"], "1"),
        _shown(after["errorRatio"], "1"),
    ]


def _shown(value: float | None, unit: str) -> str:
    return "" if value is None else shown(value, unit)
