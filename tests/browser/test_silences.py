"""A silence that is edited, and one that is made again, in a browser."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.places import Place
from tests.browser.visit import DARK, PHONE, visiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

    from tests.browser.demo import Demo
    from tests.browser.visit import Look, Visit

SILENCES = Place("silences", "#/alerts/silences")


class Silenced:
    """A host that nobody has, so that no alert of the demo is quiet because of it."""

    def __init__(self, demo: Demo) -> None:
        self.host = f"host-{uuid.uuid4().hex[:8]}"
        self._demo = demo
        self.id = str(
            demo.tell(
                "silences",
                {
                    "matchers": [f'host="{self.host}"'],
                    "for": "90m",
                    "createdBy": "kim",
                    "comment": "an upgrade",
                },
            )["id"]
        )

    def found(self, state: str) -> dict[str, Any] | None:
        """Return the silence of this host in a state."""
        silences = self._demo.ask("silences", state=state)["silences"]
        return next((one for one in silences if self.host in one["matchers"][0]["value"]), None)

    def end(self) -> None:
        for state in ("active", "pending"):
            if (left := self.found(state)) is not None:
                self._demo.forget(f"silences/{left['id']}?by=test")


@pytest.fixture
def silenced(demo: Demo) -> Iterator[Silenced]:
    """A silence that is over at the end."""
    silenced = Silenced(demo)
    yield silenced
    silenced.end()


def test_a_silence_is_edited_in_place(visit: Visit, silenced: Silenced) -> None:
    """Its end stays unless another length is chosen."""
    before = silenced.found("active")
    assert before is not None
    visit.open(SILENCES)
    row = _row(visit, silenced)

    row.get_by_role("button", name="Edit").click()
    form = visit.page.locator("main form")
    conditions = form.get_by_label("What is to be quiet")
    assert conditions.input_value() == f'host="{silenced.host}"'
    assert visit.is_focused(conditions)
    assert form.get_by_label("Why").input_value() == "an upgrade"
    assert form.get_by_role("button", name="Save the changes").is_disabled()
    form.get_by_label("Why").fill("a longer upgrade")
    form.get_by_label("Who").fill("sam")
    form.get_by_role("button", name="Save the changes").click()

    assert visit.until(lambda: "a longer upgrade" in row.inner_text())
    after = silenced.found("active")
    assert after is not None
    assert {**after, "comment": "", "updatedAt": ""} == {**before, "comment": "", "updatedAt": ""}


@pytest.mark.parametrize("look", [DARK, PHONE], ids=lambda look: look.name)
def test_the_form_of_a_change_is_for_everybody(
    look: Look, demo: Demo, browser: Browser, axe: str, silenced: Silenced
) -> None:
    """Axe finds nothing that keeps people out, and nothing is wider than the screen."""
    with visiting(browser, demo, look) as visit:
        visit.open(SILENCES)
        _row(visit, silenced).get_by_role("button", name="Edit").click()
        visit.page.locator("main form").get_by_role("status").get_by_text("Matches nothing").wait_for()
        visit.page.evaluate(axe)

        found = visit.page.evaluate("() => axe.run('main')")

        assert [one["help"] for one in found["violations"]] == []
        assert visit.wider_than_the_screen() == []
        assert visit.problems == []


def test_other_conditions_put_a_new_silence_in_its_place(visit: Visit, silenced: Silenced) -> None:
    """What they match is shown before."""
    visit.open(SILENCES)

    _row(visit, silenced).get_by_role("button", name="Edit").click()
    form = visit.page.locator("main form")
    form.get_by_label("What is to be quiet").fill(f'host=~"{silenced.host}|other"')
    form.get_by_role("status").get_by_text("Matches nothing that fires now").wait_for()
    form.get_by_label("Who").fill("sam")
    form.get_by_role("button", name="Save the changes").click()

    assert visit.until(lambda: "Silenced until" in visit.text())
    assert visit.is_focused(visit.page.get_by_role("status").filter(has_text="Silenced until"))
    made, over = silenced.found("active"), silenced.found("expired")
    assert made is not None
    assert made["id"] != silenced.id
    assert made["matchers"][0]["isRegex"]
    assert over is not None
    assert over["id"] == silenced.id


def test_a_silence_that_is_over_is_made_again(visit: Visit, demo: Demo, silenced: Silenced) -> None:
    """The form is filled in; left by keyboard, the focus is back at the button."""
    demo.forget(f"silences/{silenced.id}?by=test")
    visit.open(SILENCES)
    again = _row(visit, silenced).get_by_role("button", name="Make again")

    again.click()
    form = visit.page.locator("main form")
    form.get_by_role("button", name="Leave it").press("Enter")
    assert visit.until(lambda: visit.page.locator("main form").count() == 0)
    assert visit.is_focused(again)
    again.press("Enter")
    assert form.get_by_label("What is to be quiet").input_value() == f'host="{silenced.host}"'
    form.get_by_label("Who").fill("sam")
    form.get_by_role("button", name="Silence for 1h").click()

    assert visit.until(lambda: "Silenced until" in visit.text())
    made = silenced.found("active")
    assert made is not None
    assert (made["createdBy"], made["comment"]) == ("sam", "an upgrade")


def _row(visit: Visit, silenced: Silenced) -> Locator:
    """Return the row of the silence, as soon as it is there."""
    row = visit.page.locator("main ul > li", has=visit.page.get_by_role("button")).filter(
        has_text=silenced.host
    )
    row.wait_for()
    return row
