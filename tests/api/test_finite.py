"""Numbers that JSON does not have."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.datastructures import Default
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from otel_monitoring.api.finite import json_text
from otel_monitoring.api.response import FiniteResponse
from tests.api.client import get

VALUES = st.recursive(
    st.floats() | st.integers() | st.text() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


class Body(BaseModel):
    """Numbers at every depth."""

    value: float
    values: list[float]
    anything: Any


def refuse(name: str) -> Any:
    pytest.fail(f"{name} is no JSON")


@given(VALUES)
def test_whatever_is_said_is_json(value: Any) -> None:
    text = json_text(value)

    assert json_text(json.loads(text, parse_constant=refuse)) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_models_are_written_alike(value: float) -> None:
    """Models are written by pydantic, without the class of the answer."""
    app = FastAPI(default_response_class=Default(FiniteResponse))

    @app.get("/")
    def _body() -> Body:
        return Body(value=value, values=[value], anything={"deep": [value]})

    assert get(app, "/").json() == {"value": None, "values": [None], "anything": {"deep": [None]}}


def test_keys_are_texts() -> None:
    assert json_text({float("nan"): 1.0}) == b'{"nan":1.0}'
