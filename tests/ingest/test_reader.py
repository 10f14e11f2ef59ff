"""The one reader: who gets a collection, and what cannot take it away."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import MeterProvider

from otel_monitoring.guard import Guard
from otel_monitoring.ingest.reader import NO_LIMIT_MS, StoreMetricReader

if TYPE_CHECKING:
    import pytest

DAY_NS = 86_400 * 10**9


def made(on_collect: Any) -> tuple[StoreMetricReader, MeterProvider]:
    reader = StoreMetricReader(on_collect=on_collect, guard=Guard("tap.test"))
    return reader, MeterProvider([reader], shutdown_on_exit=False)


def test_a_collection_is_handed_over() -> None:
    heard: list[Any] = []
    reader, provider = made(heard.append)
    provider.get_meter("test").create_counter("count").add(1)

    reader.collect()

    assert heard[0].resource_metrics[0].scope_metrics[0].metrics[0].name == "count"


def test_who_raises_at_a_collection_is_caught() -> None:
    def fail(_data: Any) -> None:
        raise ZeroDivisionError

    reader, provider = made(fail)
    provider.get_meter("test").create_counter("count").add(1)

    reader.collect()

    assert reader._guard.counts() == {"ZeroDivisionError": 1}


def test_a_step_of_the_wall_clock_in_a_collection_does_not_lose_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []
    reader, provider = made(heard.append)
    provider.get_meter("test").create_observable_gauge("gauge", [lambda _options: [Observation(1)]])
    days = itertools.count()
    monkeypatch.setattr(
        "opentelemetry.sdk.metrics._internal.measurement_consumer.time_ns", lambda: next(days) * DAY_NS
    )

    reader.collect(timeout_millis=NO_LIMIT_MS)

    assert len(heard) == 1
