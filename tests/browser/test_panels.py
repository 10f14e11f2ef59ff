"""What a panel shows fits into it: labels beside the plot, and the legend below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.places import Place
from tests.browser.visit import PHONE, visiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.demo import Demo

LEAST_ROOM_PX = 70.0
"""Of labels left of a plot."""
_ROOM = """(plot) => parseFloat(
  getComputedStyle(plot.closest('[role=slider]').parentElement).getPropertyValue('--plot-left'))"""
_LEFT_OUT = """(section) => [section, ...section.querySelectorAll('div')]
  .filter((one) => one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== 'visible')
  .map((one) => one.className)"""


@pytest.fixture
def narrow(demo: Demo) -> Iterator[Place]:
    """A dashboard with a panel of long labels, and one whose legend takes two rows."""
    long = [{"expr": "vector(5400)", "legend": "waited"}]
    several = [{"expr": f"vector({at})", "legend": f"checkout of the shop {at}"} for at in (1, 2)]
    panels = [panel("Waiting", long, y=0, h=8), panel("Several", several, y=8, h=4)]
    made = demo.tell("dashboards", {"title": "Narrow", "description": "", "panels": panels})["id"]
    yield Place("narrow", f"#/dashboards/{made}")
    demo.forget(f"dashboards/{made}")


def panel(title: str, queries: list[dict[str, str]], *, y: int, h: int) -> dict[str, Any]:
    place = {"x": 0, "y": y, "w": 6, "h": h}
    return {"title": title, "kind": "line", "unit": "s", "queries": queries, "place": place}


def test_labels_and_legends_are_whole_on_a_phone(browser: Browser, demo: Demo, narrow: Place) -> None:
    with visiting(browser, demo, PHONE) as visit:
        visit.open(narrow)
        waiting = visit.page.get_by_role("region", name="Waiting", exact=True)
        several = visit.page.get_by_role("region", name="Several", exact=True)
        plot = waiting.locator(".uplot")
        plot.wait_for()
        several.locator(".uplot").wait_for()

        assert visit.until(lambda: plot.evaluate(_ROOM) > LEAST_ROOM_PX)
        assert visit.until(lambda: several.evaluate(_LEFT_OUT) == [])
        assert visit.problems == []
