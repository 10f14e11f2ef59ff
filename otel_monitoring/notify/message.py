"""What people are told, in the form of Alertmanager's webhook (alerting semantics S9.11)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from otel_monitoring.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from otel_monitoring.model.alert import Notice, SentAlert
    from otel_monitoring.model.document import Document
    from otel_monitoring.model.evidence import Evidence
    from otel_monitoring.model.labels import Labels

Status = Literal["firing", "resolved"]

VERSION = "4"
NO_TIME = "0001-01-01T00:00:00Z"
"""How Go writes the time of what has not happened yet."""

_MOST_BACKED = 10
_MOST_BRIEF = 40
_LONGEST_VALUE = 16_384
_LONGEST_KEY = 32_768
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
    """What is known about alerts besides themselves; asked when a message is sent, by the thread that sends.

    Attributes:
        evidence: Returns what backs an alert up, if anything.
        brief: Returns as much of it as needs no question, for the alerts far down in a large group.
        links: Returns where alerts of a notice can be acted on: one of them, or all that fire together.
        trace_url: Where a trace is looked at; ``{trace_id}`` stands for its id.
    """

    evidence: Callable[[SentAlert], Evidence | None] = lambda _: None
    brief: Callable[[SentAlert], Evidence | None] = lambda _: None
    links: Callable[[Notice, Sequence[SentAlert]], Links] = lambda _notice, _alerts: Links()
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
        links: Where all of its alerts that fire can be acted on at once.
        document: What is told in place of alerts: a report. It is redacted where it is made.
        complete: Adds what is only asked when the message is sent; ``None`` where that is nothing.
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
    links: Links = field(default_factory=Links)
    document: Document | None = None
    complete: Callable[[Message], Message] | None = field(default=None, compare=False, repr=False)

    def completed(self) -> Message:
        """Return the message with what is known about its alerts at this moment.

        Asking takes time: this is for the thread that sends, right before it does.
        """
        return self if self.complete is None else self.complete(self)

    def as_json(self) -> dict[str, Any]:
        """Return the body of a webhook; of a document its plain values, under ``report``."""
        if self.document is not None:
            return {"version": VERSION, "receiver": self.receiver, "report": dict(self.document.body)}
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
        backing: What is known about alerts besides themselves; :meth:`Message.completed` asks it, for the
            first few alerts alone.
    """
    kept = notice.alerts[:most_alerts] if most_alerts else notice.alerts
    return Message(
        key=notice.key,
        receiver=notice.receiver,
        status="firing" if notice.is_firing else "resolved",
        group_key=_bounded(notice.group_key, _LONGEST_KEY),
        group_labels=_all_bounded(notice.group_labels.as_dict()),
        common_labels=_all_bounded(_common([alert.labels.as_dict() for alert in notice.alerts])),
        common_annotations=_all_bounded(_common([alert.annotations for alert in notice.alerts])),
        external_url=external_url,
        alerts=tuple(map(message_alert, kept)),
        truncated_alerts=len(notice.alerts) - len(kept),
        group_id=hashlib.sha256(_bytes(notice.group_key)).hexdigest(),
        document=notice.document,
        complete=None if backing is None else partial(_completed, notice=notice, backing=backing),
    )


def redacted(message: Message, redact: Callable[[str], str]) -> Message:
    """Return ``message`` with every text that came from the application passed through ``redact``.

    Names of labels and annotations stay, and so do fingerprints: they are hashes of what stood there. What is
    added when the message is sent is redacted then.
    """

    def clean(texts: Mapping[str, str]) -> dict[str, str]:
        return {name: redact(text) for name, text in texts.items()}

    return replace(
        message,
        complete=None if message.complete is None else partial(_completed_clean, message.complete, redact),
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


def _completed_clean(
    complete: Callable[[Message], Message], redact: Callable[[str], str], message: Message
) -> Message:
    found = complete(message)
    alerts = tuple(
        alert if alert.evidence is None else replace(alert, evidence=_clean(alert.evidence, redact))
        for alert in found.alerts
    )
    return replace(found, alerts=alerts)


def _clean(evidence: Evidence, redact: Callable[[str], str]) -> Evidence:
    return replace(
        evidence,
        value_text=redact(evidence.value_text),
        threshold_text=redact(evidence.threshold_text),
        peak_text=redact(evidence.peak_text),
        related=tuple(map(redact, evidence.related)),
        errors=tuple(map(redact, evidence.errors)),
    )


def fingerprint(labels: Labels) -> str:
    """Return the hash by which Alertmanager knows an alert.

    64-bit FNV-1a over the sorted names and values, each followed by a byte 255, as 16 hexadecimal digits.
    """
    value = _FNV_OFFSET
    for name, text in labels:
        for byte in _bytes(name) + _SEPARATOR + _bytes(text) + _SEPARATOR:
            value = (value ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def rfc3339(time_ms: int) -> str:
    """Write Unix milliseconds as Go does: ``2023-11-14T22:13:20.5Z``."""
    seconds, millis = divmod(time_ms, 1000)
    fraction = f".{millis:03d}".rstrip("0").rstrip(".")
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{fraction}Z"


def message_alert(alert: SentAlert) -> MessageAlert:
    """Return an alert as messages tell it, without what backs it up."""
    return MessageAlert(
        status="resolved" if alert.is_resolved else "firing",
        labels=_all_bounded(alert.labels.as_dict()),
        annotations=_all_bounded(alert.annotations),
        starts_at_ms=alert.starts_at_ms,
        ends_at_ms=alert.ends_at_ms if alert.is_resolved else None,
        generator_url=alert.generator_url,
        fingerprint=fingerprint(alert.labels),
        value=alert.value,
    )


def _completed(message: Message, *, notice: Notice, backing: Backing) -> Message:
    """Add what is known about the alerts; where asking fails, they are told without it."""
    pairs = zip(message.alerts[:_MOST_BRIEF], notice.alerts, strict=False)
    told = tuple(
        _backed(one, alert, notice, backing, is_brief=number >= _MOST_BACKED)
        for number, (one, alert) in enumerate(pairs)
    )
    firing = [alert for alert in notice.alerts if not alert.is_resolved]
    return replace(
        message,
        alerts=told + message.alerts[_MOST_BRIEF:],
        links=_links(notice, firing, backing) if len(firing) > 1 else Links(),
    )


def _backed(
    told: MessageAlert, alert: SentAlert, notice: Notice, backing: Backing, *, is_brief: bool
) -> MessageAlert:
    evidence = _guard.call(backing.brief if is_brief else backing.evidence, alert)
    links = Links() if alert.is_resolved else _links(notice, [alert], backing)
    return replace(told, evidence=evidence, traces=backing.traces(evidence), links=links)


def _links(notice: Notice, alerts: Sequence[SentAlert], backing: Backing) -> Links:
    return _guard.call(backing.links, notice, alerts) or Links()


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")  # an application may have put half a character into a label


def _all_bounded(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: _bounded(text, _LONGEST_VALUE) for name, text in texts.items()}


def _bounded(text: str, most: int) -> str:
    """Cut what is too long for any message."""
    return text if len(text) <= most else f"{text[:most]}…"


def _common(texts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what all of ``texts`` have under the same name."""
    if not texts:
        return {}
    return {name: text for name, text in texts[0].items() if _all_have(texts[1:], name, text)}


def _all_have(texts: Iterable[Mapping[str, str]], name: str, text: str) -> bool:
    return all(other.get(name) == text for other in texts)
