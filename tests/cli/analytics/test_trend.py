"""``otel-monitoring trend`` against real pages."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.analytics.trends import trends_router
from otel_monitoring.cli.analytics.trend import command
from tests.cli.analytics.serving import serving
from tests.cli.served import TOKEN
from tests.reports.trends.moving import LOAD, OTHER, desk, growing, stepping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Outcome, Run


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Pages that know of one series that grows and one that changed."""
    known = desk({LOAD: growing(7, a_day=2.0), OTHER: stepping(7, ago_days=2.5, size=20)})
    with serving(trends_router(known)) as found:
        yield found


@pytest.fixture
def trend(run: Run, url: str) -> Callable[..., Outcome]:
    def call(*words: str) -> Outcome:
        return run("trend", *words, "--url", url, "--token", TOKEN)

    return call


def test_each_window_and_each_change_is_a_sentence(trend: Callable[..., Outcome]) -> None:
    outcome = trend("load", "--window", "6h", "-w", "7d")

    assert outcome.exit_code == 0, outcome.output
    lines = outcome.stdout.splitlines()
    assert lines[0] == 'load{host="a"}'
    assert lines[1].startswith("  ")
    assert "load" not in lines[1]
    assert "over 6 hours" in lines[1]
    assert "rises by 2.1% a day" in lines[2]
    assert lines[3] == 'load{host="b"}'
    assert "rose from 99.95 to 119.9 (+20%) on Monday 12:05" in lines[6]


def test_without_a_window_there_are_four(trend: Callable[..., Outcome]) -> None:
    assert len(trend('load{host="a"}').stdout.splitlines()) == 5


def test_promql_with_slashes_is_understood(trend: Callable[..., Outcome]) -> None:
    assert trend('load{host="a"} / 2', "-w", "7d").stdout.startswith('load{host="a"} / 2')


def test_json_is_what_the_api_says(trend: Callable[..., Outcome]) -> None:
    body = json.loads(trend("load", "-w", "7d", "--json").stdout)

    assert body["series"][0]["windows"][0]["direction"] == "rising"


def test_a_terminal_shows_a_chart(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    command('load{host="a"}', window=["7d"], url=url, token=TOKEN)

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 15
    assert any(line.endswith(" trend") for line in lines)


def test_what_is_left_out_is_said(trend: Callable[..., Outcome]) -> None:
    assert trend("load", "--limit", "1").stderr.startswith("and 1 more series")


def test_where_there_is_no_series_that_is_said(trend: Callable[..., Outcome]) -> None:
    assert trend("loads").stderr == "no series\n"


def test_bad_questions_say_which_field(trend: Callable[..., Outcome]) -> None:
    assert "query.window" in trend("load", "--window", "soon").error
