"""The dashboard below another path, with the limits on: two tabs are refused nothing."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.browser.demo import Demo, running_demo
from tests.browser.places import by_name
from tests.browser.visit import visiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

A_WHILE_MS = 40_000


@pytest.fixture
def demo(built: Path, tmp_path: Path) -> Iterator[Demo]:
    with running_demo(tmp_path, prefix="/ops/mon", is_limited=True) as demo:
        yield demo


def test_two_tabs_are_refused_nothing(demo: Demo, browser: Browser) -> None:
    """The limits are those of one caller in a minute; both tabs are of the same."""
    with ExitStack() as tabs:
        overview, alerts = (tabs.enter_context(visiting(browser, demo)) for _ in range(2))
        overview.open(by_name("overview"))
        alerts.open(by_name("alerts"))

        overview.page.wait_for_timeout(A_WHILE_MS)

        assert overview.page.url.startswith(f"{demo.origin}/ops/mon/")
        assert overview.until(lambda: overview.answer("dashboard") is not None)
        assert overview.problems + alerts.problems == []
