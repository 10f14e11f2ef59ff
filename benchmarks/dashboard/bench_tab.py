"""Two hours of looking at the dashboard, by a fast clock: what the tab holds after one, and in the end."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.places import PLACES
from tests.browser.visit import visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

    from tests.browser.demo import Demo

HOUR, STEP_MS = 240, 15_000
EVERY = 10
GROWTH_AT_MOST = 1.05
MIB = 2**20


@pytest.mark.timeout(900)
def test_an_hour_in_front_of_the_overview(demo: Demo, browser: Browser) -> None:
    """Budget: over the second hour the heap and the elements grow by at most a twentieth.

    The first fills caches, and brings lists and charts to their full length: the demo has just begun.
    """
    with visiting(browser, demo) as visit:
        visit.page.clock.install()
        visit.open(PLACES[0])
        session = visit.page.context.new_cdp_session(visit.page)
        session.send("Performance.enable")
        held: list[dict[str, float]] = []
        for round_ in range(2 * HOUR):
            visit.page.clock.run_for(STEP_MS)
            visit.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
            if round_ >= HOUR and round_ % EVERY == 0:
                held.append(_held(session))

    third = len(held) // 3
    for name in ("heap", "nodes", "listeners"):
        early = statistics.median(one[name] for one in held[:third])
        late = statistics.median(one[name] for one in held[-third:])
        print(f"\n{name}, the second hour: {early:,.0f} at first, {late:,.0f} at last ({late / early:.3f})")
        assert late <= early * GROWTH_AT_MOST


def _held(session: CDPSession) -> dict[str, float]:
    """Return what is left after rubbish was collected."""
    session.send("HeapProfiler.collectGarbage")
    counted: dict[str, Any] = session.send("Performance.getMetrics")
    metrics = {metric["name"]: float(metric["value"]) for metric in counted["metrics"]}
    return {
        "heap": metrics["JSHeapUsedSize"],
        "nodes": metrics["Nodes"],
        "listeners": metrics["JSEventListeners"],
    }
