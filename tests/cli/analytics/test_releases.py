"""``otel-monitoring releases`` against real pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from otel_monitoring.api.analytics.releases import releases_router
from otel_monitoring.reports.releases.desk import ReleasesDesk
from otel_monitoring.testing import FakeClock
from tests.cli.analytics.serving import serving
from tests.cli.served import TOKEN
from tests.reports.releases.shop_at_hand import END_MS, query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Outcome, Run


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Pages of a shop that was released once."""
    desk = ReleasesDesk(query=query(), clock=FakeClock(END_MS), interval_s=60.0)
    with serving(releases_router(desk)) as found:
        yield found


@pytest.fixture
def releases(run: Run, url: str) -> Callable[..., Outcome]:
    def call(*words: str) -> Outcome:
        return run("releases", *words, "--url", url, "--token", TOKEN)

    return call


def test_versions_are_listed_newest_first(releases: Callable[..., Outcome]) -> None:
    outcome = releases()

    assert outcome.exit_code == 0, outcome.output
    heads, newest, oldest = outcome.stdout.splitlines()
    assert heads.split()[:2] == ["VERSION", "SERVICE"]
    assert newest.split()[:2] == ["2.0", "shop"]
    assert oldest.split()[:2] == ["1.0", "shop"]


@pytest.mark.parametrize("words", [("2.0",), ("--newest",), ("2.0", "--against", "1.0")])
def test_a_release_is_compared(releases: Callable[..., Outcome], words: tuple[str, ...]) -> None:
    outcome = releases(*words)

    assert outcome.exit_code == 0, outcome.output
    lines = outcome.stdout.splitlines()
    assert lines[0].startswith("before 1.0: ")
    assert any(line.startswith("slower") and "GET /cart" in line for line in lines)
    assert any(line.startswith("failing more") and "POST /pay" in line for line in lines)


def test_programs_get_all_of_it(releases: Callable[..., Outcome]) -> None:
    assert len(json.loads(releases("2.0", "--json").stdout)["changes"]) == 3


def test_days_without_requests_before_say_so(releases: Callable[..., Outcome]) -> None:
    assert "no endpoint had requests at both times" in releases("--days", "1").stderr
