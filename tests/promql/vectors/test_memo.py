"""What is derived from labels is derived once."""

from __future__ import annotations

from functools import partial

from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.vectors.memo import Memo


def some(n: int) -> tuple[Labels, ...]:
    return tuple(Labels.of(n=str(number)) for number in range(n))


def test_derives_once_per_tuple() -> None:
    memo, labels = Memo(), some(3)

    derived = [memo.get(("k",), (labels,), object) for _ in range(3)]

    assert derived[0] is derived[1] is derived[2]


def test_of_two_that_derive_at_once_one_is_kept() -> None:
    memo, labels = Memo(), some(1)

    outer = memo.get(("k",), (labels,), lambda: [memo.get(("k",), (labels,), lambda: "inner")])

    assert outer == ["inner"]
    assert memo.get(("k",), (labels,), object) == "inner"


def test_tells_keys_and_tuples_apart() -> None:
    memo, one, two = Memo(), some(1), some(2)

    assert memo.get(("a",), (one,), lambda: "one") == "one"
    assert memo.get(("a",), (two,), lambda: "two") == "two"
    assert memo.get(("b",), (one,), lambda: "other") == "other"


def test_the_least_recently_used_go_first() -> None:
    memo = Memo(min_labels=1)
    tuples = [some(10) for _ in range(33)]
    for number, labels in enumerate(tuples[:32]):
        memo.get(("k",), (labels,), partial(int, number))
    memo.get(("k",), (tuples[0],), lambda: "derived anew")

    memo.get(("k",), (tuples[32],), lambda: 32)

    assert memo.get(("k",), (tuples[0],), lambda: "derived anew") == 0
    assert memo.get(("k",), (tuples[1],), lambda: "derived anew") == "derived anew"


def test_room_grows_with_the_largest_tuple() -> None:
    memo, small, large = Memo(min_labels=1), some(1), some(1000)
    memo.get(("k",), (small,), lambda: "kept")

    for number in range(30):
        memo.get((number,), (large,), lambda: None)

    assert memo.get(("k",), (small,), lambda: "derived anew") == "kept"


def test_a_child_process_begins_empty() -> None:
    memo, labels = Memo(), some(1)
    memo.get(("k",), (labels,), lambda: "parent")

    memo.after_fork()

    assert memo.get(("k",), (labels,), lambda: "child") == "child"
