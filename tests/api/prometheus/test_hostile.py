"""Whatever is asked over HTTP, the answer is one that Prometheus could give."""

from __future__ import annotations

from random import Random

import pytest

from tests.api.prometheus.test_application import ask
from tests.promql.fuzz.texts import MAKERS

STATUS_OF = {"bad_data": 400, "execution": 422, "timeout": 503}
HOSTILE = ["", "NaN", "-1", "1e400", "9" * 400, "0x10", "2024-13-01T00:00:00Z", "5m", "\x00", "é", "1;2"]


def check(path: str, **fields: str) -> None:
    answer = ask(path, form=fields)
    body = answer.json()
    if body["status"] == "success":
        assert answer.status_code == 200
        assert set(body["data"]) >= {"resultType", "result"}
    else:
        assert answer.status_code == STATUS_OF[body["errorType"]]
        assert body["error"]


@pytest.mark.parametrize("path", ["query", "query_range"])
def test_any_expression_is_answered_or_refused(path: str) -> None:
    span = {"start": "0", "end": "60", "step": "15"} if path == "query_range" else {}
    for seed in range(300):
        text = MAKERS[seed % len(MAKERS)](Random(seed)).encode(errors="replace").decode()
        check(path, query=text, **span)


@pytest.mark.parametrize("path", ["format_query", "parse_query", "series", "labels", "query_exemplars"])
def test_any_text_is_answered_or_refused_elsewhere(path: str) -> None:
    field = "match[]" if path in {"series", "labels"} else "query"
    for seed in range(150):
        text = MAKERS[seed % len(MAKERS)](Random(seed)).encode(errors="replace").decode()
        answer = ask(path, form={field: text, "start": "0", "end": "60"})
        body = answer.json()
        assert answer.status_code == STATUS_OF.get(body.get("errorType"), 200)
        assert "data" in body or body["error"]


@pytest.mark.parametrize("field", ["time", "timeout", "lookback_delta", "limit", "stats"])
@pytest.mark.parametrize("value", HOSTILE)
def test_any_parameter_is_taken_or_refused(field: str, value: str) -> None:
    check("query", query="orders_total", **{field: value})


@pytest.mark.parametrize("field", ["start", "end", "step"])
@pytest.mark.parametrize("value", HOSTILE)
def test_any_range_is_taken_or_refused(field: str, value: str) -> None:
    check("query_range", **{"query": "orders_total", "start": "0", "end": "60", "step": "15", field: value})
