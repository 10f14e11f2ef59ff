"""A report in a few lines, for places where there is little room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.reports.summary import words

if TYPE_CHECKING:
    from otel_monitoring.reports.summary.model import Figure, Report

_MATTERS = (
    ("health", "Mean score"),
    ("traffic", "Requests"),
    ("errors", "Error ratio"),
    ("latency", "p95"),
    ("alerts", "Alerts that began"),
    ("alerts", "Time to resolve, median"),
)
_MOST_ADVICE = 3


def brief(report: Report) -> tuple[str, ...]:
    """Return the figures that matter most, and the advice with the largest effect."""
    known = {(section.name, figure.label): figure for section, figure in report.figures()}
    figures = [_line(known[key]) for key in _MATTERS if key in known and known[key].value is not None]
    advice = [one.sentence for section in report.sections for one in section.advice][:_MOST_ADVICE]
    return (*figures, *advice) or ("Nothing was measured in this period.",)


def _line(figure: Figure) -> str:
    change = words.change(figure)
    return f"{figure.label}: {words.number(figure.value, figure.unit)}" + (f" ({change})" if change else "")
