"""A report in Markdown, as GitHub and mail clients read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from otel_monitoring.reports.summary import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from otel_monitoring.reports.summary.model import Advice, Report, Section, Table

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_NUMBERED = re.compile(r"^\d+[.)](?=\s|$)|^[-+=](?=\s|$)")


def markdown(report: Report) -> str:
    """Return a report as Markdown; whatever came from users or labels is text in it."""
    head = [
        f"# {safe(report.title)}",
        "",
        f"{safe(words.spell(report.period))}, each figure against as long a time before.",
        "",
    ]
    return "\n".join([*head, *(line for one in report.sections for line in _section(one))]).rstrip() + "\n"


def safe(text: str) -> str:
    """Return a text that means itself in Markdown, on one line."""
    flat = " ".join(text.split())
    return _NUMBERED.sub(_escaped, _SPECIAL.sub(r"\\\1", flat))


def _escaped(found: re.Match[str]) -> str:
    text = found.group(0)
    return f"{text[:-1]}\\{text[-1]}"


def _section(section: Section) -> Iterator[str]:
    yield from (f"## {safe(section.title)}", "")
    if section.figures:
        rows = [(one.label, words.number(one.value, one.unit), words.change(one)) for one in section.figures]
        yield from _rows(("", "Now", "Against before"), rows, (True, False, False))
    for advice in section.advice:
        yield from _advice(advice)
    for table in section.tables:
        yield from (f"### {safe(table.title)}", "", *_table(table))
    yield from (line for note in section.notes for line in (safe(note), ""))


def _advice(one: Advice) -> Iterator[str]:
    yield f"- **{safe(one.sentence)}**{' (new)' if one.is_new else ''}"
    yield from (f"  {safe(text)}" for text in (one.advice, one.why) if text)
    yield ""


def _table(table: Table) -> Iterator[str]:
    heads = [column.head for column in table.columns]
    rows = [
        [words.cell(value, column.unit) for value, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    is_text = [any(isinstance(row[at], str) for row in table.rows) for at in range(len(heads))]
    return _rows(heads, rows, is_text)


def _rows(heads: Sequence[str], rows: Sequence[Sequence[str]], is_text: Sequence[bool]) -> Iterator[str]:
    yield f"| {' | '.join(map(safe, heads))} |"
    yield f"|{'|'.join(' --- ' if text else ' ---: ' for text in is_text)}|"
    yield from (f"| {' | '.join(map(safe, row))} |" for row in rows)
    yield ""
