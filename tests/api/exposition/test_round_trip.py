"""Whatever labels and helps hold, parsers read back what was written."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from otel_monitoring.api.exposition.document import document
from otel_monitoring.api.exposition.negotiate import PLAIN
from otel_monitoring.api.exposition.page import Pages
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Metadata
from otel_monitoring.testing import FakeClock
from tests.api.exposition.parsers import parse_openmetrics, parse_text
from tests.api.exposition.test_page import OPENMETRICS, T_MS, page, store_of

if TYPE_CHECKING:
    from prometheus_client import Metric

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
ODD = st.text(st.sampled_from('\\"\n\r\t {},=#'), min_size=1, max_size=12)
HELPS = (TEXTS | ODD).map("A {}.".format)
"""The parser takes blanks off both ends."""

LABELS = st.dictionaries(st.sampled_from(["a", "b", "le", "quantile", "_x"]), TEXTS | ODD, max_size=3).map(
    lambda labels: Labels.of(labels, __name__="load_ratio")
)
SAMPLES = st.dictionaries(LABELS, st.floats(), min_size=1, max_size=6)


def read(families: list[Metric]) -> dict[Labels, str]:
    """Return samples by label set; texts of numbers, since NaN equals nothing."""
    return {
        Labels.of({**sample.labels, "__name__": sample.name}): repr(sample.value)
        for family in families
        for sample in family.samples
    }


@given(SAMPLES, HELPS)
def test_openmetrics_reads_back(samples: dict[Labels, float], about: str) -> None:
    """Labels, values and help."""
    store = store_of(samples, metadata=[Metadata("load_ratio", "gauge", about, "1")])

    families = parse_openmetrics(page(store, OPENMETRICS))

    assert read(families) == {labels: repr(value) for labels, value in samples.items()}
    assert [family.documentation for family in families] == [about]


@given(SAMPLES)
def test_text_reads_back(samples: dict[Labels, float]) -> None:
    """Labels and values."""
    families = parse_text(page(store_of(samples), PLAIN))

    assert read(families) == {labels: repr(value) for labels, value in samples.items()}


@given(SAMPLES, HELPS)
def test_json_reads_back(samples: dict[Labels, float], about: str) -> None:
    """Labels, values and help; always JSON, whatever the numbers are."""
    store = store_of(samples, metadata=[Metadata("load_ratio", "gauge", about, "1")])

    [family] = json.loads(document(*Pages(store=store, clock=FakeClock(T_MS)).newest()))["families"]

    found = {
        Labels.of({**one["labels"], "__name__": one["name"]}): float(one["value"])
        for one in family["samples"]
    }
    assert found.keys() == samples.keys()
    assert all(found[one] == value or math.isnan(value) for one, value in samples.items())
    assert family["help"] == about


@given(st.text(max_size=20), st.text(max_size=20))
def test_writes_utf8_whatever_a_name_or_value_holds(name: str, value: str) -> None:
    """Lone surrogates and NUL cannot be written; the rest of the page must not suffer from them."""
    labels = Labels.of({"__name__": f"x{name}", f"k{name}": value, "last": "1"})
    pages = Pages(store=store_of({labels: 1.0}), clock=FakeClock(T_MS))

    text = pages.write(OPENMETRICS).body.decode()

    assert "\0" not in text
    assert [len(family.samples) for family in parse_openmetrics(text)] == [1]
