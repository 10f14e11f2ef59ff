"""In by the printed link, and in again where a session is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.demo import TOKEN
from tests.browser.places import by_name
from tools.demo.town import FIRST_LOOK

if TYPE_CHECKING:
    from tests.browser.demo import Demo
    from tests.browser.visit import Visit


def test_the_link_of_the_demo_leads_to_the_last_minutes(visit: Visit, demo: Demo) -> None:
    visit.page.goto(f"{demo.link}{FIRST_LOOK}")
    visit.settle()

    assert visit.page.url == f"{demo.page}{FIRST_LOOK}"
    expect(visit.page.get_by_text("last 15m")).to_have_count(1)


def test_a_session_that_is_over_begins_anew_at_the_same_place(visit: Visit) -> None:
    visit.may_be_refused(401)
    visit.open(by_name("endpoints"))
    address = visit.page.url

    visit.page.context.clear_cookies()
    visit.page.get_by_label("Token or API key").fill(TOKEN)
    visit.page.get_by_role("button", name="Sign in").click()

    assert visit.until(lambda: visit.page.locator("dialog[open]").count() == 0)
    assert visit.page.url == address
    assert visit.until(lambda: "POST /orders" in visit.text())
