"""The page of routes, and the examples on it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.api.document.document import operations
from otel_monitoring.api.document.examples import examples
from tools.docs import rest_api
from tools.docs.page import ROOT
from tools.docs.rest_asked import ASKED
from tools.docs.rest_examples import ENDLESS, ask, asked_of, path_of
from tools.docs.rest_rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATES = (200, 201, 202, 204, 307)
_REFUSED = {"postAlertmanagerApiV2Alerts": 400}
"""What is always refused."""


@pytest.fixture
def rig(fresh_process: pytest.MonkeyPatch) -> Iterator[Rig]:
    logging.disable(logging.CRITICAL)
    with Rig() as found:
        yield found
    logging.disable(logging.NOTSET)


def _all(rig: Rig) -> list[tuple[str, str, str]]:
    """Return method, path and name of every operation."""
    return [(method, path, one["operationId"]) for path, method, one in operations(rig.document())]


def test_the_page_is_what_the_generator_prints(fresh_process: pytest.MonkeyPatch) -> None:
    """Where it fails: ``python -m tools.docs.rest_api --write``."""
    assert (ROOT / rest_api.PATH).read_text(encoding="utf-8") == rest_api.page()


def test_every_route_has_an_example_that_was_answered(rig: Rig) -> None:
    """Where it fails: ``tools/docs/rest_asked.py`` says what to ask, ``tools.docs.rest_examples`` asks it."""
    known, names = examples(), [name for _, _, name in _all(rig)]

    assert [name for name in names if name not in known] == []
    assert [name for name in known if name not in names] == []
    assert [name for name in ASKED if name not in names] == []
    assert {
        name: example["status"] for name, example in known.items() if example["status"] not in _STATES
    } == _REFUSED


def test_every_example_is_answered_as_it_is_shown(rig: Rig) -> None:
    known = examples()
    wrong: dict[str, Any] = {}
    for method, path, name in _all(rig):
        if name == ENDLESS:
            continue
        asked = asked_of(name, path)
        answer = ask(rig, method, asked, path_of(asked, rig))
        shown = known[name]
        if answer.status_code != shown["status"] or not _is_alike(answer, shown):
            wrong[name] = (answer.status_code, answer.text[:300])

    assert wrong == {}


def _is_alike(answer: Any, shown: dict[str, Any]) -> bool:
    """Tell whether an answer has the form of the one that is shown: the same fields at the top."""
    if not isinstance(shown.get("answer"), dict) or shown["path"] == "/openapi.json":
        return True
    fields = {*answer.json(), "detail", "instance", "errors"}
    return set(shown["answer"]) <= fields
