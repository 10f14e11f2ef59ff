"""Rank what the database found; slow on purpose, so that there is something to see."""

from __future__ import annotations

import time
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from otel_monitoring import monitor_performance

if TYPE_CHECKING:
    from examples.shop.database import Item

THINKING_S = 0.15


@monitor_performance("search.rank")
def ranked(word: str, found: list[Item]) -> list[Item]:
    """Return the items most like ``word`` first."""
    time.sleep(THINKING_S)
    return sorted(found, key=lambda item: -SequenceMatcher(None, word, item.name).ratio())
