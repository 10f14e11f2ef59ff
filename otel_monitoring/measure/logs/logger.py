"""Loggers with bound fields."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from otel_monitoring.measure.logs.fields import STANDARD

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_KEYWORDS = frozenset(["exc_info", "stack_info", "stacklevel", "extra"])


class ServiceLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger whose fields stand on every record, and that takes further ones as keywords.

    ``log.info("order paid", order_id=7)`` puts ``order_id`` on the record, beside what is bound. A field
    whose name is taken by the standard library gets an underscore: ``name_``.
    """

    extra: dict[str, Any]

    def bind(self, /, **fields: Any) -> ServiceLogger:
        """Return a logger with ``fields`` beside those of this one, which stays as it is."""
        return ServiceLogger(self.logger, {**self.extra, **fields})

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Gather bound fields, ``extra`` and further keywords in ``extra``."""
        given = {key: kwargs.pop(key) for key in [*kwargs] if key not in _KEYWORDS}
        extra = kwargs.get("extra")
        fields = {**self.extra, **(extra if isinstance(extra, Mapping) else {}), **given}
        kwargs["extra"] = {f"{key}_" if key in STANDARD else key: value for key, value in fields.items()}
        return msg, kwargs


def get_logger(name: str, /, **fields: Any) -> ServiceLogger:
    """Return the logger ``name`` with ``fields`` bound to it."""
    return ServiceLogger(logging.getLogger(name), fields)
