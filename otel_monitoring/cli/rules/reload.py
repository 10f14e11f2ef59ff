"""``otel-monitoring rules reload``: let a running application read its rule files anew."""

from __future__ import annotations

import sys

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, By, Token, TokenFile, Url, actor, pages
from otel_monitoring.cli.table import print_json


def command(
    *,
    by: By = None,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """Let a running application read its rule files anew; one that is not valid changes nothing."""
    read = pages(url, token, token_file).post("rules", "reload", by=actor(by))
    if as_json:
        print_json(read)
        return
    print(f"{read['rules']} rules in {read['groups']} groups")
    for warning in read["warnings"]:
        print(warning, file=sys.stderr)
