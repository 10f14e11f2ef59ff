"""Answers that are given again without the framework, behind the same gate."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, Request, Response

from otel_monitoring.api.again import Repeated, can_be_repeated
from otel_monitoring.api.refused import RefusedError
from tests.api.asking import Asked


class Counter:
    """A route that counts how often it is found, and answers how often it was made."""

    def __init__(self) -> None:
        self.found = 0
        self.made = 0
        self.is_fresh = True
        self.is_refusing = False
        router = APIRouter()
        router.get("/count")(self.route)
        self.asked = Asked(router)

    def route(self, request: Request, step: int = 1) -> Response:
        self.found += 1
        repeated = Repeated(
            known=lambda: self._text(step) if self.is_fresh else None, made=lambda: self.make(step)
        )
        text = repeated.made()
        can_be_repeated(request.scope, repeated)
        return Response(text, media_type="application/json")

    def make(self, step: int) -> bytes:
        if self.is_refusing:
            msg = "it is not there any more"
            raise RefusedError(msg, field="query.step")
        self.made += step
        return self._text(step)

    def _text(self, step: int) -> bytes:
        return f'{{"made": {self.made}, "step": {step}}}'.encode()


@pytest.fixture
def counter() -> Counter:
    return Counter()


def test_the_same_question_finds_its_route_once(counter: Counter) -> None:
    first, second = counter.asked.get("/count"), counter.asked.get("/count")

    assert (counter.found, counter.made) == (1, 1)
    assert (second.status_code, second.json()) == (200, {"made": 1, "step": 1})
    left_out = {"date"}
    assert {k: v for k, v in second.headers.items() if k not in left_out} == {
        k: v for k, v in first.headers.items() if k not in left_out
    }


def test_what_is_not_good_any_more_is_made_anew_without_the_route(counter: Counter) -> None:
    counter.asked.get("/count")
    counter.is_fresh = False

    assert counter.asked.get("/count").json()["made"] == 2
    assert counter.found == 1


def test_another_question_is_another_answer(counter: Counter) -> None:
    counter.asked.get("/count")

    assert counter.asked.get("/count", step=5).json() == {"made": 6, "step": 5}
    assert counter.asked.get("/count", step="many").status_code == 422
    assert counter.asked.get("/count", stop=1).status_code == 422


def test_what_is_known_can_be_left_out(counter: Counter) -> None:
    tag = counter.asked.get("/count").headers["etag"]

    again = counter.asked.ask("GET", "/count", headers={"if-none-match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_a_stranger_gets_nothing_of_what_others_were_answered(counter: Counter) -> None:
    counter.asked.get("/count")

    refused = counter.asked.ask("GET", "/count", token="guessed")

    assert refused.status_code == 401
    assert "made" not in refused.text


def test_a_refusal_is_said_by_the_route(counter: Counter) -> None:
    counter.asked.get("/count")
    counter.is_fresh, counter.is_refusing = False, True

    refused = counter.asked.get("/count")

    assert refused.status_code == 422
    assert refused.json()["detail"].endswith("it is not there any more")


def test_only_the_newest_questions_are_kept(counter: Counter) -> None:
    for step in range(40):
        counter.asked.get("/count", step=step)
    counter.found = 0

    counter.asked.get("/count", step=39)
    assert counter.found == 0
    counter.asked.get("/count", step=0)
    assert counter.found == 1
