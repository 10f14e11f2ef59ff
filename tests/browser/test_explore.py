"""Expressions of one's own: completed, put together, wrong at a place; and durations read by keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.places import RATE, Place, by_name

if TYPE_CHECKING:
    from tests.browser.visit import Visit

NOTHING_ASKED = Place("explore-nothing", "#/explore")
ONE_WRONG = Place("explore-wrong", f"#/explore?query={RATE}&query2=process_memory_usage_bytes%7B")
TABLE = Place("explore-table", "#/explore?view=table&query=http_server_request_duration_seconds_count")
METRIC = "http_server_request_duration_seconds"


def test_names_of_metrics_are_completed_while_one_types(visit: Visit) -> None:
    """The editor's styles and its looking up pass the policy of the page, or there would be problems."""
    visit.open(NOTHING_ASKED)
    editor = visit.page.get_by_role("textbox", name="Expression A")

    editor.click()
    visit.page.keyboard.type("sum(rate(http", delay=20)
    visit.page.locator(".cm-tooltip-autocomplete li").first.wait_for()  # names of metrics are known by now
    visit.page.keyboard.type("_server_request_dur", delay=20)
    offered = visit.page.get_by_role("option", name=f"{METRIC}_count")

    offered.first.wait_for()
    assert editor.inner_text().startswith("sum(rate(http_server_request_dur")
    assert visit.page.locator("style").count() == 0


def test_an_expression_is_asked_by_enter_and_stands_in_the_address(visit: Visit) -> None:
    visit.open(NOTHING_ASKED)

    visit.page.get_by_role("textbox", name="Expression A").click()
    visit.page.keyboard.type("1 + 1", delay=20)
    visit.page.keyboard.press("Control+Enter")

    assert visit.until(lambda: "query=1+%2B+1" in visit.page.url)
    assert visit.until(lambda: visit.page.get_by_role("slider", name="1 + 1 over time").count() == 1)


def test_a_mistake_is_told_at_its_place_and_leaves_the_others_be(visit: Visit) -> None:
    visit.may_be_refused(400)
    visit.open(ONE_WRONG)

    told = visit.page.get_by_role("alert").filter(has_text="process_memory_usage_bytes{")
    told.wait_for()

    assert "▲" in told.inner_text()
    expect(visit.page.get_by_role("slider", name=re.compile("over time"))).to_have_count(1)


def test_a_question_is_put_together_without_promql(visit: Visit) -> None:
    visit.open(NOTHING_ASKED)

    visit.page.get_by_label("What is measured").fill(METRIC)
    visit.page.get_by_role("button", name="http_route", exact=True).click()
    visit.page.get_by_role("button", name="Ask this").click()

    assert visit.until(lambda: "histogram_quantile" in visit.page.url)
    assert visit.until(lambda: "/orders" in visit.text())


def test_a_table_has_a_column_for_each_label_that_differs(visit: Visit) -> None:
    visit.open(TABLE)

    headings = visit.page.get_by_role("columnheader")

    assert visit.until(lambda: "http_route" in headings.all_inner_texts())
    assert "job" not in headings.all_inner_texts()


def test_durations_are_read_by_keys(visit: Visit) -> None:
    visit.open(by_name("endpoint"))
    heat = visit.page.get_by_role("slider", name="Durations of requests over time")
    heat.wait_for()

    heat.focus()
    visit.page.keyboard.press("ArrowLeft")
    visit.page.keyboard.press("ArrowUp")

    expect(heat).to_have_attribute("aria-valuetext", re.compile(r"\d\d:\d\d.* requests$"))
