"""The demo, a browser, and somebody who looks."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.demo import Demo, running_demo
from tests.browser.looks import Looks
from tests.browser.places import OWN
from tests.browser.visit import Visit, running_browser, visiting
from tests.integration.servers import absent, eventually, program

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
OUTAGE_S = 86_400.0
"""Longer than any run of all tests."""

FIRING_S = 180.0
SILENCE = {
    "matchers": ['host="web-17"', 'severity="warning"'],
    "for": "1d",
    "createdBy": "kim",
    "comment": "a disk is replaced",
}
"""Of what never fires here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, and give a slow machine time."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("integration")
            item.add_marker(pytest.mark.timeout(300))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say with a failure what the browser showed and asked."""
    report = yield
    visit = _visit_of(item) if report.when == "call" and report.failed else None
    if visit is not None:
        report.sections.append(("the page", visit.account()))
    return report


@pytest.fixture(scope="session")
def built() -> Path:
    """The dashboard as it was built."""
    folder = ROOT / "otel_monitoring" / "dashboard" / "static"
    if not (folder / "index.html").is_file():
        absent("dashboard", "it was not built; `make dashboard` does it")
    return folder


@pytest.fixture(scope="session")
def demo(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A shop under load whose orders fail, the alert that tells of it, hours before, and what people made."""
    with running_demo(tmp_path_factory.mktemp("demo"), has_past=True) as demo:
        demo.break_payments(OUTAGE_S)
        demo.tell("silences", SILENCE)
        demo.tell("dashboards", OWN)
        eventually(lambda: _fires(demo, "ShopErrors"), timeout_s=FIRING_S, what="the alert")
        yield demo


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of a module; while it runs, none of them may call ``asyncio.run``."""
    with running_browser(program("chromium")) as browser:
        yield browser


@pytest.fixture
def visit(demo: Demo, browser: Browser) -> Iterator[Visit]:
    """Somebody at a desk, by daylight; what went wrong on the page fails the test."""
    with visiting(browser, demo) as visit:
        yield visit
        assert visit.problems == []


@pytest.fixture(scope="module")
def look_at(demo: Demo, browser: Browser) -> Iterator[Looks]:
    """Open a place as somebody looks at it, whose browser stays open for the next place."""
    with ExitStack() as until_the_end:
        yield Looks(lambda look: until_the_end.enter_context(visiting(browser, demo, look)))


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe, which looks for what keeps people out."""
    if not AXE.is_file():
        absent("dashboard", "axe is not installed; `make dashboard` brings it")
    return AXE.read_text(encoding="utf-8")


def _visit_of(item: pytest.Item) -> Visit | None:
    """Return whose page a test looked at, where a fixture opened it."""
    given = getattr(item, "funcargs", {})
    visit, looks = given.get("visit"), given.get("look_at")
    if isinstance(visit, Visit):
        return visit
    return looks.last if isinstance(looks, Looks) else None


def _fires(demo: Demo, rule: str) -> bool:
    alerts = demo.ask("alerts", state="firing")["alerts"]
    return any(alert["rule"] == rule for alert in alerts)
