"""The exemplar store."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.matcher import Matcher
from otel_monitoring.stores.exemplars import Exemplar, ExemplarStore

SHOP = Labels.of(__name__="requests_total", job="shop")
CART = Labels.of(__name__="requests_total", job="cart")
FOREVER_MS = 1 << 60


def exemplar(number: int) -> Exemplar:
    """Return an exemplar that differs from those of other numbers."""
    return Exemplar(Labels.of(trace_id=f"{number:032x}"), float(number), number)


def test_keeps_the_newest_of_a_series() -> None:
    """The third pushes the first one out of two."""
    store = ExemplarStore(max_per_series=2)

    for number in (1, 2, 3):
        store.put(SHOP, exemplar(number))

    assert store.select([], 0, FOREVER_MS) == [(SHOP, [exemplar(2), exemplar(3)])]


def test_keeps_the_newest_over_all_series() -> None:
    """Where there is no more room, the oldest goes, whosever it is; its series goes with it."""
    store = ExemplarStore(max_exemplars=2)

    store.put(SHOP, exemplar(1))
    store.put(CART, exemplar(2))
    store.put(CART, exemplar(3))

    assert store.select([], 0, FOREVER_MS) == [(CART, [exemplar(2), exemplar(3)])]
    assert store.stats() == {"added": 3, "duplicates": 0, "dropped": 1, "exemplars": 2, "series": 1}


def test_takes_the_same_exemplar_once() -> None:
    """A reservoir that is collected twice gives nothing twice."""
    store = ExemplarStore()

    kept = [store.put(SHOP, exemplar(1)), store.put(SHOP, exemplar(1))]

    assert kept == [True, False]
    assert store.stats()["duplicates"] == 1


def test_keeps_the_ids_of_an_exemplar_with_many_labels() -> None:
    """OpenMetrics takes 128 characters; the ids are worth more than the rest."""
    store = ExemplarStore()
    ids = {"trace_id": "a" * 32, "span_id": "b" * 16}

    store.put(SHOP, Exemplar(Labels.of(ids, a="x" * 100, b="y"), 1.0, 1))

    newest = store.newest(SHOP)
    assert newest is not None
    assert newest.labels == Labels.of(ids, b="y")


def test_selects_by_matchers() -> None:
    """Only series that fulfil all matchers are given."""
    store = ExemplarStore()
    store.put(SHOP, exemplar(1))
    store.put(CART, exemplar(2))

    found = store.select([Matcher("job", "=~", "ca.*")], 0, FOREVER_MS)

    assert [labels for labels, _ in found] == [CART]


def test_selects_by_time_with_both_ends() -> None:
    """Start and end are part of the window, as in the API of Prometheus."""
    store = ExemplarStore()
    for number in (1, 2, 3, 4):
        store.put(SHOP, exemplar(number))

    assert store.select([], 2, 3) == [(SHOP, [exemplar(2), exemplar(3)])]


def test_tells_the_newest() -> None:
    """One series or all at once; of a series without one there is nothing."""
    store = ExemplarStore()
    store.put(SHOP, exemplar(1))
    store.put(SHOP, exemplar(2))

    assert (store.newest(SHOP), store.newest(CART)) == (exemplar(2), None)
    assert store.all_newest() == {SHOP: exemplar(2)}


def test_begins_empty_in_a_child_process() -> None:
    """What the parent heard is the parent's."""
    store = ExemplarStore()
    store.put(SHOP, exemplar(1))

    store.after_fork()

    assert store.stats()["exemplars"] == 0


@given(st.lists(st.tuples(st.sampled_from([SHOP, CART]), st.integers(0, 9)), max_size=60), st.integers(1, 12))
def test_holds_what_a_list_would(puts: list[tuple[Labels, int]], most: int) -> None:
    """Whatever is put, it reads like a list that is cut at the front."""
    store = ExemplarStore(max_exemplars=most, max_per_series=3)
    model: list[tuple[Labels, Exemplar]] = []

    for labels, number in puts:
        store.put(labels, exemplar(number))
        if (labels, exemplar(number)) not in model:
            model.append((labels, exemplar(number)))
            own = [pair for pair in model if pair[0] is labels]
            if len(own) > 3:
                model.remove(own[0])
            model = model[-most:]

    held = [(labels, one) for labels, each in store.select([], 0, FOREVER_MS) for one in each]
    assert sorted(held, key=repr) == sorted(model, key=repr)
