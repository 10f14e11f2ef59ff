"""A dashboard is taken along as a file and brought back as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.places import OWN, by_name
from tests.browser.said.facts import unsaid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.browser.demo import Demo
    from tests.browser.said.facts import Says
    from tests.browser.visit import Visit

FILE = "main input[type=file]"


@pytest.fixture
def original(demo: Demo) -> dict[str, Any]:
    """The dashboard that the demo has."""
    return _called(demo, OWN["title"])[0]


@pytest.fixture
def copies(demo: Demo, original: dict[str, Any]) -> Iterator[None]:
    """Those that are made of it are gone at the end."""
    yield
    for one in _called(demo, OWN["title"]):
        if one["id"] != original["id"]:
            demo.forget(f"dashboards/{one['id']}")


@pytest.mark.usefixtures("copies")
def test_what_was_exported_is_imported_as_it_was(
    visit: Visit, demo: Demo, original: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "dashboard.json"
    visit.open(by_name("dashboard"))
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("link", name="Export", exact=True).click()
    waiting.value.save_as(file)

    visit.open(by_name("dashboards"))
    visit.page.set_input_files(FILE, file)

    told = visit.page.get_by_role("status").filter(has_text="was imported with 3 panels")
    told.wait_for()
    (copy,) = (one for one in _called(demo, OWN["title"]) if one["id"] != original["id"])
    assert [_content(panel) for panel in copy["panels"]] == [_content(panel) for panel in original["panels"]]
    assert copy["description"] == original["description"]
    told.get_by_role("link", name=OWN["title"]).click()
    assert visit.until(lambda: _shown(visit, by_name("dashboard").says)), visit.text()


def _shown(visit: Visit, says: Mapping[str, Says]) -> bool:
    """Tell whether the page says what its queries answered."""
    answers = {asked: visit.answer(*asked.split("?", 1)) for asked in says}
    return all(answers.values()) and not any(
        unsaid(says[asked](answer), visit.text(), visit.pieces()) for asked, answer in answers.items()
    )


def _called(demo: Demo, title: str) -> list[dict[str, Any]]:
    listed = demo.ask("dashboards")["dashboards"]
    return [demo.ask(f"dashboards/{one['id']}") for one in listed if one["title"] == title]


def _content(panel: dict[str, Any]) -> dict[str, Any]:
    """Return all of a panel but what it is known by on its dashboard."""
    return {name: value for name, value in panel.items() if name != "id"}
