"""``/metrics`` and ``/metrics.json`` behind the gate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from otel_monitoring.api.exposition.document import MetricsBody
from otel_monitoring.api.exposition.router import exposition_router
from otel_monitoring.api.router import build_api
from otel_monitoring.model.labels import Labels
from otel_monitoring.testing import FakeClock
from tests.api.access.opened import opened_by
from tests.api.client import get
from tests.api.exposition.test_page import HISTOGRAM, REQUESTS, T_MS, UP, store_of
from tests.api.test_router import AlertsFake, HealthFake

if TYPE_CHECKING:
    import httpx

    from otel_monitoring.api.asgi import ASGIApp

NAN = Labels.of(__name__="load_ratio", kind="nan")


def app() -> ASGIApp:
    """Return the API behind a gate that takes ``s3cret``."""
    store = store_of({REQUESTS: 3.0, UP: 1.0, NAN: math.nan, **HISTOGRAM})
    exposition = exposition_router(store=store, clock=FakeClock(T_MS))
    return build_api(
        alerts=AlertsFake(), health=HealthFake(), access=opened_by("s3cret"), exposition=exposition
    )


def ask(path: str, *, accept: str = "*/*", accept_encoding: str = "identity") -> httpx.Response:
    """Return the answer to somebody with the token."""
    return get(app(), path, authorization="Bearer s3cret", accept=accept, accept_encoding=accept_encoding)


def families() -> dict[str, Any]:
    """Return the families of the JSON by name."""
    return {family["name"]: family for family in ask("/metrics.json").json()["families"]}


def test_tells_a_stranger_nothing() -> None:
    """What a process measures is for those with the token."""
    statuses = [get(app(), path).status_code for path in ("/metrics", "/metrics.json")]

    assert statuses == [401, 401]


def test_answers_openmetrics_to_who_asks_for_it() -> None:
    """The header names the version, the text ends as it has to."""
    answer = ask("/metrics", accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")

    assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert answer.text.endswith("# EOF\n")


def test_answers_text_to_everybody_else() -> None:
    """The oldest form is what everybody reads."""
    answer = ask("/metrics", accept="*/*")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "up 1.0\n" in answer.text


def test_compresses_where_allowed() -> None:
    """The text is the same, the bytes on the wire are fewer."""
    plain = ask("/metrics", accept_encoding="identity")

    packed = ask("/metrics", accept_encoding="gzip")

    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.text == plain.text


def test_tells_caches_what_the_answer_depends_on() -> None:
    """A cache in between must not hand one form to somebody who asked for the other."""
    assert ask("/metrics").headers["vary"] == "Accept, Accept-Encoding"


def test_writes_json_as_it_is_described() -> None:
    """What the description of the API says is what is sent."""
    body = MetricsBody.model_validate(ask("/metrics.json").json())

    assert [family.name for family in body.families] == [
        "latency_seconds",
        "load_ratio",
        "requests_total",
        "up",
    ]


def test_writes_a_family_of_json() -> None:
    """Type, help, unit, and the samples with labels, value and time."""
    assert families()["requests_total"] == {
        "name": "requests_total",
        "type": "counter",
        "help": "Requests.",
        "unit": "{request}",
        "samples": [
            {
                "name": "requests_total",
                "labels": {"route": "/cart"},
                "value": 3.0,
                "time": "2023-11-14T22:13:20Z",
            }
        ],
    }


def test_writes_nan_as_a_text() -> None:
    """JSON has no word for it."""
    assert [sample["value"] for sample in families()["load_ratio"]["samples"]] == ["NaN"]


def test_puts_the_series_of_a_histogram_together() -> None:
    """One family with buckets by bound, sum and count."""
    names = [sample["name"] for sample in families()["latency_seconds"]["samples"]]

    assert names == ["latency_seconds_bucket"] * 4 + ["latency_seconds_sum", "latency_seconds_count"]
