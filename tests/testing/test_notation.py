"""Series in the notation of Prometheus's unit tests."""

from __future__ import annotations

import math
import struct

import pytest

from otel_monitoring.errors import RuleError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE
from otel_monitoring.testing.notation import NativeHistogramError, labels_of, values_of


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 2.5 -3", [1, 2.5, -3]),
        ("0+10x3", [0, 10, 20, 30]),
        ("10-2.5x2", [10, 7.5, 5]),
        ("-2-1x1", [-2, -3]),
        ("7x2", [7, 7, 7]),
        ("0x3", [0, 0, 0, 0]),
        ("1x0", [1]),
        ("_ 1 _x2 2", [None, 1, None, None, 2]),
        ("_x0", []),
        ("1e2 .5 1. +4", [100, 0.5, 1, 4]),
        ("Inf -inf", [math.inf, -math.inf]),
        ("", []),
    ],
)
def test_values_are_read_as_promtool_reads_them(text: str, values: list[float | None]) -> None:
    """S10: ``n`` repeats give n + 1 values."""
    assert values_of(text) == values


def test_stale_is_the_marker_and_nan_is_not() -> None:
    stale, nan = values_of("stale NaN")

    assert stale is STALE
    assert nan is not None
    assert math.isnan(nan)
    assert struct.pack("<d", nan) != struct.pack("<d", STALE)


@pytest.mark.parametrize(
    "text", ["1--1x2", "1+-1x2", "1+1", "1 + 1x2", "stalex2", "1_", "a", "0x10+1", "1,2"]
)
def test_values_that_promtool_refuses_are_refused_with_the_item_named(text: str) -> None:
    with pytest.raises(RuleError, match="is not understood: expected such as"):
        values_of(text)


def test_a_million_values_are_the_most() -> None:
    with pytest.raises(RuleError, match="more than 1,000,000 samples"):
        values_of("1x999999999999")


def test_native_histograms_are_refused_by_name() -> None:
    with pytest.raises(NativeHistogramError, match="native histograms are not supported"):
        values_of("{{sum:3 count:2 buckets:[2]}}x2")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("up", {"__name__": "up"}),
        ('up{job="a", instance="b:1"}', {"__name__": "up", "job": "a", "instance": "b:1"}),
        ('{job="a"}', {"job": "a"}),
        ('{"a.b", c="d"}', {"__name__": "a.b", "c": "d"}),
        ("{}", {}),
        ("", {}),
    ],
)
def test_series_are_read(text: str, labels: dict[str, str]) -> None:
    assert labels_of(text) == Labels.of(labels)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('up{job="a"', "up{job"),
        ('up{job=~"a"}', "label 'job' has =~, expected ="),
        ("up[5m]", "expected a metric name and labels"),
        ("up + 1", "expected a metric name and labels"),
    ],
)
def test_what_is_no_series_is_refused(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message.replace("[", r"\[")):
        labels_of(text)
