"""Keeping other people's libraries from logging what they send for us: whole URLs, with tokens in them."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_is_ours: ContextVar[bool] = ContextVar("otel_monitoring_quiet", default=False)


class _NotOurs(logging.Filter):
    """Let records pass unless they are about a call of ours: the application keeps its own."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - whatever it says
        """Return whether a record is none of ours."""
        return not _is_ours.get()


_not_ours = _NotOurs()


@contextmanager
def quiet(*loggers: str) -> Iterator[None]:
    """Let ``loggers`` say nothing about what happens in this context; elsewhere they go on as before."""
    for name in loggers:
        logging.getLogger(name).addFilter(_not_ours)  # adds it once
    token = _is_ours.set(True)
    try:
        yield
    finally:
        _is_ours.reset(token)
