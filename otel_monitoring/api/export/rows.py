"""Events, results of checks, audit entries, alerts and messages, row by row as the routes show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from otel_monitoring.api.alerting.bodies import EpisodeBody
from otel_monitoring.api.alerting.receivers import DeliveryBody
from otel_monitoring.api.audit import ActionBody, action_body
from otel_monitoring.api.events import EventBody, ResultBody, event_body, result_body
from otel_monitoring.model.record import EVENT, HEALTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pydantic import BaseModel

    from otel_monitoring.alerts.history import Episode
    from otel_monitoring.api.audit import AuditSource
    from otel_monitoring.api.events import RecordsSource
    from otel_monitoring.model.clock import Clock
    from otel_monitoring.model.record import Record
    from otel_monitoring.notify.delivery.record import Delivery

Kind: TypeAlias = Literal["alerts", "events", "health", "audit", "deliveries"]
"""What is exported as rows."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_AT_ONCE: Final = 1000

_BODIES: Final[Mapping[Kind, type[BaseModel]]] = {
    "alerts": EpisodeBody,
    "events": EventBody,
    "health": ResultBody,
    "audit": ActionBody,
    "deliveries": DeliveryBody,
}


@dataclass(frozen=True, slots=True)
class RowsSource:
    """Whom an export of rows asks.

    Attributes:
        records: Finds events and results of checks.
        audit: Finds what was done.
        episodes: Returns what fired from a time to another, Unix milliseconds.
        deliveries: Returns what became of messages, the oldest in front.
        clock: Tells now.
    """

    records: RecordsSource
    audit: AuditSource
    episodes: Callable[[int, int], Sequence[Episode]]
    deliveries: Callable[[], Sequence[Delivery]]
    clock: Clock


def heads_of(kind: Kind) -> list[str]:
    """Return what the fields of a row are called, in their order."""
    fields = _BODIES[kind].model_fields
    return [field.serialization_alias or name for name, field in fields.items()]


def rows_of(
    kind: Kind, source: RowsSource, *, start_ms: int, end_ms: int, most: int
) -> Iterator[dict[str, Any]]:
    """Yield what lies in ``start_ms <= time < end_ms``, the newest in front, read piece by piece.

    Args:
        kind: What is wanted.
        source: Whom to ask.
        start_ms: Unix milliseconds.
        end_ms: Unix milliseconds.
        most: The most rows.
    """
    for body in _found(kind, source, start_ms, end_ms, most):
        yield body.model_dump(mode="json", by_alias=True)


def _found(kind: Kind, source: RowsSource, start_ms: int, end_ms: int, most: int) -> Iterator[BaseModel]:
    if kind == "alerts":
        now_ms = source.clock.now_ms()
        yield from (EpisodeBody.of(one, now_ms) for one in source.episodes(start_ms, end_ms)[:most])
    elif kind == "deliveries":
        newest = reversed(source.deliveries())
        wanted = [one for one in newest if start_ms <= one.at_ms < end_ms]
        yield from (DeliveryBody.of(one) for one in wanted[:most])
    elif kind == "audit":
        yield from _audit(source.audit, start_ms, end_ms, most)
    else:
        yield from _records(kind, source.records, start_ms, end_ms, most)


def _audit(source: AuditSource, start_ms: int, end_ms: int, most: int) -> Iterator[BaseModel]:
    before, left = None, most
    while left > 0:
        wanted = min(left, _AT_ONCE)
        found, is_kept = source.find(since_ms=start_ms, until_ms=end_ms, before=before, most=wanted)
        yield from (action_body(one, is_kept=is_kept) for one in found)
        if len(found) < wanted:
            return
        before, left = (found[-1].action.at_ms, found[-1].number), left - len(found)


def _records(
    kind: Literal["events", "health"], source: RecordsSource, start_ms: int, end_ms: int, most: int
) -> Iterator[BaseModel]:
    known, body = (EVENT, event_body) if kind == "events" else (HEALTH, result_body)
    before, left = None, most
    while left > 0:
        wanted = min(left, _AT_ONCE)
        found, is_kept = source.find(
            known, since_ms=start_ms, until_ms=end_ms, key=None, trace=None, before=before, most=wanted
        )
        names = source.instances() if is_kept else {}
        yield from (body(one, names) for one in found)
        if len(found) < wanted:
            return
        before, left = _place(found[-1]), left - len(found)


def _place(record: Record) -> tuple[int, int]:
    return record.time_ms, record.id
