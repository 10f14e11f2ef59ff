"""Notices as plain values, so that they rest in the outbox until they were told."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from otel_monitoring.model.alert import Notice, SentAlert
from otel_monitoring.model.document import Document
from otel_monitoring.model.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = ("value", "starts_at_ms", "ends_at_ms", "is_resolved", "generator_url")


def notice_record(notice: Notice) -> dict[str, Any]:
    """Return a notice as a plain record."""
    return {
        "key": notice.key,
        "receiver": notice.receiver,
        "channel": notice.channel,
        "group_key": notice.group_key,
        "group_labels": notice.group_labels.as_dict(),
        "alerts": [alert_record(alert) for alert in notice.alerts],
        "document": None if notice.document is None else asdict(notice.document),
    }


def notice_of(record: Mapping[str, Any]) -> Notice:
    """Return the notice of a plain record."""
    return Notice(
        key=record["key"],
        receiver=record["receiver"],
        channel=record["channel"],
        group_key=record["group_key"],
        group_labels=Labels.of(record["group_labels"]),
        alerts=tuple(alert_of(one) for one in record["alerts"]),
        document=_document_of(record.get("document")),
    )


def lane_of(notice: Notice) -> str:
    """Return the full name of the channel that a notice is for, ``receiver/channel``."""
    return f"{notice.receiver}/{notice.channel}"


def _document_of(record: Mapping[str, Any] | None) -> Document | None:
    return None if record is None else Document(**{**record, "lines": tuple(record["lines"])})


def alert_record(alert: SentAlert) -> dict[str, Any]:
    """Return an alert as a plain record."""
    plain = {name: getattr(alert, name) for name in _PLAIN}
    return {"labels": alert.labels.as_dict(), "annotations": dict(alert.annotations), **plain}


def alert_of(record: Mapping[str, Any]) -> SentAlert:
    """Return the alert of a plain record."""
    return SentAlert(
        labels=Labels.of(record["labels"]),
        annotations=record["annotations"],
        **{name: record[name] for name in _PLAIN},
    )
