"""The labels that make an alert the alert it is, and its annotations (alerting semantics S4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from otel_monitoring.alerts.evaluation.state import Finding
from otel_monitoring.model.labels import NAME, Labels
from otel_monitoring.templates import Context, Data, Template, TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.alerts.rules.rule import AlertingRule
    from otel_monitoring.model.alert import Breach


class Labeller:
    """Turn what one rule's expression found into alerts: its templates, parsed once.

    Args:
        rule: The rule.
        external_labels: What templates see as ``$externalLabels``; no part of the identity.

    Raises:
        TemplateError: A template does not parse.
    """

    def __init__(self, rule: AlertingRule, *, external_labels: Mapping[str, str]) -> None:
        self._name = rule.name
        self._labels = {name: _template(text) for name, text in rule.labels.items()}
        self._annotations = {name: Template(text) for name, text in rule.annotations.items()}
        self._external_labels = external_labels

    def finding(self, breach: Breach, context: Context) -> Finding:
        """Return ``breach`` under its final labels, with its annotations."""
        data = Data(
            labels=breach.labels.as_dict(),
            value=breach.value,
            external_labels=self._external_labels,
            context=context,
        )
        labels = {name: value for name, value in data.labels.items() if name != NAME}
        labels |= {name: template.expand(data) for name, template in self._labels.items()}
        labels["alertname"] = self._name
        return Finding(
            labels=Labels.of(labels),
            annotations={name: template.expand(data) for name, template in self._annotations.items()},
            value=breach.value,
        )


def _template(text: str) -> Template:
    """Parse the template of a label; one that does not parse says so in its place.

    A rule's own templates were tried when its file was read; those of its group are only warned of.
    """
    try:
        return Template(text)
    except TemplateError as error:
        said = f"<error expanding template: {error}>"
        return Template(f"{{{{ {json.dumps(said)} }}}}")
