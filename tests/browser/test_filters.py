"""A view of one process shows its numbers alone, and a comparison shows those of the period before, once.

Both are looked at in a time that is over, of which the API says the same again and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import places
from tests.browser.figures import count, duration
from tests.browser.past import MINUTE_MS, NEW, OLD, WAITING
from tests.browser.places import Place
from tests.browser.said.facts import plain, unsaid
from tests.browser.said.requests import endpoints

if TYPE_CHECKING:
    from tests.browser.demo import Demo
    from tests.browser.visit import Visit

NOT_IN_IT = "POST /orders"
"""What the shop of now serves, and the processes of that time did not."""


@dataclass(frozen=True, slots=True)
class Time:
    """A stretch of time, Unix milliseconds."""

    since_ms: int
    until_ms: int

    @property
    def written(self) -> str:
        """As an address holds it."""
        return f"range={self.since_ms}~{self.until_ms}"

    @property
    def asked(self) -> dict[str, str]:
        """As the API takes it."""
        return {"since": str(self.since_ms / 1000), "until": str(self.until_ms / 1000)}


@pytest.fixture
def released_ms(demo: Demo) -> int:
    """When the second of both processes began, to the minute."""
    return places.released_ms(demo) // MINUTE_MS * MINUTE_MS


@pytest.fixture
def around(released_ms: int) -> Time:
    """Twenty minutes of the first process, and as many of the second."""
    return Time(released_ms - 20 * MINUTE_MS, released_ms + 20 * MINUTE_MS)


@pytest.mark.parametrize("instance", ["", OLD, NEW], ids=lambda one: one or "all")
def test_endpoints_are_those_of_the_process_that_the_address_names(
    instance: str, visit: Visit, demo: Demo, around: Time
) -> None:
    only = {"instance": instance} if instance else {}
    wanted = demo.ask("endpoints", **around.asked, **only)
    address = f"#/endpoints?{around.written}" + (f"&instance={instance}" if instance else "")

    visit.open(Place("endpoints", address))

    assert visit.until(lambda: unsaid(endpoints(wanted), visit.text(), visit.pieces()) == []), visit.text()
    assert NOT_IN_IT not in visit.text()
    assert "Not filtered" not in visit.text()


def test_what_processes_served_adds_up(demo: Demo, around: Time) -> None:
    """Or the numbers that the pages are compared with were those of all processes."""
    every, old, new = (
        demo.ask("endpoints", **around.asked, **only)["whole"]["requests"]
        for only in ({}, {"instance": OLD}, {"instance": NEW})
    )

    assert old + new == every
    assert min(old, new) > 0


def test_charts_of_the_overview_are_of_that_process(
    visit: Visit, demo: Demo, around: Time, released_ms: int
) -> None:
    """The first was as fast as ever when it ended; the second, which is in that time as well, was not."""
    visit.open(Place("overview", f"#/?{around.written}&instance={OLD}"))

    buckets = f'http_server_request_duration_seconds_bucket{{instance="{OLD}"}}'
    took_s = _value(
        demo, f"histogram_quantile(0.95, sum by (le) (rate({buckets}[1m])))", released_ms - 2 * MINUTE_MS
    )
    assert visit.until(lambda: "Charts alone are filtered" in visit.text())
    assert visit.until(lambda: f"p95 {duration(took_s)}" in _legend(visit)), _legend(visit)


def test_a_chart_of_explore_is_of_that_process(visit: Visit, demo: Demo, around: Time) -> None:
    visit.open(Place("explore", f"#/explore?query={WAITING}&{around.written}&instance={NEW}"))

    wanted = _value(demo, f'{WAITING}{{instance="{NEW}"}}', around.until_ms)
    assert visit.until(lambda: len(_legend(visit)) == 1)
    assert visit.until(lambda: not unsaid([(WAITING, count(wanted))], visit.text(), _legend(visit)))


def test_a_comparison_shows_the_period_before_once(visit: Visit, demo: Demo, released_ms: int) -> None:
    """Twenty minutes of the first process beside the twenty before."""
    time = Time(released_ms - 40 * MINUTE_MS, released_ms - 20 * MINUTE_MS)
    query = f"max({WAITING})"

    visit.open(Place("explore", f"#/explore?query={query}&{time.written}&compare=1"))

    now, before = (_value(demo, query, at_ms) for at_ms in (time.until_ms, time.since_ms))
    assert now != before
    assert visit.until(lambda: len(_legend(visit)) == 2), _legend(visit)
    line, earlier = _legend(visit)
    assert line.endswith(f" {count(now)}")
    assert earlier.endswith(f", the period before {count(before)}")


def _legend(visit: Visit) -> list[str]:
    """Return the lines of the chart with their values at its end, each on one line."""
    lines = visit.page.locator("main button[aria-pressed][title^='Hide ']").all_inner_texts()
    return [plain(one) for one in lines]


def _value(demo: Demo, query: str, at_ms: int) -> float:
    answer: Any = demo.ask("prometheus/api/v1/query", query=query, time=str(at_ms / 1000))
    (one,) = answer["data"]["result"]
    return float(one["value"][1])
