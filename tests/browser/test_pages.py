"""Each page says what the API answers, fits the screen, and keeps nobody out.

What a page looks like is kept in ``.artefacts/dashboard``, by day, by night and on a phone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.places import PLACES, Place
from tests.browser.said.facts import unsaid
from tests.browser.visit import DARK, LIGHT, PHONE, Look, Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.demo import Demo
    from tests.browser.said.facts import Facts, Says

PICTURES = Path(__file__).parents[2] / ".artefacts" / "dashboard"
GRAVE = ("serious", "critical")


@pytest.mark.parametrize("place", [place for place in PLACES if place.says], ids=lambda place: place.name)
def test_a_page_says_what_the_api_answers(
    place: Place, demo: Demo, look_at: Callable[[Place, Look], Visit]
) -> None:
    visit = look_at(place, LIGHT)
    asked = place.says_in(demo)
    missing: dict[str, object] = {}

    def agrees() -> bool:
        missing.clear()
        missing.update({of: found for of, says in asked.items() if (found := _missing(visit, of, says))})
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


def _missing(visit: Visit, asked: str, says: Says) -> Facts:
    """Return what the page does not say of the newest answer to a question."""
    answer = visit.answer(*asked.split("?", 1))
    if answer is None:
        return ["no answer"]
    try:
        facts = says(answer)
    except (LookupError, TypeError, ValueError, StopIteration) as error:
        return [f"not such an answer: {error!r}"]  # a shop that was killed a moment ago knows less
    return unsaid(facts, visit.text(), visit.pieces()) if facts else ["nothing to say"]


def _told(violation: dict[str, Any]) -> str:
    """Return what axe found, for people."""
    nodes = [f"{node['html'][:160]}: {node['failureSummary']}" for node in violation["nodes"][:3]]
    return "\n".join([f"{violation['impact']} {violation['id']}: {violation['help']}", *nodes])
