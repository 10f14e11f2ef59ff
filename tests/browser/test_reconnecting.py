"""The server goes away and comes back, and whoever looks at the page is told both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.places import PLACES
from tests.browser.visit import visiting
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.demo import Demo

OVERVIEW = PLACES[0]
ALERT = "ShopErrors"
AWAY = "net::ERR_"
"""What the browser itself says of a server that does not answer."""


def test_a_server_that_was_killed_is_said_to_be_away_and_recovers(demo: Demo, browser: Browser) -> None:
    with visiting(browser, demo) as visit:
        visit.open(OVERVIEW)
        assert visit.until(lambda: ALERT in visit.text())

        demo.kill()
        told = visit.until(lambda: "reconnecting" in _all(visit.page))
        kept = visit.text()
        demo.start_again()
        recovered = visit.until(lambda: "reconnecting" not in _all(visit.page))

        assert told
        assert recovered
        assert ALERT in kept
        assert visit.until(lambda: visit.answer("dashboard") is not None)
        assert [problem for problem in visit.problems if AWAY not in problem] == []
        eventually(lambda: ALERT in _firing(demo), what="the alert after the restart")


def _firing(demo: Demo) -> set[str]:
    return {alert["rule"] for alert in demo.ask("alerts", state="firing")["alerts"]}


def _all(page: Page) -> str:
    return page.locator("body").inner_text().lower()
