"""Queries that give way to others."""

from __future__ import annotations

import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.giving_way import GivingWay
from otel_monitoring.promql.result import Result
from otel_monitoring.testing import FakeClock


class Thread:
    """A thread whose processor time is stepped, and which notes its rests."""

    def __init__(self, cost_s: float) -> None:
        self.cost_s = cost_s
        self.clock = FakeClock()
        self.asked: list[tuple[object, ...]] = []
        self.rests: list[float] = []
        self.query = GivingWay(self._answer, rest=self.rests.append, cpu_s=self.clock.monotonic_s)

    def _answer(
        self, expr: str, start_ms: int, end_ms: int | None = None, step_ms: int | None = None, /
    ) -> Result:
        self.asked.append((expr, start_ms, end_ms, step_ms))
        self.clock.advance(self.cost_s)
        if expr == "bad":
            raise QueryError(expr)
        return Result("scalar", [], [], 1.0, "", start_ms)


@pytest.mark.parametrize(("cost_s", "rest_s"), [(0.001, 0.001), (0.25, 0.005)])
def test_it_rests_as_long_as_a_query_took_but_not_for_long(cost_s: float, rest_s: float) -> None:
    thread = Thread(cost_s)

    found = thread.query("up", 1, 2, 3)

    assert found.scalar == 1.0
    assert thread.asked == [("up", 1, 2, 3)]
    assert thread.rests == pytest.approx([rest_s])


def test_it_rests_after_a_query_that_failed_too() -> None:
    thread = Thread(0.002)

    with pytest.raises(QueryError, match="bad"):
        thread.query("bad", 1)

    assert thread.rests == pytest.approx([0.002])
