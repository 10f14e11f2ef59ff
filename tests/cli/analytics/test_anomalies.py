"""``otel-monitoring anomalies`` against real pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.analytics.anomalies import anomalies_router
from tests.cli.analytics.serving import serving
from tests.cli.served import TOKEN
from tests.reports.anomalies.desk_at_hand import A, B, Desk
from tests.reports.anomalies.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Outcome, Run


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Pages that know of one jump that is over and one that lasts."""
    watching = Watching()
    watching.usual(240, A, B)
    watching.minute({A: 1000.0, B: 101.0})
    watching.usual(30, A, B, seed=2)
    watching.minute({A: 100.0, B: 2000.0})
    with serving(anomalies_router(Desk(watching))) as found:
        yield found


@pytest.fixture
def anomalies(run: Run, url: str) -> Callable[..., Outcome]:
    def call(*words: str) -> Outcome:
        return run("anomalies", *words, "--url", url, "--token", TOKEN)

    return call


def test_what_stood_out_is_listed_newest_first(anomalies: Callable[..., Outcome]) -> None:
    outcome = anomalies()

    assert outcome.exit_code == 0, outcome.output
    heads, newest, older = outcome.stdout.splitlines()
    assert heads.split()[:3] == ["SINCE", "LASTED", "METRIC"]
    assert "2k" in newest
    assert "host=b" in newest
    assert "1k" in older
    assert "host=a" in older


def test_what_lasts_can_be_asked_for_alone(anomalies: Callable[..., Outcome]) -> None:
    found = json.loads(anomalies("--active", "--json").stdout)

    assert [one["labels"] for one in found] == [{"host": "b"}]


def test_a_series_is_looked_through(anomalies: Callable[..., Outcome]) -> None:
    outcome = anomalies('load{host="a"}', "--window", "1h")

    assert outcome.exit_code == 0, outcome.output
    title, sentence = outcome.stdout.splitlines()
    assert title.startswith('load{host="a"}')
    assert title.endswith(": 1 anomaly")
    assert "1k where" in sentence


def test_json_holds_the_points_as_well(anomalies: Callable[..., Outcome]) -> None:
    found = json.loads(anomalies('load{host="a"}', "-w", "1h", "--json").stdout)

    assert len(found["series"][0]["points"]) == 61


def test_where_nothing_is_found_that_is_said(anomalies: Callable[..., Outcome]) -> None:
    assert anomalies("loads").stderr == "no series; names that look alike: load\n"
    assert anomalies("--window", "1ms").stderr == ""
    assert anomalies("--end", "20h").stderr == "nothing stood out in 24h\n"


def test_bad_questions_say_which_field(anomalies: Callable[..., Outcome]) -> None:
    assert "body.window" in anomalies("load", "--window", "soon").error
    assert anomalies("load", "--method", "magic").exit_code == 2
