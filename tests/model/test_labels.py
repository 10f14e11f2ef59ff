"""Label sets: canonical, shared, immutable."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.model import labels as module
from otel_monitoring.model.labels import NAME, Labels


def test_equal_sets_are_one_object() -> None:
    assert Labels.of({"b": "2"}, a="1") is Labels.of(a="1", b="2")
    assert Labels.of(a="1") != Labels.of(a="2")


def test_an_empty_value_is_no_label() -> None:
    assert Labels.of(a="", b="1") is Labels.of(b="1")
    assert Labels.of(b="1").get("a") == ""


def test_equal_pairs_of_different_sets_are_one_object() -> None:
    one, two = Labels.of(job="shop", n="1"), Labels.of(job="shop", n="2")

    assert one.pairs[0] is two.pairs[0]


def test_no_more_pairs_are_remembered_than_fit() -> None:
    kept = [Labels.of(n=str(number)) for number in range(module._PAIRS_SHARED + 10)]

    assert len(Labels._pairs) <= module._PAIRS_SHARED + 1
    assert kept[-1].get("n") == str(len(kept) - 1)


def test_sets_that_nobody_holds_are_forgotten() -> None:
    held = [Labels.of(held=str(number)) for number in range(100)]
    for number in range(3 * module._SWEPT_FROM):
        Labels.of(nobody_holds=str(number))

    assert len(Labels._shared) <= Labels._sweep_at
    assert all(Labels.of(held=str(number)) is labels for number, labels in enumerate(held))


def test_the_table_grows_with_what_is_held() -> None:
    held = [Labels.of(wide=str(number)) for number in range(3 * module._SWEPT_FROM)]

    assert all(Labels.of(wide=str(number)) is labels for number, labels in enumerate(held))
    assert len(Labels._shared) >= len(held)


def test_copies_and_pickles_are_the_same_object() -> None:
    labels = Labels.of(a="1")

    assert copy.deepcopy(labels) is labels
    assert pickle.loads(pickle.dumps(labels)) is labels


def test_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="label sets are immutable"):
        Labels.of(a="1").pairs = ()


def test_is_written_as_promql_writes_it() -> None:
    assert repr(Labels.of({NAME: "up", "a": 'x"\\\n'})) == 'up{a="x\\"\\\\\\n"}'
    assert repr(Labels.of({NAME: "up"})) == "up"
    assert repr(Labels.of()) == "{}"


def test_parts_are_taken_and_put() -> None:
    labels = Labels.of(a="1", b="2", c="3")

    assert labels.without("b", "nobody").as_dict() == {"a": "1", "c": "3"}
    assert labels.only("b", "nobody").as_dict() == {"b": "2"}
    assert labels.with_({"a": "", "d": "4"}).as_dict() == {"b": "2", "c": "3", "d": "4"}
    assert (len(labels), next(iter(labels))) == (3, ("a", "1"))


def test_a_child_process_takes_a_lock_of_its_own() -> None:
    before = Labels._lock

    Labels.after_fork()

    assert Labels._lock is not before
    assert Labels.of(after="fork").get("after") == "fork"


@given(st.dictionaries(st.text(max_size=3), st.text(max_size=3)))
def test_a_set_is_its_pairs_sorted(wanted: dict[str, str]) -> None:
    labels = Labels.of(wanted)

    assert labels.as_dict() == {name: value for name, value in wanted.items() if value}
    assert list(labels.pairs) == sorted(labels.pairs)
    assert hash(labels) == hash(Labels.from_pairs(labels.pairs))
