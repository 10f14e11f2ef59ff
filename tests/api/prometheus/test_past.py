"""Lists of labels reach as far back as the storage does; memory alone is asked where it has all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.clock import SystemClock
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch, Metadata
from otel_monitoring.promql.engine import Engine
from otel_monitoring.storage.database import Database
from otel_monitoring.storage.history.store import HistoryStore
from otel_monitoring.storage.service import Service
from otel_monitoring.stores.series import SeriesStore
from tests.api.prometheus.test_application import ask, sources
from tests.storage.history.recorded import DAY_MS, DAY_ZERO_MS, HOUR_MS, SHOP, Background, Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from otel_monitoring.api.prometheus.sources import Sources

NOW_MS = DAY_ZERO_MS + 10 * DAY_MS
MEMORY_MS = NOW_MS - 6 * HOUR_MS
OLD, NEW = DAY_ZERO_MS + DAY_MS, NOW_MS - DAY_MS


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Sources]:
    """A process of nine days ago, in blocks, one of yesterday, in collections, and one in memory."""
    database = Database(url=f"sqlite:///{tmp_path}/s.db", clock=SystemClock())
    assert database.ensure()
    for name, time_ms, metric in (("old", OLD, "gone_total"), ("new", NEW, "served_total")):
        source = Recorded(database, name)
        source.collect(time_ms, {metric: 1.0})
        source.flush()
        if name == "old":
            Background(database).compact(time_ms + DAY_MS)
    memory = SeriesStore()
    metadata = (Metadata("memory_bytes", "gauge", "In memory.", "By"),)
    memory.append(
        Batch("self", NOW_MS, (Labels.of(__name__="memory_bytes", instance="me"),), (1.0,), metadata)
    )
    history = HistoryStore(memory=memory, database=database, since_ms=lambda: MEMORY_MS)
    yield sources(series=memory, past=history, query=Engine(memory, history=history))
    database.close()


def seconds(**times_ms: int) -> dict[str, str]:
    return {name.removesuffix("_ms"): str(time_ms / 1000) for name, time_ms in times_ms.items()}


def test_without_a_time_everything_that_is_kept_is_listed(past: Sources) -> None:
    assert ask("label/__name__/values", of=past).json()["data"] == [
        "gone_total",
        "memory_bytes",
        "served_total",
    ]
    assert ask("label/instance/values", of=past).json()["data"] == ["me", "new", "old"]
    assert ask("labels", of=past).json()["data"] == ["__name__", "instance"]
    found = ask("series", of=past, **{"match[]": '{__name__=~".+_total"}'}).json()["data"]
    assert found == [
        {"__name__": "gone_total", "instance": "old"},
        {"__name__": "served_total", "instance": "new"},
    ]


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "names"),
    [
        (OLD - HOUR_MS, OLD + HOUR_MS, ["gone_total"]),
        (OLD + DAY_MS, NEW, ["served_total"]),
        (NEW, NOW_MS, ["memory_bytes", "served_total"]),
        (NEW + 1, NOW_MS, ["memory_bytes"]),
        (NOW_MS - HOUR_MS, NOW_MS, ["memory_bytes"]),
        (OLD + DAY_MS, OLD + 2 * DAY_MS, []),
    ],
)
def test_a_time_chooses_the_processes_that_collected_then(
    past: Sources, start_ms: int, end_ms: int, names: list[str]
) -> None:
    when = seconds(start_ms=start_ms, end_ms=end_ms)

    assert ask("label/__name__/values", of=past, **when).json()["data"] == names
    found = ask("series", of=past, **{"match[]": '{__name__!=""}'}, **when).json()["data"]
    assert [one["__name__"] for one in found] == names


def test_what_is_in_memory_is_not_asked_of_the_storage(past: Sources) -> None:
    class Closed:
        def is_in_memory(self, start_ms: int) -> bool:
            return start_ms >= MEMORY_MS

        def past_series(self, *_: Any) -> list[Labels]:
            pytest.fail("the storage was asked")

        def past_metadata(self) -> dict[str, Metadata]:
            return {}

    of = sources(series=past.series, past=Closed())

    assert ask("labels", of=of, **seconds(start_ms=NOW_MS - HOUR_MS)).json()["data"] == [
        "__name__",
        "instance",
    ]


def test_metadata_of_metrics_that_are_stored_alone_is_known(past: Sources) -> None:
    found = ask("metadata", of=past).json()["data"]

    assert found["served_total"] == [{"type": "counter", "help": "", "unit": ""}]
    assert found["memory_bytes"][0]["help"] == "In memory."  # memory knows it better


def test_without_the_storage_memory_answers_with_a_warning(past: Sources) -> None:
    assert isinstance(past.past, HistoryStore)
    past.past._database.close()

    for path in ("labels", "label/instance/values", "metadata"):
        body = ask(path, of=past).json()

        assert body["status"] == "success"
        assert body["data"]
        assert "in the storage alone is missing" in body["warnings"][0]


def test_series_of_other_services_are_not_listed(past: Sources) -> None:
    assert isinstance(past.past, HistoryStore)
    source = Recorded(past.past._database, "other", Service(name="warehouse"))
    source.collect(NEW, {"stacked_total": 1.0})
    source.flush()
    past.past._service = SHOP.key

    assert "other" not in ask("label/instance/values", of=past).json()["data"]
    assert "stacked_total" not in {one.get("__name__") for one in past.past.past_series([], 0, NOW_MS)}
