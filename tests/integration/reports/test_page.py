"""The page of a report in a real browser, and in a mail that a real server takes."""

from __future__ import annotations

import html
import json
import re
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.alert import Notice
from otel_monitoring.model.document import Document
from otel_monitoring.model.labels import Labels
from otel_monitoring.notify.message import message_of
from otel_monitoring.reports.summary.desk import ReportsDesk
from otel_monitoring.reports.summary.model import Advice, Column, Figure, Section, Table
from otel_monitoring.reports.summary.page import html as page_of
from otel_monitoring.testing import FakeClock
from tests.integration.notify.test_smtp import Inbox, channel, serving
from tests.reports.made_up import END_MS, Shop, gauge

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.reports.summary.model import Report

pytestmark = pytest.mark.integration
WIDTHS = (320, 360, 1000)
LONG = "W" * 400
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
MEASURE = """
<script>onload = () => {
  const found = [...document.querySelectorAll('iframe')].map(frame => {
    const page = frame.contentDocument;
    const charts = [...page.querySelectorAll('svg')].map(e => e.getBoundingClientRect());
    return [frame.width, page.documentElement.scrollWidth, charts.length,
            Math.max(0, ...charts.map(e => e.right)), page.scripts.length];
  });
  document.body.innerHTML = '<pre>' + JSON.stringify(found) + '</pre>';
}</script>
"""
DISK = gauge("system_filesystem_utilization_ratio", system_filesystem_mountpoint="/data")


@pytest.fixture(scope="module")
def report() -> Report:
    return ReportsDesk(Shop(gauges={DISK: 0.83}).engine(), FakeClock(END_MS), service="shop").report("daily")


def hostile(report: Report) -> Report:
    """Return the report with texts that are too long for any screen, and some that are no texts."""
    text = f"{LONG}<script>document.title='taken'</script>"
    section = Section(
        "long",
        text,
        figures=(Figure(text, 1e300, "By", 1.0), Figure(text, 2.0)),
        tables=(Table(text, (Column(text), Column(text, "s")), ((text, 1.0), (text, 2.0))),),
        advice=(Advice(text, text, text, is_new=True),),
        notes=(text,),
    )
    return replace(report, title=text, sections=(*report.sections, section))


def run(chromium: Path, folder: Path, *words: str) -> bytes:
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    return subprocess.run(
        [str(chromium), *options, *words], capture_output=True, check=True, timeout=90
    ).stdout


def measured(chromium: Path, folder: Path, source: str) -> list[list[Any]]:
    """Show a page at all widths; its policy would keep the frame from being looked into."""
    opened = html.escape(POLICY.sub("", source))
    frames = "".join(
        f'<iframe width="{width}" height="600" style="border:0" srcdoc="{opened}"></iframe>'
        for width in WIDTHS
    )
    path = folder / "frames.html"
    path.write_text(f"<!doctype html><body>{frames}{MEASURE}</body>", encoding="utf-8")
    done = run(chromium, folder, "--virtual-time-budget=5000", "--dump-dom", path.as_uri())
    found = re.search(r"<pre>(.*?)</pre>", done.decode())
    assert found is not None
    measures: list[list[Any]] = json.loads(html.unescape(found[1]))
    return measures


@pytest.mark.parametrize("is_hostile", [False, True])
def test_a_page_is_never_wider_than_the_screen(
    chromium: Path, tmp_path: Path, report: Report, *, is_hostile: bool
) -> None:
    shown = hostile(report) if is_hostile else report

    found = measured(chromium, tmp_path, page_of(shown))

    assert [
        (int(given), taken <= int(given), right <= int(given)) for given, taken, _, right, _ in found
    ] == [(width, True, True) for width in WIDTHS]
    assert {(charts, scripts) for _, _, charts, _, scripts in found} == {(4, 0)}


def test_a_page_can_be_printed(chromium: Path, tmp_path: Path, report: Report) -> None:
    (tmp_path / "r.html").write_text(page_of(report), encoding="utf-8")
    printed = tmp_path / "r.pdf"

    run(chromium, tmp_path, f"--print-to-pdf={printed}", (tmp_path / "r.html").as_uri())

    assert printed.read_bytes().startswith(b"%PDF-")
    pages = re.findall(rb"/Type\s*/Page\b", printed.read_bytes())
    assert 2 <= len(pages) <= 5


def test_a_report_arrives_as_a_mail(report: Report) -> None:
    inbox = Inbox()
    page = page_of(report)
    document = Document("report-daily", report.title, ("Requests: 5",), page, "# Daily\n", {})
    notice = Notice("k", "team", "{}", Labels.of(report="daily"), (), document=document)

    with serving(inbox) as smarthost:
        channel(smarthost).send(message_of(notice))

    (mail,) = inbox.mails
    assert mail["Subject"] == "Daily report: shop"
    assert mail.get_body(("plain",)).get_content().strip() == "# Daily"
    assert mail.get_body(("html",)).get_content().splitlines() == page.splitlines()
    (attached,) = mail.iter_attachments()
    assert attached.get_content().splitlines() == page.splitlines()
