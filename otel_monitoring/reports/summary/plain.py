"""A report as plain values with the names of the API; ``version`` says which form it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from otel_monitoring.reports.summary.model import VERSION, finite

if TYPE_CHECKING:
    from otel_monitoring.reports.summary.model import (
        Advice,
        Cell,
        Chart,
        Figure,
        Report,
        Section,
        Table,
    )


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as JSON has it: numbers that are none are ``null``, times are RFC 3339."""
    period = report.period
    return {
        "version": VERSION,
        "kind": period.kind,
        "title": report.title,
        "start": _time(period.start_ms),
        "end": _time(period.end_ms),
        "beforeStart": _time(period.before.start_ms),
        "timeZone": period.zone,
        "generatedAt": _time(report.generated_at_ms),
        "sections": [_section(one) for one in report.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": section.title,
        "figures": [_figure(one) for one in section.figures],
        "tables": [_table(one) for one in section.tables],
        "charts": [_chart(one) for one in section.charts],
        "advice": [_advice(one) for one in section.advice],
        "notes": list(section.notes),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "label": figure.label,
        "value": finite(figure.value),
        "unit": figure.unit,
        "before": finite(figure.before),
        "change": figure.change,
        "verdict": figure.verdict or None,
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": [{"head": column.head, "unit": column.unit} for column in table.columns],
        "rows": [[_cell(value) for value in row] for row in table.rows],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "unit": chart.unit,
        "times": [_time(time_ms) for time_ms in chart.times_ms],
        "lines": [
            {
                "name": line.name,
                "isBefore": line.is_before,
                "values": [finite(value) for value in line.values],
            }
            for line in chart.lines
        ],
    }


def _advice(one: Advice) -> dict[str, Any]:
    return {"sentence": one.sentence, "advice": one.advice, "why": one.why, "isNew": one.is_new}


def _cell(value: Cell) -> Cell:
    return value if isinstance(value, str) else finite(value)


def _time(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
