"""A report as one HTML file: no script and nothing from elsewhere; for screens wide and narrow, and paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from otel_monitoring.reports.summary import words
from otel_monitoring.reports.summary.style import STYLE
from otel_monitoring.reports.summary.svg import svg

if TYPE_CHECKING:
    from otel_monitoring.reports.summary.model import Advice, Chart, Figure, Report, Section, Table

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html(report: Report) -> str:
    """Return a report as a page; whatever came from users or labels is text in it."""
    zone = report.period.zone
    sections = "".join(_section(section, zone) for section in report.sections)
    links = "".join(f'<a href="#{escape(one.name)}">{escape(one.title)}</a>' for one in report.sections)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{escape(report.title)}</title><style>{STYLE}</style></head><body>"
        f"<header><h1>{escape(report.title)}</h1>"
        f"<p>{escape(words.spell(report.period))}, each figure against as long a time before.</p></header>"
        f"<nav>{links}</nav><main>{sections}</main>"
        f"<footer>Made on {escape(words.moment(report.generated_at_ms, zone))} ({escape(zone)}) "
        "by otel_monitoring.</footer></body></html>\n"
    )


def _section(section: Section, zone: str) -> str:
    parts = [
        f'<div class="figures">{"".join(map(_figure, section.figures))}</div>' if section.figures else "",
        *(_advice(one) for one in section.advice),
        *(_chart(one, zone) for one in section.charts),
        *(_table(one) for one in section.tables),
        *(f'<p class="note">{escape(note)}</p>' for note in section.notes),
    ]
    name, title = escape(section.name), escape(section.title)
    return f'<section id="{name}"><h2>{title}</h2>{"".join(parts)}</section>'


def _figure(figure: Figure) -> str:
    change = words.change(figure)
    told = f'<span class="change {figure.verdict}">{escape(change)}</span>' if change else ""
    value = escape(words.number(figure.value, figure.unit))
    return f'<div class="figure"><span>{escape(figure.label)}</span><strong>{value}</strong>{told}</div>'


def _advice(one: Advice) -> str:
    parts = [f"<p><strong>{escape(one.sentence)}</strong>{' <em>new</em>' if one.is_new else ''}</p>"]
    parts += [f"<p>{escape(text)}</p>" for text in (one.advice,) if text]
    parts += [f'<p class="why">{escape(text)}</p>' for text in (one.why,) if text]
    return f'<div class="advice">{"".join(parts)}</div>'


def _chart(chart: Chart, zone: str) -> str:
    return f"<figure><figcaption>{escape(chart.title)}</figcaption>{svg(chart, zone=zone)}</figure>"


def _table(table: Table) -> str:
    kinds = [_is_text(table, at) for at in range(len(table.columns))]
    heads = "".join(
        f"<th{_align(text)}>{escape(column.head)}</th>"
        for column, text in zip(table.columns, kinds, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{_align(text)}>{escape(words.cell(value, column.unit))}</td>"
            for value, column, text in zip(row, table.columns, kinds, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    return (
        f'<h3>{escape(table.title)}</h3><div class="wide"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _is_text(table: Table, at: int) -> bool:
    return any(isinstance(row[at], str) for row in table.rows)


def _align(is_text: bool) -> str:  # noqa: FBT001 - a private word
    return "" if is_text else ' class="number"'
