"""Accept and refuse what Prometheus's own parser does: the shared expressions' kin, and random mutations."""

from __future__ import annotations

import os

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.language.parse import parse
from tests.promql.language.test_format import EXPRESSIONS

pytestmark = pytest.mark.integration

_REFUSED_BY_NAME = ("step()", "range()", "not supported", "UTF-8", "nest at most")
_BEHIND_A_FLAG = ("not enabled", "must be enabled")


@pytest.fixture(scope="module")
def url() -> str:
    """Return the address of a Prometheus 3, named by ``PROMETHEUS_URL``."""
    found = os.environ.get("PROMETHEUS_URL", "")
    if not found:
        pytest.skip("PROMETHEUS_URL does not name a Prometheus 3")
    return found


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    expr: str = draw(EXPRESSIONS)
    at: int = draw(st.integers(0, len(expr)))
    dropped = draw(st.integers(0, 2))
    put: str = draw(st.sampled_from([*'(){}[]-+^*,"@: 1a', "5m", "by", ""]))
    return expr[:at] + put + expr[at + dropped :]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(expr=_mutated())
def test_takes_what_prometheus_takes(url: str, expr: str) -> None:
    answer: dict[str, str] = httpx.post(f"{url}/api/v1/format_query", data={"query": expr}).json()
    try:
        parse(expr)
        refusal = ""
    except QueryError as error:
        refusal = str(error)

    if any(text in answer.get("error", "") for text in _BEHIND_A_FLAG):
        return
    if any(text in refusal for text in _REFUSED_BY_NAME):
        return
    assert (not refusal) == (answer["status"] == "success"), (refusal, answer)
