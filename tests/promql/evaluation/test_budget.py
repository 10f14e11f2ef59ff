"""What a query may use, and what is said when that is too little."""

from __future__ import annotations

import pytest

from otel_monitoring.errors import QueryError, QueryTimeoutError
from otel_monitoring.promql.evaluation.budget import Budget

TOO_MANY = (
    r"query processing would load too many samples into memory in query execution: "
    r"more than query\.max_samples, 1,000"
)


def budget(*, expired: bool = False) -> Budget:
    return Budget(samples=1000, limit=1000, expired=lambda: expired, timeout_s=2.5)


def test_samples_are_spent_for_good() -> None:
    one = budget()
    one.spend(600)

    with pytest.raises(QueryError, match=TOO_MANY):
        one.spend(401)


def test_what_is_held_is_given_back() -> None:
    one = budget()
    for _ in range(10):
        one.hold(900)
        one.hold(0)

    with pytest.raises(QueryError, match=TOO_MANY):
        one.hold(1001)


def test_memory_is_refused_beside_what_is_held() -> None:
    one = budget()
    one.hold(600)
    one.reserve(400)

    with pytest.raises(QueryError, match=TOO_MANY):
        one.reserve(401)


def test_a_query_that_takes_too_long_is_told_its_setting() -> None:
    message = r"query timed out in expression evaluation: it took longer than query\.timeout_s, 2\.5 s"

    with pytest.raises(QueryTimeoutError, match=message):
        budget(expired=True).pulse()
    with pytest.raises(QueryTimeoutError, match=message):
        budget(expired=True).spend(1)
