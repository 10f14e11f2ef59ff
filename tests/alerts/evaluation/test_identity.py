"""Labels and annotations of alerts (S4)."""

from __future__ import annotations

from otel_monitoring.alerts.evaluation.identity import Labeller
from otel_monitoring.alerts.rules.rule import AlertingRule
from otel_monitoring.model.alert import Breach
from otel_monitoring.model.labels import Labels
from otel_monitoring.templates import Context

BREACH = Breach(Labels.of(__name__="load", job="api", host="a"), 7.5)


def labeller(labels: dict[str, str], annotations: dict[str, str] | None = None) -> Labeller:
    rule = AlertingRule(name="High", expr="load > 5", labels=labels, annotations=annotations or {})
    return Labeller(rule, external_labels={"dc": "eu"})


def test_labels_of_the_rule_go_over_those_of_the_sample_and_the_name_over_all() -> None:
    """S4.1."""
    found = labeller({"job": "{{ $labels.job }}!", "alertname": "Other", "severity": "page"}).finding(
        BREACH, Context()
    )

    assert found.labels == Labels.of(job="api!", host="a", severity="page", alertname="High")


def test_an_empty_expansion_removes_the_label() -> None:
    """S4.1."""
    found = labeller({"host": "{{ $labels.nothing }}"}).finding(BREACH, Context())

    assert found.labels == Labels.of(job="api", alertname="High")


def test_external_labels_are_no_part_of_the_identity_and_seen_by_templates() -> None:
    """S4.1, S4.3."""
    found = labeller({}, {"where": "{{ $externalLabels.dc }}"}).finding(BREACH, Context())

    assert found.labels == Labels.of(job="api", host="a", alertname="High")
    assert found.annotations == {"where": "eu"}


def test_annotations_see_the_sample_with_its_name() -> None:
    """S4.2, S4.3."""
    found = labeller({}, {"summary": "{{ $labels.__name__ }} of {{ .Labels.host }} is {{ $value }}"}).finding(
        BREACH, Context()
    )

    assert found.annotations == {"summary": "load of a is 7.5"}
    assert found.value == 7.5


def test_a_failing_label_template_does_not_stop_the_alert() -> None:
    """S4.4."""
    found = labeller({"x": "{{ first 1 }}"}).finding(BREACH, Context())

    assert found.labels.get("x").startswith("<error expanding template: ")
