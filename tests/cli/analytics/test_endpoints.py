"""``otel-monitoring endpoints`` against real pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.endpoints import endpoints_router
from otel_monitoring.testing import FakeClock
from otel_monitoring.views.endpoints import EndpointsView
from tests.cli.analytics.serving import serving
from tests.cli.served import TOKEN
from tests.views.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Outcome, Run


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    shop = Shop()
    shop.process.serve("/cart/{id}", 0.2, times=19)
    shop.process.serve("/cart/{id}", 0.2, status="500")
    shop.process.serve("/export", 2, times=10)
    shop.process.serve("", 0.001, times=3, status="404")
    shop.pass_time(3600)
    view = EndpointsView(shop.counting)
    with serving(endpoints_router(view, clock=FakeClock(shop.now_ms))) as found:
        yield found


@pytest.fixture
def endpoints(run: Run, url: str) -> Callable[..., Outcome]:
    def call(*words: str) -> Outcome:
        return run("endpoints", *words, "--url", url, "--token", TOKEN)

    return call


def test_those_that_take_the_most_time_are_in_front(endpoints: Callable[..., Outcome]) -> None:
    outcome = endpoints()

    lines = outcome.stdout.splitlines()
    assert [line.split()[:3] for line in lines[-3:]] == [
        ["GET", "/export", "10"],
        ["GET", "/cart/{id}", "20"],
        ["GET", "(none)", "3"],
    ]
    assert "5%" in lines[-2]
    assert (outcome.exit_code, outcome.stderr) == (0, "")


def test_another_figure_decides(endpoints: Callable[..., Outcome]) -> None:
    outcome = endpoints("--sort", "errorRate", "--limit", "1")

    assert "/cart/{id}" in outcome.stdout
    assert outcome.stderr == "and 2 more\n"


def test_nothing_says_why(endpoints: Callable[..., Outcome]) -> None:
    assert endpoints("--route", "nothing").stderr == "No endpoint fits the filters.\n"


def test_programs_read_json(endpoints: Callable[..., Outcome]) -> None:
    assert json.loads(endpoints("--json", "--method", "GET").stdout)["total"] == 3


def test_what_is_no_figure_is_refused(endpoints: Callable[..., Outcome]) -> None:
    outcome = endpoints("--sort", "beauty")

    assert outcome.exit_code == 1
    assert "query.sort" in outcome.error
