"""Accept and refuse what Prometheus's own parser does: the shared expressions' kin, and random mutations."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.language.format import formatted
from otel_monitoring.promql.language.parse import parse
from tests.promql.generated import Maker
from tests.promql.language.test_format import EXPRESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCRIPTS = Path(__file__).parents[4] / "shared" / "conformance" / "promql"
_REFUSED_BY_NAME = ("step()", "range()", "not supported", "UTF-8", "nest at most")
_BEHIND_A_FLAG = ("not enabled", "must be enabled")
_EXPLAINED = re.compile(
    r"^\+|\{__name__=|\[[^\]]*[-+*/][^\]]*\]|offset \(|\[\w+:\w*\].*\[\w+:\w*\]", re.ASCII
)
"""Where ours is printed in other words for the same thing: a plus in front goes, so does a name in braces,
arithmetic in durations is done, and subqueries in subqueries are indented."""
_WHEN = r"(?:instant(?: at \S+)?|range from \S+ to \S+ step \S+)"
_EVAL = re.compile(rf"^eval(?:_\w+)?\s+{_WHEN}\s+(?P<expr>.+)$", re.MULTILINE)


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    expr: str = draw(EXPRESSIONS)
    at: int = draw(st.integers(0, len(expr)))
    dropped = draw(st.integers(0, 2))
    put: str = draw(st.sampled_from([*'(){}[]-+^*,"@: 1a', "5m", "by", ""]))
    return expr[:at] + put + expr[at + dropped :]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(expr=_mutated())
def test_takes_what_prometheus_takes(prometheus_url: str, expr: str) -> None:
    answer: dict[str, str] = httpx.post(f"{prometheus_url}/api/v1/format_query", data={"query": expr}).json()
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


def scripted() -> list[str]:
    """Return the expressions of the shared scripts."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.glob("*.test"))]
    return sorted({found["expr"].strip() for text in texts for found in _EVAL.finditer(text)})


def made() -> list[str]:
    """Return expressions made at random, always the same."""
    return [Maker(Random(seed)).expression() for seed in range(400)]


@pytest.mark.parametrize("source", [scripted, made])
def test_prints_what_prometheus_prints(prometheus_url: str, source: Callable[[], list[str]]) -> None:
    expressions = source()
    if not expressions:
        pytest.skip("../shared/conformance/promql is not there")
    with httpx.Client(base_url=f"{prometheus_url}/api/v1") as client:
        wrong = [difference for expr in expressions for difference in differences(client, expr)]

    assert wrong == [], "\n".join(wrong)


def differences(client: httpx.Client, expr: str) -> Iterator[str]:
    """Format an expression here and there; yield what differs, unless it needs a flag."""
    answer = client.post("/format_query", data={"query": expr}).json()
    if any(text in answer.get("error", "") for text in _BEHIND_A_FLAG):
        return
    expected = answer.get("data") if answer["status"] == "success" else None
    try:
        printed = formatted(expr)
    except QueryError as error:
        if expected is not None and not any(text in str(error) for text in _REFUSED_BY_NAME):
            yield f"{expr}\n  refused: {error}\n  expected: {expected}"
        return
    if printed != expected and not (_EXPLAINED.search(expr) and parse(printed) == parse(expected or "")):
        yield f"{expr}\n  printed: {printed}\n  expected: {expected or answer}"
