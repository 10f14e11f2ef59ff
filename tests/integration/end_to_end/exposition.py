"""The text that a Prometheus endpoint answers with, as series."""

from __future__ import annotations

import re

import httpx

_BARE = re.compile(r"(?P<name>[^{\s]*)(?P<labels>\{)?")
_LABEL = re.compile(
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^=,"{}]+))(?:="(?P<value>(?:[^"\\]|\\.)*)")?,?'
)
_ESCAPED = re.compile(r"\\(.)")
_ACCEPT = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8"

Series = frozenset[tuple[str, str]]
"""One series: its labels, ``__name__`` among them."""


def exposed(url: str) -> dict[Series, float]:
    """Return the series of a Prometheus endpoint with their values, asked for as Prometheus asks."""
    text = httpx.get(url, headers={"Accept": _ACCEPT}, timeout=30).text
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            series, value = _sample(line)
            found[series] = value
    return found


def _sample(line: str) -> tuple[Series, float]:
    """Return the series and the value of a line; a name in quotes stands among the labels."""
    start = _BARE.match(line)
    assert start is not None
    labels, at = {"__name__": start["name"]}, start.end()
    while start["labels"] and line[at] != "}":
        match = _LABEL.match(line, at)
        assert match is not None, line
        name = match["plain"] or _ESCAPED.sub(_unescaped, match["quoted"])
        if match["value"] is None:
            labels["__name__"] = name
        else:
            labels[name] = _ESCAPED.sub(_unescaped, match["value"])
        at = match.end()
    return frozenset(labels.items()), float(line[at:].lstrip("}").split()[0])


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] == "n" else match[1]
