"""What queries at one time share, and when they no longer do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine, Limits
from otel_monitoring.stores.series import SeriesStore

if TYPE_CHECKING:
    from otel_monitoring.promql.result import Result

AT_MS = 600_000
X = Labels.of(__name__="x", a="1")


class CountingStore(SeriesStore):
    """A store that counts how often it is read."""

    reads = 0

    def select(self, *args: Any, **kwargs: Any) -> Any:
        self.reads += 1
        return super().select(*args, **kwargs)


@pytest.fixture
def store() -> CountingStore:
    made = CountingStore()
    for turn in range(1, 11):
        made.append(Batch("self", turn * 60_000, [X], [float(turn)]))
    return made


def values(result: Result) -> list[float]:
    return [value for _, value in result.samples]


def test_queries_at_one_time_read_once(store: CountingStore) -> None:
    engine = Engine(store)

    found = [values(engine(f"increase(x[5m]) > {number}", AT_MS)) for number in range(3)]

    assert found == [[5.0]] * 3
    assert store.reads == 1


def test_what_is_written_in_between_is_seen(store: CountingStore) -> None:
    """S2.3: a rule sees what earlier rules of the same evaluation recorded."""
    engine = Engine(store)
    assert values(engine("sum(x)", AT_MS)) == [10.0]

    store.append(Batch("rule", AT_MS, [X.with_({"a": "2"})], [5.0]))

    assert values(engine("sum(x)", AT_MS)) == [15.0]
    store.append(Batch("rule", AT_MS + 1, [X.with_({"a": "2"})], [6.0]))
    assert values(engine("sum(x)", AT_MS + 1)) == [16.0]


def test_queries_under_another_lookback_share_nothing(store: CountingStore) -> None:
    engine = Engine(store)
    later_ms = AT_MS + 120_000

    assert values(engine("x", later_ms)) == [10.0]
    assert values(engine.tuned(lookback_ms=60_000)("x", later_ms)) == []
    assert values(engine("x", later_ms)) == [10.0]


def test_what_is_shared_counts_for_every_query(store: CountingStore) -> None:
    """The samples that a query may look at are its own, whoever read them first."""
    engine = Engine(store)

    first, second = (engine("sum_over_time(x[5m])", AT_MS) for _ in range(2))

    assert first.samples_read == second.samples_read > 0
    assert engine.tuned()("sum_over_time(x[5m])", AT_MS).samples_read == first.samples_read


def test_arithmetic_leaves_what_is_shared_alone(store: CountingStore) -> None:
    engine = Engine(store, limits=Limits())
    asked = ("max_over_time(x[5m]) * 2 + 1", "sort(-max_over_time(x[5m]))", "max_over_time(x[5m]) > bool 3")

    once = [values(engine(expr, AT_MS)) for expr in asked]

    assert [values(engine(expr, AT_MS)) for expr in asked] == once == [[21.0], [-10.0], [1.0]]
