"""What the server spends on a dashboard that somebody has open."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.browser.places import PLACES
from tests.browser.visit import visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.demo import Demo

TABS, WINDOW_S, ROUNDS = 4, 20, 3
BUDGET_CORE = 0.01


@pytest.mark.timeout(900)
def test_an_open_dashboard(demo: Demo, browser: Browser) -> None:
    """Budget: 1 % of a core for each dashboard that is open, beside the same server with none open."""
    demo.send_visitors_away()
    server = psutil.Process(demo.pid)
    spent: list[float] = []
    for _ in range(ROUNDS):
        alone = _core(server)
        with ExitStack() as open_tabs:
            for _ in range(TABS):
                open_tabs.enter_context(visiting(browser, demo)).open(PLACES[0])
            spent.append((_core(server) - alone) / TABS)

    print(f"\nan open dashboard: {statistics.median(spent):.2%} of a core ({TABS} open, {ROUNDS} windows)")
    assert statistics.median(spent) <= BUDGET_CORE


def _core(server: psutil.Process) -> float:
    """Return the share of a core that the server keeps busy over one window."""
    before, began_s = server.cpu_times(), time.monotonic()
    time.sleep(WINDOW_S)
    after, passed_s = server.cpu_times(), time.monotonic() - began_s
    return (after.user + after.system - before.user - before.system) / passed_s
