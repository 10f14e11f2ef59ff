"""``otel-monitoring slo list``: how all service levels stand."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.analytics.slo.words import lasts, percent, times
from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S = 60.0

_HEADS = ("STATE", "SLO", "SERVICE", "TARGET", "WINDOW", "GOOD", "BUDGET LEFT", "BURNS", "LASTS", "NOTES")


def command(
    *,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List the service levels of a running application."""
    found = pages(url, token, token_file, timeout_s=TIMEOUT_S).get("slos")["slos"]
    if as_json:
        print_json(found)
    elif found:
        print_table(_HEADS, [_row(one) for one in found], fixed=frozenset(_HEADS) - {"NOTES", "SLO"})
    else:
        print("no service levels; the setting analytics.slo_files names files of them", file=sys.stderr)


def _row(one: Mapping[str, Any]) -> list[str]:
    return [
        one["state"],
        one["name"],
        one["service"],
        percent(one["target"]),
        one["window"],
        percent(one["ratio"]),
        percent(one["budgetRemaining"], digits=3),
        times(one["burnRate6h"]),
        lasts(one["exhaustedInSeconds"]) if one["ratio"] is not None else "",
        "; ".join(one["notes"]),
    ]
