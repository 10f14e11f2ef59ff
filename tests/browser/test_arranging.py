"""A dashboard is arranged: by the editor, by keys, on a phone; and what somebody arranged is not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.places import RATE, Place
from tests.browser.visit import PHONE, visiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.demo import Demo
    from tests.browser.visit import Visit

LIST = Place("dashboards", "#/dashboards")


def panel(title: str, x: int) -> dict[str, Any]:
    queries = [{"expr": "process_uptime_seconds", "legend": ""}]
    return {"title": title, "kind": "line", "queries": queries, "place": {"x": x, "y": 0, "w": 6, "h": 4}}


@pytest.fixture
def checkout(demo: Demo) -> Iterator[str]:
    """The id of a dashboard with two panels side by side."""
    body = {"title": "Checkout", "description": "", "panels": [panel("Left", 0), panel("Right", 6)]}
    found = str(demo.tell("dashboards", body)["id"])
    yield found
    if any(one["id"] == found for one in demo.ask("dashboards")["dashboards"]):
        demo.forget(f"dashboards/{found}")


def arranging(dashboard: str) -> Place:
    return Place("arranging", f"#/dashboards/{dashboard}?edit=1")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Arrange").wait_for()


def test_a_new_one_is_made_when_it_is_saved(visit: Visit, demo: Demo) -> None:
    before = {one["id"] for one in demo.ask("dashboards")["dashboards"]}
    visit.open(LIST)
    visit.page.get_by_role("button", name="New dashboard").click()
    visit.page.get_by_role("button", name="Discard").click()
    visit.page.get_by_role("button", name="New dashboard").click()
    visit.page.get_by_label("Title").fill("Made when saved")

    save(visit.page)

    made = [one for one in demo.ask("dashboards")["dashboards"] if one["id"] not in before]
    assert [one["title"] for one in made] == ["Made when saved"]
    demo.forget(f"dashboards/{made[0]['id']}")


def test_a_panel_is_written_with_completion(visit: Visit, demo: Demo, checkout: str) -> None:
    page = visit.page
    visit.open(arranging(checkout))
    page.get_by_role("button", name="Add a panel").click()
    page.get_by_role("dialog").get_by_label("Title").fill("Requests")
    page.get_by_role("textbox", name="Query 1, in PromQL").click()
    page.keyboard.type("rate(http", delay=20)
    page.locator(".cm-tooltip-autocomplete li").first.wait_for()  # names of metrics are known by now
    page.keyboard.type("_server_request_dur", delay=20)
    page.get_by_role("option", name="http_server_request_duration_seconds_count").click()
    page.keyboard.type("[$__r", delay=20)
    page.get_by_role("option", name="$__rate_interval").click()

    page.get_by_role("button", name="Done").click()
    save(page)

    [added] = [one for one in demo.ask(f"dashboards/{checkout}")["panels"] if one["title"] == "Requests"]
    assert added["queries"][0]["expr"] == (
        "rate(http_server_request_duration_seconds_count[$__rate_interval])"
    )


def test_a_panel_without_a_query_is_not_done(browser: Browser, demo: Demo, checkout: str) -> None:
    """On a phone what is wrong stands far above the button; it comes into view."""
    with visiting(browser, demo, PHONE) as visit:
        visit.open(arranging(checkout))
        visit.page.get_by_role("button", name="Add a panel").click()

        visit.page.get_by_role("button", name="Done").click()

        told = visit.page.get_by_role("alert").filter(has_text="Say in PromQL what it shows")
        expect(told).to_be_in_viewport()


def test_what_was_written_is_not_lost_by_a_press_beside_it(visit: Visit, checkout: str) -> None:
    page = visit.page
    visit.open(arranging(checkout))
    page.get_by_role("button", name="Edit Left").click()
    page.get_by_role("dialog").get_by_label("Title").fill("Longer")

    page.mouse.click(5, 500)
    page.get_by_text("closing once more lets go of it").wait_for()
    page.get_by_role("button", name="Done").click()

    page.get_by_role("heading", name="Longer").wait_for()


def test_escape_asks_before_it_lets_go_of_what_was_written(visit: Visit, checkout: str) -> None:
    """Every time anew; the browser closes nothing itself, and once it is closed it opens again."""
    page = visit.page
    visit.open(arranging(checkout))
    page.get_by_role("button", name="Edit Left").click()
    title = page.get_by_role("dialog").get_by_label("Title")
    title.fill("Longer")
    warning = page.get_by_text("closing once more lets go of it")

    page.keyboard.press("Escape")
    warning.wait_for()
    title.fill("Longer still")
    expect(warning).to_have_count(0)
    page.keyboard.press("Escape")
    warning.wait_for()
    expect(title).to_have_value("Longer still")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="Edit Left").click()
    expect(title).to_have_value("Left")


def test_panels_are_moved_by_keys(visit: Visit, demo: Demo, checkout: str) -> None:
    page = visit.page
    visit.open(arranging(checkout))
    page.get_by_role("button", name="Resize Left").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Remove Right").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Put it back")).to_be_focused()
    page.keyboard.press("Enter")

    save(page)

    panels = {one["title"]: one["place"]["h"] for one in demo.ask(f"dashboards/{checkout}")["panels"]}
    assert panels == {"Left": 5, "Right": 4}
    expect(page.get_by_role("button", name="Arrange")).to_be_focused()


def test_panels_change_places_on_a_phone(browser: Browser, demo: Demo, checkout: str) -> None:
    with visiting(browser, demo, PHONE) as visit:
        visit.open(arranging(checkout))
        visit.page.get_by_role("button", name="Move Right up").click()
        save(visit.page)

        expect(visit.page.locator("section h2")).to_have_text(["Right", "Left"], use_inner_text=True)
        assert visit.wider_than_the_screen() == []
        assert visit.problems == []


def test_what_is_not_saved_is_there_after_a_look_at_another_page(visit: Visit, checkout: str) -> None:
    page = visit.page
    visit.open(arranging(checkout))
    page.get_by_label("Title").fill("Half done")
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("heading", name="Overview").wait_for()

    page.go_back()

    page.get_by_text("You go on where you left").wait_for()
    expect(page.get_by_label("Title")).to_have_value("Half done")


def test_of_two_who_save_the_slower_one_chooses(
    visit: Visit, browser: Browser, demo: Demo, checkout: str
) -> None:
    visit.may_be_refused(409)
    visit.open(arranging(checkout))
    visit.page.get_by_label("Title").fill("Mine")
    with visiting(browser, demo) as other:
        other.open(arranging(checkout))
        other.page.get_by_label("Title").fill("Theirs")
        save(other.page)

    visit.page.get_by_role("button", name="Save").click()
    visit.page.get_by_role("button", name="Take theirs").click()
    visit.page.get_by_role("button", name="Close").wait_for()

    expect(visit.page.get_by_label("Title")).to_have_value("Theirs")


def test_one_that_was_removed_meanwhile_is_brought_back(visit: Visit, demo: Demo, checkout: str) -> None:
    page = visit.page
    visit.may_be_refused(404)
    visit.open(arranging(checkout))
    page.get_by_label("Title").fill("Still wanted")
    demo.forget(f"dashboards/{checkout}")

    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Bring it back as I arranged it").click()
    page.get_by_role("button", name="Arrange").wait_for()

    assert demo.ask(f"dashboards/{checkout}")["title"] == "Still wanted"


def test_a_query_of_explore_is_added_to_a_dashboard(visit: Visit, demo: Demo, checkout: str) -> None:
    page = visit.page
    visit.open(Place("explore", f"#/explore?query={RATE}"))
    page.get_by_role("button", name="Add to dashboard").click()
    page.get_by_label("Dashboard", exact=True).select_option(checkout)
    page.get_by_label("Title of the panel").fill("Found")

    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("It is on").wait_for()

    titles = [one["title"] for one in demo.ask(f"dashboards/{checkout}")["panels"]]
    assert sorted(titles) == ["Found", "Left", "Right"]
