"""What the storage says of itself, as numbers for the toolkit's own metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otel_monitoring.model.metric import MetricDescription
from otel_monitoring.storage.state import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from otel_monitoring.storage.database import Database
    from otel_monitoring.storage.writer import Writer

    Row = tuple[float, Mapping[str, str]]
    Rows = Callable[[], Iterable[Row]]

_TROUBLES = ("lost", "busy", "set_aside")
_OUTCOMES = ("written", "failed", "dropped", "refused")
_LOG = "-wal"

METRICS = (
    MetricDescription(
        "otel_monitoring.storage.available",
        "{storage}",
        "gauge",
        "1 where the storage can be used; 0 and the reason where everything goes on in memory alone.",
        ("reason",),
    ),
    MetricDescription(
        "otel_monitoring.storage.troubles",
        "{trouble}",
        "counter",
        "How often the storage was lost, was busy for too long, or was damaged and set aside.",
        ("kind",),
    ),
    MetricDescription(
        "otel_monitoring.storage.writes",
        "{job}",
        "counter",
        "What was to be kept: written, failed, dropped because too much waited, or refused at the end.",
        ("outcome",),
    ),
    MetricDescription(
        "otel_monitoring.storage.queue.size", "{job}", "gauge", "What waits to be written.", ()
    ),
    MetricDescription(
        "otel_monitoring.storage.queue.memory", "By", "gauge", "Memory of what waits to be written.", ()
    ),
    MetricDescription(
        "otel_monitoring.storage.size",
        "By",
        "gauge",
        "The file of SQLite, with what is not yet moved into it.",
        (),
    ),
)


def storage_rows(database: Database, writer: Writer) -> dict[str, Rows]:
    """Return, by the name of a metric, what gives its rows at a collection; none of it asks the database."""
    return {
        "otel_monitoring.storage.available": lambda: _available(database),
        "otel_monitoring.storage.troubles": lambda: _counts(database.stats(), _TROUBLES, "kind"),
        "otel_monitoring.storage.writes": lambda: _counts(writer.stats(), _OUTCOMES, "outcome"),
        "otel_monitoring.storage.queue.size": lambda: [(writer.stats()["waiting"], {})],
        "otel_monitoring.storage.queue.memory": lambda: [(writer.stats()["waiting_bytes"], {})],
        "otel_monitoring.storage.size": lambda: _size(database),
    }


def _available(database: Database) -> list[Row]:
    state = database.state
    if not isinstance(state, Unavailable):
        return [(1, {})]
    return [] if state.kind == "not_opened" else [(0, {"reason": state.kind})]


def _counts(stats: Mapping[str, int], names: Iterable[str], attribute: str) -> list[Row]:
    return [(stats[name], {attribute: name}) for name in names]


def _size(database: Database) -> list[Row]:
    path = database.place.path
    if path is None:
        return []
    sizes = []
    for one in (path, path.with_name(path.name + _LOG)):
        try:
            sizes.append(one.stat().st_size)
        except OSError:
            continue
    return [(sum(sizes), {})] if sizes else []
