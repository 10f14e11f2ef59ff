"""What the analysis says of what was promised, released and reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.browser.figures import NONE, count, quantity, share
from tests.browser.said.facts import Facts, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TIMES = "\N{MULTIPLICATION SIGN}"


def slos(answer: Any) -> Facts:
    return [
        (
            one["name"],
            one["state"],
            left(one["budgetRemaining"]),
            one["sentence"],
            f"{one['target'] * 100:.8g}%",
            f"of {one['window']}",
            share(one["ratio"]),
            "was good",
            *_burning(one),
        )
        for one in answer["slos"]
    ]


def slo(answer: Any) -> Facts:
    return [
        (answer["name"], answer["state"], left(answer["budgetRemaining"]), answer["sentence"]),
        (count(answer["events"]), "events"),
        (count(answer["badEvents"]), "of them bad"),
        _burning(answer),
    ]


def month(answer: Any) -> Facts:
    return [answer["sentence"], (count(answer["badEvents"]), "bad events")]


def _burning(slo: Any) -> tuple[str, ...]:
    return tuple(text for hours in (1, 6) for text in (_often(slo[f"burnRate{hours}h"]), f"burns, {hours} h"))


def _often(rate: float | None) -> str:
    return NONE if rate is None else f"{rate:.3g}{_TIMES}"


def left(remaining: float | None) -> str:
    """Write what is left of an error budget."""
    if remaining is None:
        return "not known"
    return f"{share(-remaining)} too much spent" if remaining < 0 else f"{share(remaining)} left"


def releases(answer: Any) -> Facts:
    return [
        *[(one["job"], one["version"]) for one in answer["releases"]],
        *[(one["what"], one["text"]) for one in answer["regressions"]],
    ]


def compared(answer: Any) -> Facts:
    return [
        (
            f"{one['method']} {one['route']}",
            *one["verdicts"],
            *_both(one, "p95Seconds", "s"),
            *_both(one, "errorRatio", "1"),
            *_both(one, "requests", ""),
        )
        for one in answer["changes"]
    ]


def _both(change: Any, name: str, unit: str) -> tuple[str, str, str]:
    return quantity(change["before"][name], unit), "→", quantity(change["after"][name], unit)


def report(answer: Any) -> Facts:
    sections = answer["sections"]
    figures = [one for section in sections for one in section["figures"]]
    tables = [one for section in sections for one in section["tables"]]
    return [
        answer["title"],
        *[(quantity(one["value"], one["unit"]), one["label"]) for one in figures],
        *[tuple(_cells(row, table["columns"])) for table in tables for row in table["rows"]],
    ]


def _cells(row: Sequence[Any], columns: Iterable[Any]) -> Iterable[str]:
    for cell, column in zip(row, columns, strict=True):
        yield plain(cell) if isinstance(cell, str) else quantity(cell, column["unit"])
