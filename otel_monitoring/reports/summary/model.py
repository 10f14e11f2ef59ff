"""What a report says, whatever it is written as: sections of figures, tables, charts, advice and notes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from otel_monitoring.reports.summary.period import Period

VERSION = 1
"""Of the JSON form: it grows when a field goes or changes its meaning."""

Better = Literal["more", "less", ""]
"""Whether people like it when a figure grows."""

Cell: TypeAlias = str | float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and what it was in the period before.

    Attributes:
        label: What it is.
        value: The number; ``None`` where there is none.
        unit: UCUM: ``1`` of a share, ``s``, ``By``; empty for a count.
        before: What it was before; ``None`` where that is not known.
        better: Whether more of it is good.
    """

    label: str
    value: float | None
    unit: str = ""
    before: float | None = None
    better: Better = ""

    @property
    def change(self) -> float | None:
        """How much it grew, as a share of what it was; ``None`` where that says nothing."""
        if self.value is None or self.before is None or not self.before:
            return None
        found = (self.value - self.before) / abs(self.before)
        return found if math.isfinite(found) else None

    @property
    def verdict(self) -> Literal["good", "bad", ""]:
        """Whether the change is for the better, where it is worth a word."""
        change = self.change
        if change is None or not self.better or abs(change) < _NOTEWORTHY:
            return ""
        return "good" if (change > 0) == (self.better == "more") else "bad"


_NOTEWORTHY = 0.05


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head and the unit of its numbers."""

    head: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; a cell is a text, or a number in the unit of its column."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: a value for each of the times of the chart, NaN where there is none."""

    name: str
    values: tuple[float, ...]
    is_before: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over the time of the report.

    Attributes:
        title: What is shown.
        unit: Of the values.
        times_ms: Unix times in milliseconds.
        lines: The lines, as long as the times.
    """

    title: str
    unit: str
    times_ms: tuple[int, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence, what to do about it, and why.

    Attributes:
        sentence: What was found, with its numbers.
        advice: What to do; empty for nothing.
        why: What good that does.
        is_new: Whether no report has said it before.
    """

    sentence: str
    advice: str = ""
    why: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report.

    Attributes:
        name: One word, for programs.
        title: For people.
        figures: The numbers that matter.
        tables: What they are made of.
        charts: How they went.
        advice: What follows.
        notes: What is to be known besides: why there is no data, above all.
    """

    name: str
    title: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    advice: tuple[Advice, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What happened in a period.

    Attributes:
        title: What it is called, with the service.
        period: The time.
        generated_at_ms: When it was made, Unix milliseconds.
        sections: Its parts, in their order.
    """

    title: str
    period: Period
    generated_at_ms: int
    sections: tuple[Section, ...]

    def figures(self) -> Iterator[tuple[Section, Figure]]:
        """Return all figures with their sections."""
        return ((section, figure) for section in self.sections for figure in section.figures)


def finite(value: float | None) -> float | None:
    """Return a number that can be said; ``None`` for NaN and the infinities."""
    return value if value is not None and math.isfinite(value) else None
