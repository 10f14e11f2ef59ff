"""Sources of series as targets."""

from __future__ import annotations

from typing import Any

import pytest

from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.stores.series import SeriesStore
from tests.api.prometheus.test_application import GONE, SHOP, T_MS, ask, data, sources


def two_sources() -> Any:
    store = SeriesStore()
    known = (Metadata("orders_total", "counter", "Orders.", "1"), Metadata("old", "gauge", "", "s"))
    store.append(Batch("here", T_MS, (SHOP,), (1.0,), known))
    store.append(Batch("there", T_MS - 60_000, (SHOP, GONE), (1.0, 2.0), ()))
    return sources(series=store)


def told(**fields: Any) -> list[tuple[str, str | None]]:
    rows = data("targets/metadata", of=two_sources(), **fields)
    return [(row["target"]["instance"], row.get("metric")) for row in rows]


def test_a_source_is_a_target_and_up_while_it_collects() -> None:
    found = data("targets", of=two_sources())

    assert [(one["labels"]["instance"], one["health"]) for one in found["activeTargets"]] == [
        ("here", "up"),
        ("there", "down"),
    ]
    assert found["droppedTargets"] == []


@pytest.mark.parametrize(
    ("fields", "many"),
    [
        ({"state": "active"}, 2),
        ({"state": "ANY"}, 2),
        ({"state": "dropped"}, 0),
        ({"scrapePool": "otel_monitoring"}, 2),
        ({"scrapePool": "other"}, 0),
    ],
)
def test_targets_are_narrowed(fields: dict[str, str], many: int) -> None:
    assert len(data("targets", of=two_sources(), **fields)["activeTargets"]) == many


def test_each_target_tells_its_own_metrics() -> None:
    assert told() == [("here", "orders_total"), ("there", "old"), ("there", "orders_total")]


def test_a_metric_that_is_asked_for_is_not_named_again() -> None:
    rows = data("targets/metadata", of=two_sources(), metric="old")

    assert rows == [
        {
            "target": {"instance": "there", "job": "otel_monitoring"},
            "type": "gauge",
            "help": "",
            "unit": "s",
        }
    ]


def test_metadata_of_targets_is_narrowed_and_limited() -> None:
    assert told(match_target='{instance="there"}') == [("there", "old"), ("there", "orders_total")]
    assert told(match_target='{job="other"}') == []
    assert told(limit=2) == [("here", "orders_total"), ("there", "old")]
    assert told(limit=0) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"limit": "x"}, "limit must be a number"),
        ({"match_target": "x{"}, 'invalid parameter "match_target": 1:3: parse error'),
    ],
)
def test_a_wrong_parameter_is_named(fields: dict[str, Any], message: str) -> None:
    answer = ask("targets/metadata", **fields)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(message)


def test_there_is_one_pool_and_no_alertmanager() -> None:
    assert data("scrape_pools") == {"scrapePools": ["otel_monitoring"]}
    assert data("alertmanagers") == {"activeAlertmanagers": [], "droppedAlertmanagers": []}
