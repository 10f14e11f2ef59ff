"""A bench in words."""

from __future__ import annotations

import pytest

from otel_monitoring.testing.rules import RuleBench

RULES = """
groups:
  - name: shop
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: ShopDown
        expr: job:up:sum == 0
        for: 5m
      - alert: Never
        expr: up > 9
      - alert: Broken
        expr: up * on () job:up:sum
"""


def test_rules_and_series_stand_as_they_were_given() -> None:
    bench = RuleBench.from_text(RULES)
    bench.load('up{job="shop", pod="a"}', "1 1 0x9")
    bench.load('up{job="shop", pod="b"}', "1 _ 0x9")

    bench.advance("6m")

    assert bench.report().splitlines() == [
        "rules after 6m, evaluated every 1m:",
        "  job:up:sum: sum by (job) (up)",
        "  ShopDown: job:up:sum == 0 for 5m",
        '    pending since 2m, value 0 {job="shop"}',
        "  Never: up > 9",
        "    finds nothing",
        "  Broken: up * on () job:up:sum",
        f"    error: {bench.errors()[0].partition(': ')[2]}",
        "",
        "series, the newest 15 values, one every 1m:",
        '  job:up:sum{job="shop"}  2 2 0 0 0 0 0',
        '  up{job="shop", pod="a"}  1 1 0 0 0 0 0',
        '  up{job="shop", pod="b"}  1 _ 0 0 0 0 0',
    ]


def test_only_the_newest_values_of_the_first_series_are_shown() -> None:
    bench = RuleBench()
    for number in range(25):
        bench.set(f'a{{n="{number:02}"}}', number)

    bench.advance("1h")

    lines = bench.report().splitlines()
    assert lines[3] == '  a{n="00"}  ' + " ".join(["0"] * 15)
    assert lines[-1] == "  and 5 more"


def test_a_bench_without_series_says_how_to_give_some() -> None:
    assert RuleBench().report().splitlines()[-1] == "  none: load() or set() gives some"


def test_what_fires_though_not_expected_is_told_with_the_report() -> None:
    bench = RuleBench.from_text("groups: [{name: a, rules: [{alert: Hot, expr: cpu > 0.9}]}]")
    bench.expect_firing()
    bench.set("cpu", 0.95)
    bench.advance("1m")
    bench.expect_firing("Hot")

    with pytest.raises(AssertionError) as caught:
        bench.expect_firing("Cold", "Warm")

    first, *rest = str(caught.value).splitlines()
    assert first == "expected firing: Cold, Warm; found: Hot"
    assert "    firing since 0s, value 0.95" in rest
