"""What people are told, in the form of Alertmanager's webhook (alerting semantics S9.11)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.model.alert import Notice, SentAlert
    from otel_monitoring.model.evidence import Evidence
    from otel_monitoring.model.labels import Labels

Status = Literal["firing", "resolved"]

VERSION = "4"
NO_TIME = "0001-01-01T00:00:00Z"
"""How Go writes the time of what has not happened yet."""

_MOST_BACKED = 20
_guard = Guard("evidence")
_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_SEPARATOR = b"\xff"


@dataclass(frozen=True, slots=True)
class Links:
    """Where somebody can act on an alert; empty where that is not offered."""

    acknowledge: str = ""
    silence: str = ""


@dataclass(frozen=True, slots=True)
class Backing:
    """What is known about alerts besides themselves; asked when a message is made.

    Attributes:
        evidence: Returns what backs an alert up, if anything.
        links: Returns where an alert can be acted on.
        trace_url: Where a trace is looked at; ``{trace_id}`` stands for its id.
    """

    evidence: Callable[[SentAlert], Evidence | None] = lambda _: None
    links: Callable[[Notice, SentAlert], Links] = lambda _notice, _alert: Links()
    trace_url: str = ""

    def traces(self, evidence: Evidence | None) -> tuple[tuple[str, str], ...]:
        """Return the ids of the traces, each with its address."""
        ids = evidence.traces if evidence else ()
        return tuple((one, self.trace_url.replace("{trace_id}", quote(one, safe=""))) for one in ids)


@dataclass(frozen=True, slots=True)
class MessageAlert:
    """One alert of a message.

    Attributes:
        status: Whether it fires.
        labels: What it is.
        annotations: What to say about it.
        starts_at_ms: When it began to fire, Unix milliseconds.
        ends_at_ms: When it stopped; ``None`` while it fires.
        generator_url: Where its expression can be looked at.
        fingerprint: The hash of its labels, as Alertmanager computes it.
        value: The last value of its expression; like all that follows not part of Alertmanager's form.
        evidence: What backs it up, if anything is known.
        traces: Ids of traces, each with the address where it is looked at, empty where none is configured.
        links: Where it can be acted on.
    """

    status: Status
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at_ms: int
    ends_at_ms: int | None
    generator_url: str
    fingerprint: str
    value: float
    evidence: Evidence | None = None
    traces: tuple[tuple[str, str], ...] = ()
    links: Links = field(default_factory=Links)

    def as_json(self) -> dict[str, Any]:
        """Return the alert as it stands in a webhook's body."""
        return {
            "status": self.status,
            "labels": dict(self.labels),
            "annotations": dict(self.annotations),
            "startsAt": rfc3339(self.starts_at_ms),
            "endsAt": NO_TIME if self.ends_at_ms is None else rfc3339(self.ends_at_ms),
            "generatorURL": self.generator_url,
            "fingerprint": self.fingerprint,
        }


@dataclass(frozen=True, slots=True)
class Message:
    """A group of alerts for one receiver.

    Attributes:
        key: The same for every attempt to deliver the same thing over the same channel.
        receiver: Who is told.
        status: ``firing`` if any alert fires.
        group_key: What the group is.
        group_labels: The labels that the group stands for.
        common_labels: The labels that all alerts share.
        common_annotations: The annotations that all alerts share.
        external_url: Where this monitoring is reached.
        alerts: The alerts, firing ones first.
        truncated_alerts: How many more there are.
        group_id: The hash of the group's key before anything was redacted, so that groups stay apart.
    """

    key: str
    receiver: str
    status: Status
    group_key: str
    group_labels: Mapping[str, str]
    common_labels: Mapping[str, str]
    common_annotations: Mapping[str, str]
    external_url: str
    alerts: tuple[MessageAlert, ...]
    truncated_alerts: int = 0
    group_id: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the body of a webhook."""
        return {
            "version": VERSION,
            "groupKey": self.group_key,
            "truncatedAlerts": self.truncated_alerts,
            "status": self.status,
            "receiver": self.receiver,
            "groupLabels": dict(self.group_labels),
            "commonLabels": dict(self.common_labels),
            "commonAnnotations": dict(self.common_annotations),
            "externalURL": self.external_url,
            "alerts": [alert.as_json() for alert in self.alerts],
        }


def message_of(
    notice: Notice, *, external_url: str = "", most_alerts: int = 0, backing: Backing | None = None
) -> Message:
    """Return what to tell about ``notice``.

    Args:
        notice: A group of alerts.
        external_url: Where this monitoring is reached.
        most_alerts: The most alerts in one message; 0 for no limit.
        backing: What is known about alerts besides themselves; asked for the first few alone.
    """
    backing = backing or Backing()
    kept = notice.alerts[:most_alerts] if most_alerts else notice.alerts
    return Message(
        key=notice.key,
        receiver=notice.receiver,
        status="firing" if notice.is_firing else "resolved",
        group_key=notice.group_key,
        group_labels=notice.group_labels.as_dict(),
        common_labels=_common([alert.labels.as_dict() for alert in notice.alerts]),
        common_annotations=_common([alert.annotations for alert in notice.alerts]),
        external_url=external_url,
        alerts=tuple(
            _backed(_alert(alert), alert, notice, backing) if number < _MOST_BACKED else _alert(alert)
            for number, alert in enumerate(kept)
        ),
        truncated_alerts=len(notice.alerts) - len(kept),
        group_id=hashlib.sha256(notice.group_key.encode()).hexdigest(),
    )


def redacted(message: Message, redact: Callable[[str], str]) -> Message:
    """Return ``message`` with every text that came from the application passed through ``redact``.

    Names of labels and annotations stay, and so do fingerprints: they are hashes of what stood there.
    """

    def clean(texts: Mapping[str, str]) -> dict[str, str]:
        return {name: redact(text) for name, text in texts.items()}

    return replace(
        message,
        group_key=redact(message.group_key),
        group_labels=clean(message.group_labels),
        common_labels=clean(message.common_labels),
        common_annotations=clean(message.common_annotations),
        alerts=tuple(
            replace(
                alert,
                labels=clean(alert.labels),
                annotations=clean(alert.annotations),
                generator_url=redact(alert.generator_url),
                evidence=None if alert.evidence is None else _clean(alert.evidence, redact),
            )
            for alert in message.alerts
        ),
    )


def _clean(evidence: Evidence, redact: Callable[[str], str]) -> Evidence:
    return replace(
        evidence,
        value_text=redact(evidence.value_text),
        threshold_text=redact(evidence.threshold_text),
        related=tuple(map(redact, evidence.related)),
    )


def fingerprint(labels: Labels) -> str:
    """Return the hash by which Alertmanager knows an alert.

    64-bit FNV-1a over the sorted names and values, each followed by a byte 255, as 16 hexadecimal digits.
    """
    value = _FNV_OFFSET
    for name, text in labels:
        for byte in name.encode() + _SEPARATOR + text.encode() + _SEPARATOR:
            value = (value ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def rfc3339(time_ms: int) -> str:
    """Write Unix milliseconds as Go does: ``2023-11-14T22:13:20.5Z``."""
    seconds, millis = divmod(time_ms, 1000)
    fraction = f".{millis:03d}".rstrip("0").rstrip(".")
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _alert(alert: SentAlert) -> MessageAlert:
    return MessageAlert(
        status="resolved" if alert.is_resolved else "firing",
        labels=alert.labels.as_dict(),
        annotations=alert.annotations,
        starts_at_ms=alert.starts_at_ms,
        ends_at_ms=alert.ends_at_ms if alert.is_resolved else None,
        generator_url=alert.generator_url,
        fingerprint=fingerprint(alert.labels),
        value=alert.value,
    )


def _backed(told: MessageAlert, alert: SentAlert, notice: Notice, backing: Backing) -> MessageAlert:
    """Add what is known about an alert; where asking fails, the alert is told without it."""
    evidence, links = _guard.call(backing.evidence, alert), _guard.call(backing.links, notice, alert)
    return replace(
        told, evidence=evidence, traces=backing.traces(evidence), links=Links() if links is None else links
    )


def _common(texts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what all of ``texts`` have under the same name."""
    if not texts:
        return {}
    return {name: text for name, text in texts[0].items() if _all_have(texts[1:], name, text)}


def _all_have(texts: Iterable[Mapping[str, str]], name: str, text: str) -> bool:
    return all(other.get(name) == text for other in texts)
