"""The text that a Prometheus endpoint answers with, as series."""

from __future__ import annotations

import re

import httpx

_SAMPLE = re.compile(r"(?P<name>[^{\s]+)(?:\{(?P<labels>.*?)\})? (?P<value>\S+)(?: \S+)?(?: # .*)?$")
_LABEL = re.compile(r'([^=,]+)="((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_ACCEPT = "application/openmetrics-text;version=1.0.0"

Series = frozenset[tuple[str, str]]
"""One series: its labels, ``__name__`` among them."""


def exposed(url: str) -> dict[Series, float]:
    """Return the series of a Prometheus endpoint with their values, asked for as Prometheus asks."""
    text = httpx.get(url, headers={"Accept": _ACCEPT}, timeout=5).text
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            series, value = _sample(line)
            found[series] = value
    return found


def _sample(line: str) -> tuple[Series, float]:
    # Exemplars hold braces too: the labels of the series end where their last quotation mark does.
    name, _, rest = line.partition("{")
    if not rest or " " in name:
        match = _SAMPLE.match(line)
        assert match is not None, line
        return frozenset({("__name__", match["name"])}), float(match["value"])
    labels, at = {"__name__": name}, 0
    while rest[at] != "}":
        match = _LABEL.match(rest, at)
        assert match is not None, line
        labels[match[1].lstrip(",")] = _ESCAPED.sub(_unescaped, match[2])
        at = match.end() + (rest[match.end()] == ",")
    return frozenset(labels.items()), float(rest[at + 1 :].split()[0])


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] == "n" else match[1]
