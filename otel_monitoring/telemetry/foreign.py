"""Processors and readers of others on the providers that we use: flushed with ours at the end of a worker.

The SDK flushes them in ``atexit``, which servers skip when they end a worker by a signal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_OURS = "otel_monitoring."
_PLACES = (
    ("_active_span_processor", "_span_processors"),
    ("_multi_log_record_processor", "_log_record_processors"),
    ("_measurement_consumer", "_reader_storages"),
)


def foreign_flushes(providers: Iterable[Any]) -> list[Callable[[int], Any]]:
    """Return what flushes everything on ``providers`` that is not ours; each takes milliseconds.

    Where a provider does not keep its processors as the SDK does, its own ``force_flush`` is returned.
    """
    found: list[Callable[[int], Any]] = []
    for provider in providers:
        parts = _parts(provider)
        if parts is None:
            parts = [provider]
        found += [
            part.force_flush
            for part in parts
            if hasattr(part, "force_flush") and not type(part).__module__.startswith(_OURS)
        ]
    return found


def _parts(provider: Any) -> list[Any] | None:
    for holder, kept in _PLACES:
        parts = getattr(getattr(provider, holder, None), kept, None)
        if parts is not None:
            return list(parts)
    return None
