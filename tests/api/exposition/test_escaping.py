"""Names in the old alphabet, beside the escaping of ``prometheus_client``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics import exposition

from otel_monitoring.api.exposition.escaping import (
    ESCAPINGS,
    Escaping,
    escaped_families,
    escaped_label,
    escaped_metric,
)
from otel_monitoring.api.exposition.families import families_of
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Metadata

if TYPE_CHECKING:
    from otel_monitoring.api.exposition.families import Family

OLD: list[Escaping] = ["underscores", "dots", "values"]
NAMES = st.text(min_size=1, max_size=12) | st.text("ab_.:9 é", min_size=1, max_size=8)


@given(NAMES, st.sampled_from(OLD))
def test_names_are_escaped_as_by_prometheus_client(name: str, escaping: Escaping) -> None:
    assert escaped_metric(name, escaping) == exposition.escape_metric_name(name, escaping)
    if not name.startswith("__"):  # its own names, which the client escapes and Prometheus leaves
        assert escaped_label(name, escaping) == exposition.escape_label_name(name, escaping)


@given(NAMES, st.sampled_from(OLD))
def test_an_escaped_name_is_of_the_old_alphabet(name: str, escaping: Escaping) -> None:
    assert re.fullmatch("[a-zA-Z_:][a-zA-Z0-9_:]*", escaped_metric(name, escaping))
    assert re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", escaped_label(name, escaping))


@given(NAMES)
def test_a_name_stays_where_utf8_is_allowed(name: str) -> None:
    assert (escaped_metric(name, "allow-utf-8"), escaped_label(name, "allow-utf-8")) == (name, name)


def families() -> list[Family]:
    metadata = {
        "web.time": Metadata("web.time", "histogram", "", "s"),
        "web.hits_total": Metadata("web.hits_total", "counter", "", ""),
        "up_time": Metadata("up_time", "gauge", "", ""),
    }
    labels = [
        Labels.of({"__name__": "web.time_bucket", "le": "+Inf", "web.route": "/"}),
        Labels.of({"__name__": "web.time_sum", "web.route": "/"}),
        Labels.of({"__name__": "web.time_count", "web.route": "/"}),
        Labels.of({"__name__": "web.hits_total"}),
        Labels.of({"__name__": "up_time"}),
    ]
    return families_of(labels, metadata)


@pytest.mark.parametrize(
    ("escaping", "base", "gauge"),
    [
        ("underscores", "web_", "up_time"),
        ("dots", "web_dot_", "up__time"),
        ("values", "U__web_2e_", "up_time"),
    ],
)
def test_the_ends_of_names_stay_what_they_are(escaping: Escaping, base: str, gauge: str) -> None:
    """A histogram is one still, and OpenMetrics finds the total of a counter."""
    found, _ = escaped_families(families(), escaping, ends={"counter": "_total"})

    assert sorted(labels.get("__name__") for family in found for labels in family.series) == sorted(
        [gauge, *(base + rest for rest in ("hits_total", "time_bucket", "time_count", "time_sum"))]
    )


def test_without_ends_a_counter_is_escaped_as_a_whole() -> None:
    found, _ = escaped_families(families(), "dots", ends={})

    assert "web_dot_hits__total" in [family.name for family in found]


@pytest.mark.parametrize("escaping", sorted(ESCAPINGS))
def test_each_label_set_tells_where_it_comes_from(escaping: Escaping) -> None:
    before = families()

    found, origins = escaped_families(before, escaping, ends={})

    assert {origins[labels] for family in found for labels in family.series} == {
        labels for family in before for labels in family.series
    }


def test_metrics_of_one_type_that_become_one_are_put_together() -> None:
    labels = [
        Labels.of(__name__="a.b", k="1"),
        Labels.of(__name__="a-b", k="1"),
        Labels.of(__name__="a-b", k="0"),
    ]

    found, origins = escaped_families(families_of(labels, {}), "underscores", ends={})

    (family,) = found
    assert [one.get("k") for one in family.series] == ["0", "1"]
    assert origins[family.series[1]] == labels[1]


def test_of_metrics_of_two_types_that_become_one_the_first_is_kept() -> None:
    metadata = {"a-b": Metadata("a-b", "gauge", "", ""), "a.b": Metadata("a.b", "counter", "", "")}
    labels = [Labels.of(__name__="a-b"), Labels.of(__name__="a.b", k="1")]

    found, _ = escaped_families(families_of(labels, metadata), "underscores", ends={})

    assert [(family.type, len(family.series)) for family in found] == [("gauge", 1)]


def test_no_label_becomes_one_that_prometheus_keeps_for_itself() -> None:
    found, _ = escaped_families(families_of([Labels.of({"__name__": "a", "9": "x"})], {}), "dots", ends={})

    assert found[0].series[0].as_dict() == {"__name__": "a", "_": "x"}
