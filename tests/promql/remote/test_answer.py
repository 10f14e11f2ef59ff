"""Whatever JSON a server sends: a result or a refusal, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.remote.answer import result_of

if TYPE_CHECKING:
    from otel_monitoring.promql.result import Result

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("1.5")
ANY = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
POINTS = st.lists(st.tuples(LEAVES, LEAVES), max_size=3) | ANY
ROWS = st.fixed_dictionaries(
    {"metric": st.dictionaries(st.text(max_size=3), LEAVES, max_size=2) | ANY},
    optional={"value": st.tuples(LEAVES, LEAVES) | ANY, "values": POINTS, "histogram": ANY},
)
BODIES = st.fixed_dictionaries(
    {
        "data": st.fixed_dictionaries(
            {
                "resultType": st.sampled_from(["vector", "matrix", "scalar", "string"]) | LEAVES,
                "result": st.lists(ROWS, max_size=3) | ANY,
            }
        )
        | ANY
    },
    optional={"warnings": ANY, "infos": ANY},
)


def read_or_refused(body: Any) -> Result | None:
    try:
        return result_of(json.loads(json.dumps(body)))
    except QueryError:
        return None


@given(BODIES)
def test_any_answer_is_read_or_refused(body: Any) -> None:
    """As JSON has it, where a number may be too large for anything."""
    found = read_or_refused(body)
    if found is None:
        return
    labels = [labels for labels, _ in found.samples] + [one.labels for one in found.series]
    assert all(isinstance(value, str) for one in labels for _, value in one)
    assert all(isinstance(value, float) for _, value in found.samples)
    assert all(one.times_ms.shape == one.values.shape for one in found.series)


@pytest.mark.parametrize(
    "data",
    [
        {"resultType": "scalar", "result": []},
        {"resultType": "scalar", "result": [1e400, "1"]},
        {"resultType": "string", "result": [0]},
        {"resultType": "matrix", "result": [{"metric": {}, "values": [[10**30, "1"]]}]},
        {"resultType": "matrix", "result": [{"metric": {}, "values": [[0, "1", 2]]}]},
        {"resultType": "vector", "result": [{"metric": {"a": 1}, "value": [0, "1"]}]},
        {"resultType": "vector", "result": [{"metric": [], "value": [0, "1"]}]},
        {"resultType": ["vector"], "result": []},
        {"resultType": "vector", "result": 3},
    ],
)
def test_an_answer_of_another_shape_is_refused(data: Any) -> None:
    with pytest.raises(QueryError, match="does not have the shape of Prometheus's"):
        result_of({"data": data})
