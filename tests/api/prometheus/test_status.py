"""What answers here, and how much it holds."""

from __future__ import annotations

import pytest

from otel_monitoring.api.prometheus.application import prometheus_app
from tests.api.client import get
from tests.api.prometheus.test_application import T_MS, ask, data, sources


@pytest.mark.parametrize("path", ["/-/healthy", "/-/ready"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_says_that_it_is_well(path: str, method: str) -> None:
    assert get(prometheus_app(sources()), path, method=method).status_code == 200


def test_the_build_names_the_release_whose_language_is_spoken() -> None:
    found = data("status/buildinfo")

    assert found["version"].startswith("3.")
    assert found["branch"] == "otel_monitoring"


def test_flags_are_those_that_were_given() -> None:
    assert data("status/flags", of=sources(flags={"query.timeout": "10s"})) == {"query.timeout": "10s"}


def test_the_runtime_tells_when_it_began_and_how_far_back_it_reaches() -> None:
    found = data("status/runtimeinfo", of=sources(started_ms=T_MS - 1000))

    assert found["startTime"] == "2023-11-14T22:13:19Z"
    assert found["serverTime"] == "2023-11-14T22:13:20Z"
    assert found["storageRetention"] == "6h"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("status/config", {"yaml": ""}),
        ("status/walreplay", {"min": 0, "max": 0, "current": 0}),
        ("status/tsdb/blocks", {"blocks": []}),
        ("notifications", []),
    ],
)
def test_what_there_is_not_is_told_as_empty(path: str, expected: object) -> None:
    assert data(path) == expected


def test_the_largest_metrics_and_labels_are_told() -> None:
    found = data("status/tsdb")

    assert found["headStats"] == {
        "numSeries": 3,
        "numLabelPairs": 5,
        "chunkCount": 3,
        "minTime": T_MS - 21_600_000,
        "maxTime": T_MS,
    }
    assert found["seriesCountByMetricName"] == [
        {"name": "orders_total", "value": 2},
        {"name": "old", "value": 1},
    ]
    assert found["labelValueCountByLabelName"][0] == {"name": "__name__", "value": 2}
    assert found["memoryInBytesByLabelName"][0] == {"name": "__name__", "value": 27}
    assert found["seriesCountByLabelValuePair"][0] == {"name": "odd.name=x", "value": 1}


def test_as_many_as_asked_for_are_told() -> None:
    assert len(data("status/tsdb", limit=1)["seriesCountByMetricName"]) == 1


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("0", "limit must be a positive number"),
        ("-1", "limit must be a positive number"),
        ("x", "limit must be a positive number"),
        ("10001", "limit must not exceed 10000"),
    ],
)
def test_a_limit_out_of_range_is_refused(limit: str, message: str) -> None:
    answer = ask("status/tsdb", limit=limit)

    assert (answer.status_code, answer.json()["error"]) == (400, message)


def test_features_tell_functions_that_are_behind_a_flag() -> None:
    found = data("features")

    assert found["promql_functions"]["rate"] is True
    assert found["promql_functions"]["mad_over_time"] is False
    assert found["promql_operators"]["topk"] is True
    assert found["promql_operators"]["limitk"] is False
    assert found["tsdb"] == {"exemplar_storage": False, "native_histograms": False}


def test_features_tell_what_the_setting_allows() -> None:
    found = data("features", of=sources(experimental=True))

    assert found["promql_functions"]["mad_over_time"] is True
    assert found["promql_operators"]["limitk"] is True
