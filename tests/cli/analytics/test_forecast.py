"""``otel-monitoring forecast`` against real pages."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.analytics.forecasts import forecasts_router
from otel_monitoring.cli.analytics.forecast import command
from otel_monitoring.reports.forecasts.desk import MOST_SERIES
from tests.cli.analytics.serving import serving
from tests.cli.served import TOKEN
from tests.reports.forecasts.filling import DISK, LOAD, Filling, full_in, waves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Outcome, Run

OTHER = LOAD.with_({"__name__": "young"})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Pages of an application whose disk fills up."""
    with serving(
        forecasts_router(Filling({DISK: full_in(9), LOAD: waves(42), OTHER: waves(1)[:5]}).desk())
    ) as found:
        yield found


@pytest.fixture
def forecast(run: Run, url: str) -> Callable[..., Outcome]:
    def call(*words: str) -> Outcome:
        return run("forecast", *words, "--url", url, "--token", TOKEN)

    return call


def test_without_a_metric_limits_are_listed(forecast: Callable[..., Outcome]) -> None:
    outcome = forecast()

    assert outcome.exit_code == 0, outcome.output
    heads, row = outcome.stdout.splitlines()
    assert heads.split() == ["OUTCOME", "WHAT", "NOW", "LIMIT", "WHEN"]
    assert row.startswith("expected")
    assert "/data" in row
    assert "79.98%" in row
    assert "2026-01-" in row


def test_limits_can_be_had_as_json(forecast: Callable[..., Outcome]) -> None:
    (one,) = json.loads(forecast("--json").stdout)

    assert one["text"].startswith("Disk /data reaches 100% in 9 days")


def test_a_series_goes_on_in_a_table(forecast: Callable[..., Outcome]) -> None:
    outcome = forecast("load", "--horizon", "24h", "--step", "1h")

    title, heads, *rows = outcome.stdout.splitlines()
    assert "0.95 of what comes is within the band, with the course of a day and week" in title
    assert heads.split() == ["TIME", "FORECAST", "LOW", "HIGH"]
    assert len(rows) == 24


def test_a_limit_is_told_with_its_times(forecast: Callable[..., Outcome]) -> None:
    title = forecast("load", "--limit", "130").stdout.splitlines()[0]

    assert "130 is expected: 2026-01-01" in title


def test_promql_is_asked_as_it_is_written(forecast: Callable[..., Outcome]) -> None:
    body = json.loads(forecast("load / 2", "--ceiling", "60", "--json").stdout)

    assert body["promql"] == "load / 2"
    assert max(point["high"] for point in body["series"][0]["forecast"]) <= 60


def test_a_terminal_shows_what_was_and_what_comes(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    command("load", url=url, token=TOKEN)

    lines = capsys.readouterr().out.splitlines()
    assert [
        line.rsplit(maxsplit=1)[-1] for line in lines if line.endswith((" forecast", " low", " high"))
    ] == [
        "forecast",
        "low",
        "high",
    ]
    assert len(lines) < 45  # every fourth hour is in the table


def test_series_beyond_those_that_people_read_are_counted(run: Run) -> None:
    many = {LOAD.with_({"host": str(at)}): waves(3) for at in range(MOST_SERIES + 2)}
    with serving(forecasts_router(Filling(many).desk())) as found:
        outcome = run("forecast", "load", "--horizon", "6h", "--url", found, "--token", TOKEN)
        nothing = run("forecast", "--url", found, "--token", TOKEN)

    assert outcome.stderr.startswith("and 2 more series")
    assert nothing.stderr.startswith("nothing that has a limit is measured")


def test_too_short_a_past_is_said(forecast: Callable[..., Outcome]) -> None:
    assert "has 5 hours, needs 2 days for a daily season" in forecast("young").stdout


def test_what_is_not_there_is_said(forecast: Callable[..., Outcome]) -> None:
    assert forecast("loads").stderr.startswith("no series")


def test_bad_questions_say_which_field(forecast: Callable[..., Outcome]) -> None:
    assert "query.horizon" in forecast("load", "--horizon", "soon").error
    assert "parse error" in forecast("sum(").error
