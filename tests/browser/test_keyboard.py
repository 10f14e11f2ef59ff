"""Everything by keyboard alone: where one is, is seen; what can be done with a mouse can be done without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.places import PLACES, Place, by_name
from tests.browser.visit import LIGHT, Look

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.visit import Visit

MOST_STOPS = 80
_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const ofParts = one.matches('input[type=date], input[type=datetime-local]'); // the browser marks the part
  const outlined = ofParts || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0);
  const box = one.getBoundingClientRect();
  return {
    text: `${one.tagName} ${one.getAttribute('aria-label') ?? one.innerText ?? ''}`.slice(0, 60),
    isSeen: (outlined || style.boxShadow !== 'none') && box.width > 0 && box.height > 0,
  };
}"""


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_where_the_focus_is_can_always_be_seen(place: Place, look_at: Callable[[Place, Look], Visit]) -> None:
    visit = look_at(place, LIGHT)

    stops = _stops(visit.page)

    assert len(stops) > 8
    assert [stop["text"] for stop in stops if not stop["isSeen"]] == []


def test_the_first_stop_leads_past_the_navigation(visit: Visit) -> None:
    visit.open(by_name("endpoints"))

    visit.page.keyboard.press("Tab")
    stop = visit.page.evaluate(_FOCUS)

    assert "Skip" in stop["text"]


def test_a_table_is_sorted(visit: Visit) -> None:
    visit.open(by_name("endpoints"))
    heading = visit.page.get_by_role("columnheader", name=re.compile("err|fail", re.IGNORECASE)).first
    button = heading.get_by_role("button").first

    button.focus()
    visit.page.keyboard.press("Enter")

    expect(heading).to_have_attribute("aria-sort", re.compile("ascending|descending"))


def test_a_chart_tells_its_values(visit: Visit) -> None:
    visit.open(by_name("overview"))
    chart = visit.page.get_by_role("slider").first
    assert visit.until(lambda: chart.get_attribute("aria-valuemax") not in {None, "0"})
    chart.locator(".uplot").wait_for()  # a chart takes its turn to be drawn, and has no cursor before

    chart.focus()
    visit.page.keyboard.press("End")
    visit.page.keyboard.press("ArrowLeft")

    expect(chart).to_have_attribute("aria-valuetext", re.compile(r"\d\d:\d\d.*: \S+ .*\d"))


def test_the_palette_leads_to_a_page(visit: Visit) -> None:
    visit.open(by_name("overview"))

    visit.page.keyboard.press("Control+k")
    dialog = visit.page.locator("dialog[open]")
    dialog.wait_for()
    visit.page.keyboard.type("health")
    visit.page.keyboard.press("Enter")

    assert visit.until(lambda: "#/health" in visit.page.url)
    expect(dialog).to_have_count(0)


def test_escape_leaves_the_palette_and_the_focus_is_where_it_was(visit: Visit) -> None:
    visit.open(by_name("endpoints"))
    link = visit.page.get_by_role("link", name="Health").first
    link.focus()

    visit.page.keyboard.press("Control+k")
    visit.page.locator("dialog[open]").wait_for()
    visit.page.keyboard.press("Escape")

    assert visit.until(lambda: visit.page.locator("dialog[open]").count() == 0)
    assert visit.is_focused(link)


def _stops(page: Page) -> list[dict[str, Any]]:
    """Return where the focus is after each press of Tab, once around the page."""
    found: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUS)
        if stop is None:
            break
        found.append(stop)
    return found
