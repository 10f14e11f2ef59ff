"""``otel-monitoring report`` against a real application."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run
    from tests.cli.served import Served


def test_a_report_is_readable_in_a_terminal(run: Run, served: Served) -> None:
    outcome = run("report", "daily", "--url", served.url)

    assert outcome.exit_code == 0, outcome.output
    lines = outcome.stdout.splitlines()
    assert lines[0].startswith("Daily report: ")
    assert "ALERTS" in lines
    assert [line for line in lines if line.startswith("ShopDown") and "critical" in line]
    assert [line for line in lines if line.startswith("No data, because")]


def test_a_report_is_written_to_a_file(run: Run, served: Served, tmp_path: Path) -> None:
    path = tmp_path / "week.html"

    outcome = run("report", "weekly", "--format", "html", "--out", str(path), "--url", served.url)

    assert outcome.exit_code == 0, outcome.output
    assert path.read_text().startswith("<!DOCTYPE html>")


def test_a_report_is_json_for_programs(run: Run, served: Served) -> None:
    outcome = run("report", "monthly", "-f", "json", "--end", "1d", "--url", served.url)

    assert json.loads(outcome.stdout)["kind"] == "monthly"


def test_a_report_is_sent_by_hand(run: Run, served: Served) -> None:
    before = len(served.received)

    outcome = run("report", "daily", "--send", "--url", served.url)

    assert outcome.exit_code == 0, outcome.output
    assert "delivered" in outcome.stdout
    sent = [json.loads(body) for body in served.received[before:] if b'"report"' in body]
    assert [body["report"]["kind"] for body in sent] == ["daily"]


def test_what_is_no_report_is_said(run: Run, served: Served, tmp_path: Path) -> None:
    assert "expected daily, weekly, monthly" in run("report", "yearly", "--url", served.url).output
    assert "expected text, html" in run("report", "daily", "-f", "pdf", "--url", served.url).output
    nowhere = str(tmp_path / "no" / "file")
    outcome = run("report", "daily", "-f", "json", "-o", nowhere, "--url", served.url)
    assert outcome.exit_code == 2
