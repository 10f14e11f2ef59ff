"""Each page says what the API answers, fits the screen, and keeps nobody out.

What a page looks like is kept in ``.artefacts/dashboard``, by day, by night and on a phone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.places import PLACES, Place
from tests.browser.visit import DARK, LIGHT, PHONE, Look, Visit

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURES = Path(__file__).parents[2] / ".artefacts" / "dashboard"
GRAVE = ("serious", "critical")


@pytest.mark.parametrize("place", [place for place in PLACES if place.answer], ids=lambda place: place.name)
def test_a_page_says_what_the_api_answers(place: Place, look_at: Callable[[Place, Look], Visit]) -> None:
    visit = look_at(place, LIGHT)
    missing: list[str] = []

    def agrees() -> bool:
        answer, text = visit.answer(place.answer), visit.text()
        missing[:] = ["no answer"] if answer is None else _missing(place.says(answer), text)
        return not missing

    assert visit.until(agrees), f"not on the page: {missing}\n{visit.text()}"


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("look", [LIGHT, DARK, PHONE], ids=lambda look: look.name)
def test_a_page_is_for_everybody(
    place: Place, look: Look, axe: str, look_at: Callable[[Place, Look], Visit]
) -> None:
    """Nothing goes wrong, nothing is wider than the screen, and axe finds nothing that keeps people out."""
    visit = look_at(place, look)
    visit.picture(PICTURES / f"{place.name}-{look.name}.png")
    visit.page.evaluate(axe)

    found = visit.page.evaluate("() => axe.run()")

    assert visit.problems == []
    assert visit.wider_than_the_screen() == []
    assert [_told(one) for one in found["violations"] if one["impact"] in GRAVE] == []
    assert len(found["passes"]) > 10


def _missing(texts: list[str], said: str) -> list[str]:
    return [text for text in texts if text not in said]


def _told(violation: dict[str, Any]) -> str:
    """Return what axe found, for people."""
    nodes = [f"{node['html'][:160]}: {node['failureSummary']}" for node in violation["nodes"][:3]]
    return "\n".join([f"{violation['impact']} {violation['id']}: {violation['help']}", *nodes])
