"""The series that rules write (S2.7, S2.9, S5)."""

from __future__ import annotations

import pytest

from otel_monitoring.alerts.evaluation.series import alert_samples, recorded
from otel_monitoring.alerts.rules.rule import RecordingRule
from otel_monitoring.errors import RuleError
from otel_monitoring.model.alert import Alert, Breach
from otel_monitoring.model.labels import Labels

UP_A = Labels.of(__name__="up", job="a", host="x")


def test_a_recorded_series_has_the_name_and_labels_of_the_rule() -> None:
    """S2.7."""
    rule = RecordingRule(name="job:up", expr="up", labels={"kind": "sum", "host": ""})

    assert recorded(rule, [Breach(UP_A, 3.0)]) == {Labels.of(__name__="job:up", job="a", kind="sum"): 3.0}


def test_a_scalar_becomes_a_series_without_labels() -> None:
    """S2.7."""
    assert recorded(RecordingRule(name="one", expr="1"), [Breach(Labels.of(), 1.0)]) == {
        Labels.of(__name__="one"): 1.0
    }


def test_two_results_of_one_label_set_fail() -> None:
    """S2.7."""
    rule = RecordingRule(name="r", expr="up", labels={"host": ""})

    with pytest.raises(RuleError, match="two results have the same labels"):
        recorded(rule, [Breach(UP_A, 1.0), Breach(UP_A.with_({"host": "y"}), 1.0)])


def test_pending_and_firing_alerts_have_two_series_each_and_resolved_ones_none() -> None:
    """S5.1."""
    alerts = [
        Alert(Labels.of(alertname="A", job="p"), {}, "pending", 1.0, 61_900),
        Alert(Labels.of(alertname="A", job="f"), {}, "firing", 1.0, 60_000),
        Alert(Labels.of(alertname="A", job="r"), {}, "inactive", 1.0, 60_000, resolved_at_ms=70_000),
    ]

    assert alert_samples(alerts, {}) == {
        Labels.of(__name__="ALERTS", alertname="A", alertstate="pending", job="p"): 1.0,
        Labels.of(__name__="ALERTS_FOR_STATE", alertname="A", job="p"): 61.0,
        Labels.of(__name__="ALERTS", alertname="A", alertstate="firing", job="f"): 1.0,
        Labels.of(__name__="ALERTS_FOR_STATE", alertname="A", job="f"): 60.0,
    }


def test_a_label_that_came_out_empty_is_in_the_series_as_it_is_written() -> None:
    """S5.1, as it is on Prometheus: the alert does not have the label, ALERTS has its template."""
    labels = Labels.of(alertname="A", team="b")
    alert = Alert(labels=labels, annotations={}, state="pending", value=1, active_at_ms=0)

    samples = alert_samples([alert], {"team": "{{ $labels.team }}", "gone": "{{ $labels.gone }}"})

    assert [one.get("gone") for one in samples] == ["{{ $labels.gone }}"] * 2
    assert [one.get("team") for one in samples] == ["b"] * 2
