"""The form of a report as plain values, as :mod:`otel_monitoring.reports.summary.plain` writes them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class ReportFigureBody(_Body):
    """A number, and what it was in the period before."""

    label: str
    value: float | None = Field(description="Null where there is none.")
    unit: str = Field(description="UCUM: 1 of a share, s, By; empty for a count.")
    before: float | None
    change: float | None = Field(description="How much it grew, as a share of what it was.")
    verdict: Literal["good", "bad"] | None = Field(description="Whether the change is for the better.")


class ReportColumnBody(_Body):
    """A column of a table."""

    head: str
    unit: str


class ReportTableBody(_Body):
    """Rows under heads."""

    title: str
    columns: list[ReportColumnBody]
    rows: list[list[str | float | None]] = Field(
        description="A text, or a number in the unit of its column; null where there is none."
    )


class ReportLineBody(_Body):
    """One line of a chart."""

    name: str
    is_before: bool = Field(description="Whether it is the period before.")
    values: list[float | None] = Field(description="One for each of the times of the chart.")


class ReportChartBody(_Body):
    """Lines over the time of the report."""

    title: str
    unit: str
    times: list[datetime]
    lines: list[ReportLineBody]


class ReportAdviceBody(_Body):
    """What to do."""

    sentence: str = Field(description="What was found, with its numbers.")
    advice: str = Field(description="Empty for nothing.")
    why: str = Field(description="What good that does.")
    is_new: bool = Field(description="Whether no report has said it before.")


class ReportSectionBody(_Body):
    """One part of a report."""

    name: str = Field(description="One word, for programs.", examples=["traffic"])
    title: str
    figures: list[ReportFigureBody]
    tables: list[ReportTableBody]
    charts: list[ReportChartBody]
    advice: list[ReportAdviceBody]
    notes: list[str] = Field(description="Why there is no data, above all.")


class ReportBody(_Body):
    """What happened in a period."""

    version: int = Field(description="Grows when a field goes or changes its meaning.", examples=[1])
    kind: str = Field(examples=["daily"])
    title: str
    start: datetime
    end: datetime
    before_start: datetime = Field(description="Where the period before begins; it ends at `start`.")
    time_zone: str = Field(description="Of days, weeks and months.", examples=["Europe/Berlin"])
    generated_at: datetime
    sections: list[ReportSectionBody]
