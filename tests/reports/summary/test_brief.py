"""A report in a few lines, and without secrets."""

from __future__ import annotations

from dataclasses import fields

from otel_monitoring.reports.summary.brief import brief
from otel_monitoring.reports.summary.clean import cleaned
from otel_monitoring.reports.summary.model import (
    Advice,
    Chart,
    Column,
    Figure,
    Line,
    Report,
    Section,
    Table,
)
from otel_monitoring.reports.summary.period import Period
from tests.reports.made_up import END_MS

SECTIONS = (
    Section("latency", "Latency", figures=(Figure("p95", 0.8, "s", 0.4), Figure("p50", 0.1, "s"))),
    Section("errors", "Errors", figures=(Figure("Error ratio", None, "1"),)),
    Section("traffic", "Traffic", figures=(Figure("Requests", 1200.0),)),
    Section("advice", "Advice", advice=tuple(Advice(f"sentence {at}") for at in range(5))),
)


def report(*sections: Section) -> Report:
    return Report("t", Period.ending("daily", END_MS), END_MS, sections)


def test_what_matters_most_is_said_in_a_few_lines() -> None:
    assert brief(report(*SECTIONS)) == (
        "Requests: 1,200",
        "p95: 800 ms (+100%)",
        "sentence 0",
        "sentence 1",
        "sentence 2",
    )


def test_a_report_of_nothing_says_so() -> None:
    assert brief(report()) == ("Nothing was measured in this period.",)


def test_each_text_passes_through_whoever_knows_secrets() -> None:
    text = "s3cret"
    section = Section(
        "s3cret",
        text,
        figures=(Figure(text, 1.0, "s3cret"),),
        tables=(Table(text, (Column(text),), ((text, 1.0, None),)),),
        charts=(Chart(text, "s", (1, 2), (Line(text, (1.0, 2.0)),)),),
        advice=(Advice(text, text, text),),
        notes=(text,),
    )

    found = cleaned(section, lambda one: one.replace("s3cret", "***"))

    assert (found.name, found.figures[0].unit) == ("s3cret", "s3cret")
    rest = [getattr(found, one.name) for one in fields(found) if one.name not in ("name", "figures")]
    assert "s3cret" not in repr([rest, found.figures[0].label])
    assert found.charts[0].lines[0].values == (1.0, 2.0)
