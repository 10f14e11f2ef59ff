"""Texts of channels that the configuration gives as templates."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from otel_monitoring.templates.lexer import TemplateError
from otel_monitoring.templates.library import Library
from otel_monitoring.templates.moments import Moment
from otel_monitoring.templates.records import KeyValues, Method, Record, Struct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from otel_monitoring.model.clock import Clock
    from otel_monitoring.notify.message import Message, MessageAlert


class Texts:
    """Fills templates in with what a message tells.

    Args:
        clock: The time.
        sources: Texts of template files; they may replace the default templates.
        zone: Where times are told.

    Raises:
        TemplateError: A template file does not parse.
    """

    def __init__(self, *, clock: Clock, sources: Sequence[str] = (), zone: tzinfo = UTC) -> None:
        from otel_monitoring.notify.messages.defaults import DEFAULTS

        self._clock = clock
        self._library = Library([DEFAULTS, *sources])
        self.zone = zone

    def within(self, zone: tzinfo) -> Texts:
        """Return the same templates for people in another zone."""
        other = copy.copy(self)
        other.zone = zone
        return other

    def check(self, template: str) -> None:
        """Parse a template.

        Raises:
            TemplateError: It does not parse.
        """
        self._library.check(template)

    def fill(self, template: str, message: Message, *, in_html: bool = False) -> str:
        """Return the text; what fails is told in the text, so that the message still arrives (S4.4)."""
        try:
            return self._library.expand(
                template, _dot(message, self.zone), at_ms=self._clock.now_ms(), in_html=in_html
            )
        except TemplateError as error:
            return f"<error expanding template: {error}>"


@dataclass(frozen=True, slots=True)
class Filled:
    """Templates of one message, filled in one after another."""

    texts: Texts
    message: Message

    def __call__(self, template: str, *, in_html: bool = False) -> str:
        """Return the text of ``template``."""
        return self.texts.fill(template, self.message, in_html=in_html)

    def all(self, templates: Mapping[str, str]) -> dict[str, str]:
        """Return the texts of several templates by name."""
        return {name: self(template) for name, template in templates.items()}


class _Alerts(list[object], Record):
    """The alerts of a message."""

    def template_fields(self) -> Mapping[str, object]:
        """Return the alerts that fire and those that are resolved."""
        return {
            "Firing": Method("Firing", lambda: self._of("firing")),
            "Resolved": Method("Resolved", lambda: self._of("resolved")),
        }

    def _of(self, status: str) -> _Alerts:
        return _Alerts(
            one for one in self if isinstance(one, Record) and one.template_fields()["Status"] == status
        )


def _dot(message: Message, zone: tzinfo) -> Struct:
    return Struct(
        {
            "Receiver": message.receiver,
            "Status": message.status,
            "Alerts": _Alerts(_alert(alert, zone) for alert in message.alerts),
            "GroupLabels": KeyValues(message.group_labels),
            "CommonLabels": KeyValues(message.common_labels),
            "CommonAnnotations": KeyValues(message.common_annotations),
            "ExternalURL": message.external_url,
            "GroupKey": message.group_key,
            "TruncatedAlerts": message.truncated_alerts,
        }
    )


def _alert(alert: MessageAlert, zone: tzinfo) -> Struct:
    """Return an alert as templates see it: what Alertmanager shows them, then what is ours."""
    evidence = alert.evidence
    return Struct(
        {
            "Status": alert.status,
            "Labels": KeyValues(alert.labels),
            "Annotations": KeyValues(alert.annotations),
            "StartsAt": Moment(alert.starts_at_ms, zone),
            "EndsAt": Moment(alert.ends_at_ms, zone),
            "GeneratorURL": alert.generator_url,
            "Fingerprint": alert.fingerprint,
            "Value": alert.value,
            "ValueText": evidence.value_text if evidence else "",
            "Threshold": evidence.threshold_text if evidence else "",
            "Peak": evidence.peak_text if evidence else "",
            "Traces": [Struct({"ID": trace_id, "URL": url}) for trace_id, url in alert.traces],
            "AcknowledgeURL": alert.links.acknowledge,
            "SilenceURL": alert.links.silence,
        }
    )
