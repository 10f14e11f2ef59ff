"""Our store and the Collector's Prometheus exporter hold the same series of one application."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.integration.end_to_end.apps.series_catalogue import (
    ODD_ATTRIBUTES,
    ODD_NAMES,
    REFUSED_ATTRIBUTES,
    SCOPE,
)
from tests.integration.end_to_end.exposition import Series, exposed
from tests.integration.end_to_end.serving import serving
from tests.integration.servers import eventually, running_collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.servers import Collector

_STRATEGIES = [
    "UnderscoreEscapingWithSuffixes",
    "UnderscoreEscapingWithoutSuffixes",
    "NoUTF8EscapingWithSuffixes",
    "NoTranslation",
]
_REFUSED = [tuple(one) for one in REFUSED_ATTRIBUTES]
_REFUSED_UNESCAPED = [("__name__",), ("job",), ("instance",), ("__private",)]
_REQUESTS = 5
_RESOURCE = "team.name=tills,service.namespace=shops,1st=x"


@dataclass(frozen=True, slots=True)
class Both:
    """The series of both sides with their values, empty labels left out."""

    ours: dict[Series, float]
    theirs: dict[Series, float]


@pytest.fixture(scope="module", params=_STRATEGIES)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Return what both sides hold after some requests, when neither learns of new series any more."""
    folder = tmp_path_factory.mktemp("series")
    with contextlib.ExitStack() as running:
        theirs = {"exporters": {"prometheus": {"translation_strategy": request.param}}}
        collector = running.enter_context(running_collector(folder, overrides=theirs))
        environ = {
            "OTEL_SERVICE_NAME": "series",
            "OTEL_RESOURCE_ATTRIBUTES": _RESOURCE,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.otlp_http,
            "OTEL_METRIC_EXPORT_INTERVAL": "500",
            "OTEL_MONITORING_STORE__TRANSLATION_STRATEGY": request.param,
            "OTEL_MONITORING_STORAGE__URL": "memory",  # an instance before this one would be carried on
            "OTEL_MONITORING_TELEMETRY__COLLECT_INTERVAL_S": "0.5",
            "OTEL_MONITORING_SYSTEM__INTERVAL_S": "0.5",
            "OTEL_MONITORING_ANALYTICS__ENABLED": "false",  # its series pass no Collector
        }
        service = running.enter_context(serving("series", folder=folder, environ=environ))
        for number in range(_REQUESTS):
            httpx.get(f"{service.url}/items/{number}")
        httpx.post(f"{service.url}/nowhere", content=b"1234")
        eventually(lambda: _request_count(_look(service.url, collector).theirs), what="a request")
        seen = _collections(_look(service.url, collector))
        eventually(lambda: _collections(_look(service.url, collector)) >= seen + 4, what="more collections")
        yield _agreed(service.url, collector)


def _agreed(url: str, collector: Collector) -> Both:
    """Return the first look at which both know the same series, or the last one where they never do.

    What is new is here a moment before it is there.
    """
    looks: list[Both] = []

    def agree() -> bool:
        looks.append(_look(url, collector))
        ours, theirs = _compared(looks[-1])
        return ours == theirs

    with contextlib.suppress(pytest.fail.Exception):
        eventually(agree, what="the same series on both sides")
    return looks[-1]


def _compared(both: Both) -> tuple[set[Series], set[Series]]:
    """Return the series of both sides that have to be the same."""
    ours = {series for series in both.ours if not _is_refused(series)}
    theirs = {series for series in both.theirs if _is_of_the_application(series) and not _is_refused(series)}
    return ours, theirs


def _collections(both: Both) -> float:
    """Return how often metrics were collected, as the Collector has heard."""
    return _sum(both.theirs, "otel_monitoring_job_runs", ("job_name", "collect"))


def _sum(found: dict[Series, float], name: str, label: tuple[str, str]) -> float:
    """Return the sum over a metric, whatever the strategy has made of its name and its labels."""
    return sum(
        value
        for series, value in found.items()
        if _escaped(dict(series)["__name__"]) == name
        and label in {(_escaped(key), text) for key, text in series}
    )


def _escaped(name: str) -> str:
    return name.replace(".", "_").replace("_seconds", "").removesuffix("_total")


def _look(url: str, collector: Collector) -> Both:
    rows = httpx.get(f"{url}/health/series", timeout=60).json()
    ours = {
        frozenset((str(name), str(text)) for name, text in labels.items()): float(value)
        for labels, value in rows
    }
    theirs = {
        frozenset((name, text) for name, text in series if text): value
        for series, value in exposed(collector.prometheus).items()
    }
    return Both(ours, theirs)


def _is_of_the_application(series: Series) -> bool:
    """Tell what the application sent from what the Collector counts of its spans, under the same job."""
    by_collector = any(_escaped(name) == "collector_instance_id" for name, _ in series)
    return ("job", "shops/series") in series and not by_collector


def _is_refused(series: Series) -> bool:
    """Return whether the Collector is known to give no series for a point with these attributes."""
    number = dict(series).get("number", "0")
    return int(number) >= len(ODD_ATTRIBUTES)


def _request_count(found: dict[Series, float]) -> float:
    return _sum(found, "http_server_request_duration_count", ("http_route", "/items/{number}"))


def test_every_series_has_the_name_and_the_labels_that_the_collector_gives(both: Both) -> None:
    ours, theirs = _compared(both)

    assert [sorted(one) for one in ours - theirs] == []
    assert [sorted(one) for one in theirs - ours] == []
    assert len(ours) > 250


def test_the_values_of_what_stands_still_are_equal(both: Both) -> None:
    still = [
        series for series in both.ours if ("otel_scope_name", SCOPE) in series and not _is_refused(series)
    ]

    assert {series: both.ours[series] for series in still} == {
        series: both.theirs[series] for series in still
    }
    assert len(still) > 100


def test_requests_are_counted_alike(both: Both) -> None:
    assert (_request_count(both.ours), _request_count(both.theirs)) == (_REQUESTS, _REQUESTS)


def test_the_metrics_of_every_part_are_compared(both: Both) -> None:
    scopes = {dict(series).get("otel_scope_name", "") for series in both.ours}

    assert {SCOPE, "otel_monitoring", "otel_monitoring.asgi", "otel_monitoring.system"} <= scopes
    assert ("__name__", "target_info") in {label for series in both.ours for label in series}
    assert _names_of(both.ours, SCOPE) >= len(ODD_NAMES) + 3


def test_what_the_collector_refuses_is_kept_here(both: Both) -> None:
    """Its exporter drops a point with two labels of one name or a reserved one, and logs an error."""
    every = set(range(len(ODD_ATTRIBUTES) + len(REFUSED_ATTRIBUTES)))
    attributes = dict(enumerate(ODD_ATTRIBUTES + REFUSED_ATTRIBUTES))

    assert _numbers(both.ours) == every
    refused = [tuple(attributes[number]) for number in sorted(every - _numbers(both.theirs))]
    escapes = any(("__name__", "target_info") in one and ("host_name" in dict(one)) for one in both.ours)
    assert refused == (_REFUSED if escapes else _REFUSED_UNESCAPED)


def _numbers(found: dict[Series, float]) -> set[int]:
    return {int(dict(series)["number"]) for series in found if "number" in dict(series)}


def _names_of(series: dict[Series, Any], scope: str) -> int:
    found = {dict(one)["__name__"] for one in series if ("otel_scope_name", scope) in one}
    return len({name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in found})
