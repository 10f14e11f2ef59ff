"""The samples that rules yield: recorded results, ``ALERTS`` and ``ALERTS_FOR_STATE`` (S2.7, S2.9, S5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.errors import RuleError
from otel_monitoring.model.labels import NAME, Labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from otel_monitoring.alerts.rules.rule import RecordingRule
    from otel_monitoring.model.alert import Alert, Breach


def recorded(rule: RecordingRule, result: Sequence[Breach]) -> dict[Labels, float]:
    """Return the samples that a recording rule makes of its result.

    Raises:
        RuleError: Two of them have the same labels.
    """
    samples: dict[Labels, float] = {}
    for element in result:
        labels = element.labels.with_({NAME: "", **rule.labels}).with_({NAME: rule.name})
        if labels in samples:
            msg = f"two results have the same labels after those of the rule are applied: {labels!r}"
            raise RuleError(msg)
        samples[labels] = element.value
    return samples


def alert_samples(alerts: Iterable[Alert], templates: Mapping[str, str]) -> dict[Labels, float]:
    """Return ``ALERTS`` and ``ALERTS_FOR_STATE`` of every pending or firing alert (S5.1).

    Args:
        alerts: The alerts of one rule.
        templates: The rule's own labels as they are written. One whose text came out empty is no label of the
            alert, and yet one of these series, unexpanded: so it is on Prometheus, and a rule may ask for it.
    """
    samples: dict[Labels, float] = {}
    for alert in alerts:
        if alert.state != "inactive":
            labels = alert.labels
            if templates and not all(map(labels.get, templates)):
                labels = Labels.of({**templates, **labels.as_dict()})
            samples[labels.with_({NAME: "ALERTS", "alertstate": alert.state})] = 1.0
            samples[labels.with_({NAME: "ALERTS_FOR_STATE"})] = float(alert.active_at_ms // 1000)
    return samples
