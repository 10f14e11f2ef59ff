"""Whatever is sent, the answer is one of ours and everything can still be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.api.alerting.instance import Instance

TIMES = st.sampled_from(
    [
        "2030-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "1969-12-31T00:00:00Z",
        "soon",
        "",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=8), st.sampled_from(["kim", "\ud800", "\x00", "a=~b", 'a=~"("', "a=b,c!=d", "{a=b}"])
)
JUNK = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.lists(TEXTS, max_size=2))
MATCHERS = st.lists(
    st.one_of(
        TEXTS,
        st.fixed_dictionaries(
            {"name": TEXTS, "value": TEXTS, "isRegex": st.booleans(), "isEqual": st.booleans()}
        ),
        JUNK,
    ),
    max_size=3,
)
SILENCES = st.fixed_dictionaries(
    {},
    optional={
        "matchers": st.one_of(MATCHERS, st.just(["a=b"]), JUNK),
        "startsAt": st.one_of(TIMES, JUNK),
        "endsAt": st.one_of(TIMES, JUNK),
        "for": st.one_of(st.sampled_from(["1h", "292y", "0s", "300y"]), JUNK),
        "createdBy": st.one_of(TEXTS, JUNK),
        "comment": st.one_of(TEXTS, JUNK),
        "id": st.one_of(TEXTS, JUNK),
    },
)
WORDS = st.fixed_dictionaries(
    {}, optional={"by": st.one_of(TEXTS, JUNK), "comment": JUNK, "for": st.one_of(st.just("292y"), JUNK)}
)
EXPECTED = {200, 201, 204, 400, 404, 409, 413, 415, 422}
FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def send(instance: Instance, method: str, path: str, body: Any) -> int:
    content = json.dumps(body).encode()
    return instance.ask(method, path, content=content, content_type="application/json").status_code


def can_be_read(instance: Instance) -> None:
    for path in ("/silences", "/alertmanager/api/v2/silences", "/alerts", "/alerts/history", "/audit"):
        assert instance.ask("GET", path).status_code == 200, path


@FEW
@given(
    body=SILENCES, path=st.sampled_from(["/silences", "/alertmanager/api/v2/silences", "/silences/preview"])
)
def test_silences_of_any_form(instance: Instance, body: dict[str, Any], path: str) -> None:
    assert send(instance, "POST", path, body) in EXPECTED
    can_be_read(instance)


@FEW
@given(body=SILENCES)
def test_changes_of_any_form(instance: Instance, body: dict[str, Any]) -> None:
    made = {"matchers": ["a=b"], "for": "1h", "createdBy": "kim", "comment": "c"}
    found = instance.get("/silences")["silences"] or [instance.ask("POST", "/silences", json=made).json()]

    assert send(instance, "PUT", f"/silences/{found[0]['id']}", body) in EXPECTED
    can_be_read(instance)


@FEW
@given(body=WORDS, verb=st.sampled_from(["acknowledge", "resolve"]))
def test_words_of_any_form(instance: Instance, body: dict[str, Any], verb: str) -> None:
    path = f"/alerts/{instance.fingerprint('TooManyOrders')}/{verb}"

    assert send(instance, "POST", path, body) in EXPECTED
    can_be_read(instance)


@FEW
@given(text=st.text(max_size=12))
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/alerts/history", ("since", "until", "rule", "fingerprint", "limit")),
        ("/deliveries", ("receiver", "outcome", "limit")),
        ("/alertmanager/api/v2/alerts", ("filter", "receiver", "active")),
        ("/alertmanager/api/v2/silences", ("filter",)),
    ],
)
def test_queries_of_any_form(instance: Instance, path: str, names: tuple[str, ...], text: str) -> None:
    for name in names:
        assert instance.ask("GET", path, params={name: text}).status_code in EXPECTED


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"x"', b"1e999"])
def test_bodies_that_are_no_objects(instance: Instance, body: bytes) -> None:
    for path in ("/silences", "/silences/preview", "/alertmanager/api/v2/silences"):
        answer = instance.ask("POST", path, content=body, content_type="application/json")
        assert answer.status_code in EXPECTED - {200, 201}, path
