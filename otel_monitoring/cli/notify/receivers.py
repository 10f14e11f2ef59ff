"""``otel-monitoring notify receivers``: who can be told, over which channels, and how that went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.cli.pages import DEFAULT_URL, AsJson, Token, TokenFile, Url, pages
from otel_monitoring.cli.table import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEADS = ("RECEIVER", "CHANNEL", "TO", "MESSAGES")


def command(
    *,
    as_json: AsJson = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
    token_file: TokenFile = None,
) -> None:
    """List receivers and their channels."""
    found = pages(url, token, token_file).get("receivers")["receivers"]
    if as_json:
        print_json(found)
    else:
        print_table(_HEADS, [row for one in found for row in _rows(one)], fixed=frozenset())


def _rows(receiver: Mapping[str, Any]) -> Iterator[list[str]]:
    for channel in receiver["channels"]:
        counts = ", ".join(f"{count} {what}" for what, count in channel["counts"].items() if count)
        yield [receiver["name"], channel["name"], channel["target"], counts or "none yet"]
    if not receiver["channels"]:
        yield [receiver["name"], "", "nobody", ""]
