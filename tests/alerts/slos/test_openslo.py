"""Service levels in OpenSLO's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from otel_monitoring.alerts.rules.rulefile import RuleFileError
from otel_monitoring.alerts.slos.openslo import load_slos, parse_slos
from otel_monitoring.reports.slos.indicator import Looks, Ratio

if TYPE_CHECKING:
    from pathlib import Path

    from otel_monitoring.alerts.slos.openslo import SLOFile

INLINE = """
apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout
  displayName: Checkout works
  labels: {team: [web, shop], cost-centre: "17"}
  annotations:
    otel-monitoring/min-events: "100"
    otel-monitoring/absent-after: 2h
    otel-monitoring/runbook-url: https://runbooks.example/checkout
spec:
  description: Payments go through
  service: shop
  indicator:
    metadata: {name: payments}
    spec:
      ratioMetric:
        counter: true
        bad:
          metricSource:
            type: Prometheus
            spec: {query: 'payments_total{outcome="failed"}'}
        total:
          metricSource:
            type: Prometheus
            spec: {query: payments_total}
  timeWindow:
    - {duration: 28d, isRolling: true}
  budgetingMethod: Occurrences
  objectives:
    - {target: 0.999}
"""

REFERRED = """
apiVersion: openslo/v1
kind: SLI
metadata: {name: latency}
spec:
  thresholdMetric:
    metricSource:
      type: Prometheus
      spec: {query: 'histogram_quantile(0.99, sum by (le) (rate(request_seconds_bucket[5m])))'}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: fast}
spec:
  service: shop
  indicatorRef: latency
  timeWindow:
    - duration: 1M
      isRolling: false
      calendar: {startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlin}
  budgetingMethod: Timeslices
  objectives:
    - {displayName: Good enough, op: lte, value: 0.5, targetPercent: 99.9, timeSliceWindow: 5m}
    - {op: lte, value: 2, target: 0.9999}
"""

SLICED = INLINE.replace("Occurrences", "Timeslices").replace(
    "target: 0.999", "target: 0.99, timeSliceTarget: 0.95"
)


def parsed(text: str) -> SLOFile:
    """Return what a text says."""
    return parse_slos([("slos.yml", text)])


def problems(text: str) -> str:
    """Return everything that is wrong with a text."""
    with pytest.raises(RuleFileError) as raised:
        parsed(text)
    return str(raised.value)


def test_an_inline_ratio_is_read() -> None:
    (slo,) = parsed(INLINE).slos

    assert slo.sli == Ratio(total="payments_total", bad='payments_total{outcome="failed"}')
    assert (slo.name, slo.service, slo.target, slo.window) == ("checkout", "shop", 0.999, "28d")
    assert (slo.min_events, slo.absent_after, slo.description) == (100, "2h", "Payments go through")
    assert slo.runbook_url == "https://runbooks.example/checkout"
    assert slo.labels == {"team": "web", "cost_centre": "17"}


def test_each_objective_is_a_service_level() -> None:
    enough, second = parsed(REFERRED).slos

    assert (enough.name, enough.target, enough.window, enough.time_zone) == (
        "fast-good-enough",
        0.999,
        "month",
        "Europe/Berlin",
    )
    assert isinstance(enough.sli, Looks)
    assert (enough.sli.op, enough.sli.value, enough.sli.every_ms) == ("lte", 0.5, 300_000)
    assert (second.name, second.target) == ("fast-2", 0.9999)


def test_slices_of_a_ratio_are_looks_at_it() -> None:
    (slo,) = parsed(SLICED).slos

    assert isinstance(slo.sli, Looks)
    assert (slo.sli.value, slo.sli.every_ms) == (0.95, 60_000)


def test_an_indicator_may_stand_in_another_file(tmp_path: Path) -> None:
    first, second = REFERRED.split("---")
    (tmp_path / "sli.yml").write_text(first)
    (tmp_path / "slo.yml").write_text(second)

    found = load_slos([str(tmp_path / "*.yml")])

    assert [slo.name for slo in found.slos] == ["fast-good-enough", "fast-2"]


@pytest.mark.parametrize(
    "kind", ["AlertPolicy", "AlertCondition", "AlertNotificationTarget", "Service", "DataSource"]
)
def test_what_says_nothing_of_what_is_counted_is_read_over_and_said(kind: str) -> None:
    text = f"{INLINE}---\napiVersion: openslo/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {{}}\n"

    found = parsed(text)

    assert len(found.slos) == 1
    assert f"kind {kind} is read over" in str(found.warnings[0])


def test_alert_policies_of_an_slo_are_read_over_and_said() -> None:
    found = parsed(INLINE.replace("  objectives:", "  alertPolicies: [page-me]\n  objectives:"))

    assert "alertPolicies is read over" in str(found.warnings[0])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("openslo/v1", "openslo/v1alpha", "2:13: apiVersion is 'openslo/v1alpha': expected openslo/v1"),
        ("kind: SLO", "kind: Thing", "3:7: kind is 'Thing': expected one of AlertCondition"),
        ("name: checkout", "title: checkout", "unknown field 'title' in metadata"),
        ("target: 0.999", "target: 99.9", "target is 99.9: expected a share above 0 and below 1"),
        ("target: 0.999", "{}", "slos.yml"),
        ("target: 0.999", "displayName: x", "expected one of target and targetPercent"),
        ("Occurrences", "RatioTimeslices", "expected Occurrences or Timeslices"),
        ("Occurrences", "Timeslices", "timeSliceTarget is missing"),
        ("28d", "1d", "window is '1d': expected 7d to 366d"),
        ("isRolling: true", "isRolling: false", "duration is '28d' of a calendar: expected 1M"),
        ("type: Prometheus", "type: Datadog", "type is 'Datadog': expected Prometheus"),
        ("{query: payments_total}", "{}", "query is missing in spec of the metricSource of total"),
        ("{query: payments_total}", "{query: 'rate(a[5m])'}", "total is 'rate(a[5m])': expected a selector"),
        ("        bad:", "        raw:", "raw says no number of events"),
        ('min-events: "100"', "min-events: some", "is 'some': expected a whole number"),
        ("  indicator:\n", "  indicatorRef: nobody\n  unknown:\n", "SLI 'nobody' does not exist"),
        ("    - {target: 0.999}", "    []", "objectives is empty"),
        ("spec:\n  desc", "nothing:\n  desc", "unknown field 'nothing' in a document"),
    ],
)
def test_what_cannot_be_kept_as_it_is_written_is_refused(old: str, new: str, told: str) -> None:
    assert old in INLINE

    assert told in problems(INLINE.replace(old, new))


def test_two_of_one_name_are_refused() -> None:
    assert "SLO 'checkout' is there twice" in problems(f"{INLINE}---{INLINE}")


@pytest.mark.parametrize("text", ["", "---\n---\n", "# nothing\n"])
def test_nothing_is_no_service_level(text: str) -> None:
    assert parsed(text).slos == ()


@pytest.mark.parametrize("text", ["a: [", "[" * 100 + "]" * 100, "- 1", "just text", "\x00", "a: &x [*x]"])
def test_what_is_no_document_is_a_problem(text: str) -> None:
    assert problems(text).startswith("slos.yml:")


def test_a_file_that_is_not_there_is_a_problem() -> None:
    with pytest.raises(RuleFileError, match="cannot be read: No such file"):
        load_slos(["missing.yml"])
