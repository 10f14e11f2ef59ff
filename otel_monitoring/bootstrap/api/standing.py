"""How the parts of this instance stand, put together for ``/pipeline``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.guard import all_guards
from otel_monitoring.monitoring.standing.keeping import (
    messages_standing,
    queries_standing,
    records_standing,
    rules_standing,
    storage_standing,
    store_standing,
)
from otel_monitoring.monitoring.standing.lately import Lately
from otel_monitoring.monitoring.standing.working import exports_standing, guards_standing, loop_standing
from otel_monitoring.storage.state import Unavailable

if TYPE_CHECKING:
    from otel_monitoring.bootstrap.analysis import Analysis
    from otel_monitoring.bootstrap.parts import Builder
    from otel_monitoring.monitoring.standing.part import Standing

_NOTED_EVERY_S = 60.0


def lately_of(builder: Builder, made: Analysis) -> Lately:
    """Return what tells how the parts stand; from here on the loop notes what is lost.

    Args:
        builder: What the parts of the instance share.
        made: The store, the engine, the rules and the storage.
    """
    found = Lately(lambda: _parts(builder, made), clock=builder.clock)
    builder.loop.add("pipeline", _NOTED_EVERY_S, lambda _now_ms: found.note())
    builder.parts.append(found)
    return found


def _parts(builder: Builder, made: Analysis) -> list[Standing]:
    addresses: dict[str, str] = {
        signal: endpoint.address for signal, endpoint in builder.plan.endpoints.items()
    }
    return [
        *exports_standing(builder.exports, addresses),
        *loop_standing(builder.loop),
        *guards_standing(all_guards()),
        _store(builder, made),
        *_storage(made),
        _records(made),
        queries_standing(made.answering.stats()),
        rules_standing(made.groups(), is_speaking=made.is_speaking()),
        messages_standing(
            (f"{receiver.name}/{channel.name}", channel.counts)
            for receiver in made.telling.deliver.receivers()
            for channel in receiver.channels
        ),
    ]


def _store(builder: Builder, made: Analysis) -> Standing:
    settings = builder.settings.store
    return store_standing(
        {**made.store.stats(), **made.converter.stats()},
        max_series=settings.max_series,
        max_bytes=settings.max_bytes,
        overflowing=builder.aggregations.overflowing(),
    )


def _storage(made: Analysis) -> list[Standing]:
    keeping = made.keeping
    if keeping is None:
        return []
    state = keeping.state
    trouble = state.reason if isinstance(state, Unavailable) and state.kind != "not_opened" else ""
    return [
        storage_standing(
            keeping.database.place.shown, trouble, keeping.writer.stats(), keeping.database.stats()
        )
    ]


def _records(made: Analysis) -> Standing:
    waiting = made.recording.rows("otel_monitoring.records.waiting")
    dropped = made.recording.rows("otel_monitoring.records.dropped")
    return records_standing(
        {labels["kind"]: count for count, labels in waiting},
        {f"{labels['kind']}.{labels['reason']}": count for count, labels in dropped},
    )
