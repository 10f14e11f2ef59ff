"""The page, the Markdown and the plain values of a report."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.reports.summary.desk import written
from otel_monitoring.reports.summary.markdown import markdown, safe
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
from otel_monitoring.reports.summary.page import html
from otel_monitoring.reports.summary.period import Period
from otel_monitoring.reports.summary.plain import as_json
from otel_monitoring.reports.summary.svg import svg
from tests.reports.made_up import END_MS

NASTY = '<script>alert("x")</script>|**b** [l](javascript:1)\n# h'
PERIOD = Period.ending("daily", END_MS)


def report(text: str = "fine", values: tuple[float, ...] = (1.0, 2.0, 3.0)) -> Report:
    times_ms = tuple(END_MS + at * 1000 for at in range(len(values)))
    return Report(
        f"Report: {text}",
        PERIOD,
        END_MS,
        (
            Section(
                "one",
                text,
                figures=(Figure(text, 1.0, "s", 2.0, "less"), Figure("none", None)),
                tables=(Table(text, (Column(text), Column("n", "1")), ((text, 0.5), (text, math.nan))),),
                charts=(Chart(text, "s", times_ms, (Line(text, values), Line("b", values, is_before=True))),),
                advice=(Advice(text, text, text, is_new=True),),
                notes=(text,),
            ),
        ),
    )


class Seen(HTMLParser):
    """Notes elements, addresses and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [text or "" for name, text in attrs if name in ("href", "src", "xlink:href")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_what_users_wrote_is_text_in_the_page() -> None:
    seen = Seen(html(report(NASTY)))

    assert "script" not in seen.tags
    assert NASTY in seen.text


def test_a_page_holds_all_that_it_shows() -> None:
    page = html(report())

    assert Seen(page).addresses == ["#one"]
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


def test_a_page_is_for_phones_for_the_dark_and_for_paper() -> None:
    page = html(report())

    assert 'name="viewport"' in page
    assert "prefers-color-scheme:dark" in page
    assert "@media print" in page


@pytest.mark.parametrize(
    "values",
    [
        (1.0, 2.0, 3.0),
        (0.0, 0.0),
        (5.0,),
        (math.nan, 1.0, math.nan, 2.0),
        (1e280, -1e280),
        (5e-324, 1.0),
        (-3.0, -1.0),
        (math.inf, 1.0),
    ],
)
def test_a_chart_is_well_formed_and_stays_in_its_frame(values: tuple[float, ...]) -> None:
    chart = report(values=values).sections[0].charts[0]

    picture = ET.fromstring(f"<div>{svg(chart, zone='UTC')}</div>")

    paths = [one.get("d") or "" for one in picture.iter("path")]
    points = [
        float(y)
        for path in paths
        for step in path.replace("h.01", "").replace("M", "L").split("L")[1:]
        for y in [step.split(",")[1]]
    ]
    assert points
    assert all(-1 <= y <= 231 for y in points)
    assert "nan" not in "".join(paths)


def test_a_chart_without_a_value_says_so() -> None:
    chart = report(values=(math.nan, math.inf)).sections[0].charts[0]

    assert svg(chart, zone="UTC") == '<p class="note">No value to draw.</p>'


def test_markdown_keeps_rows_and_words_whole() -> None:
    lines = markdown(report(NASTY)).splitlines()

    assert not [line for line in lines if "<script" in line.replace("\\<", "")]
    assert not [line for line in lines if line.startswith("# ") and line[2:] == "h"]
    rows = [
        line for line in lines if line.startswith("| ") and "0.5" not in line and line.endswith("| 50% |")
    ]
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("text", "written_as"), [("1. one", "1\\. one"), ("- a", "\\- a"), ("3.2/s", "3.2/s")]
)
def test_markdown_takes_nothing_for_a_list(text: str, written_as: str) -> None:
    assert safe(text) == written_as


def test_plain_values_are_json_and_say_their_version() -> None:
    document = as_json(report(values=(1.0, math.nan)))

    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["version"] == 1
    assert document["start"] == "2025-12-31T00:00:00Z"
    assert document["sections"][0]["charts"][0]["lines"][0]["values"] == [1.0, None]
    assert document["sections"][0]["figures"][0]["verdict"] == "good"


@given(st.text(), st.lists(st.floats(), max_size=5))
def test_anything_can_be_written(text: str, values: list[float]) -> None:
    found = written(report(text, tuple(values)))

    assert found.html.endswith("</html>\n")
    assert found.markdown.startswith("# Report")
