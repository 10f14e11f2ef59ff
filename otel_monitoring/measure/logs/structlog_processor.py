"""A processor for users of structlog: ids of the request and the span, and no secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from otel_monitoring.guard import Guard
from otel_monitoring.measure.logs.fields import span_ids
from otel_monitoring.measure.logs.installed import default_redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from otel_monitoring.context.redact import Redactor

_KEPT_FOR_OTHERS = frozenset(
    ["exc_info", "stack_info", "positional_args", "_record", "_from_structlog", "_logger"]
)
"""What later processors work with; their result is redacted when it comes by as text."""

_STACKS = {"exception": "exception.stacktrace", "stack": "code.stacktrace"}


class StructlogProcessor:
    """Add ``trace_id``, ``span_id`` and the fields of the request, and redact every value.

    It belongs right before the renderer, behind ``format_exc_info``, so that it sees tracebacks as text.

    Args:
        redactor: Takes secrets out and bounds values.
        correlation: Returns the fields of the current request, such as ``request_id``.
    """

    def __init__(
        self, *, redactor: Redactor, correlation: Callable[[], Mapping[str, str]] | None = None
    ) -> None:
        self._redactor = redactor
        self._correlation = correlation
        self._guard = Guard("logging.structlog")

    def __call__(
        self,
        logger: Any,  # noqa: ARG002 - the signature of structlog's processors
        method_name: str,  # noqa: ARG002
        event_dict: MutableMapping[str, Any],
    ) -> MutableMapping[str, Any]:
        """Return ``event_dict`` with ids, redacted; what it says already about ids stays."""
        for key in [*event_dict]:
            if key not in _KEPT_FOR_OTHERS:
                value = event_dict.pop(key)
                with self._guard:
                    event_dict[self._redactor.name(key)] = self._redacted(key, value)
        with self._guard:
            self._add_ids(event_dict)
        return event_dict

    def failures(self) -> dict[str, int]:
        """Return what went wrong so far, by kind of error."""
        return self._guard.counts()

    def _redacted(self, key: str, value: Any) -> Any:
        if key == "event" and isinstance(value, str):
            return self._redactor.text(value)
        return self._redactor.attribute(_STACKS.get(key, key), value)

    def _add_ids(self, event_dict: MutableMapping[str, Any]) -> None:
        found = span_ids()
        if self._correlation is not None:
            found.update(self._correlation())
        for key, value in found.items():
            event_dict.setdefault(key, value)


def structlog_processor(
    *, redactor: Redactor | None = None, correlation: Callable[[], Mapping[str, str]] | None = None
) -> StructlogProcessor:
    """Return a processor for ``structlog.configure(processors=[…])``; see :class:`StructlogProcessor`."""
    return StructlogProcessor(redactor=redactor or default_redactor(), correlation=correlation)
