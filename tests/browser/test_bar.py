"""What stands above every page takes little of a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.places import Place
from tests.browser.visit import PHONE, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.demo import Demo

USUAL = Place("usual", "#/health")
LONG = Place(
    "long", "#/health?range=1772352000000~1772956800000&environment=production-of-the-north&version=1.2.3"
)
LEAST_TARGET_PX = 24
_ROWS = """(bar) => new Set([...bar.querySelectorAll('button, [role=status]')]
  .map((one) => one.getBoundingClientRect())
  .map(({ top, bottom }) => Math.round((top + bottom) / 20))).size"""


@pytest.mark.parametrize("place", [USUAL, LONG], ids=lambda place: place.name)
def test_the_bar_has_two_rows_on_a_phone(place: Place, browser: Browser, demo: Demo) -> None:
    """Nothing of it is left out, or becomes too small to be touched."""
    with visiting(browser, demo, PHONE) as visit:
        visit.open(place)
        bar = visit.page.locator("header").first

        assert visit.until(lambda: bar.evaluate(_ROWS) == 2)
        assert bar.get_by_role("status").is_visible()
        targets = [one.bounding_box() for one in bar.get_by_role("button").all()]
        sizes = [min(box["width"], box["height"]) for box in targets if box is not None]
        assert len(sizes) == len(targets) == 8
        assert min(sizes) >= LEAST_TARGET_PX
        assert visit.wider_than_the_screen() == []
