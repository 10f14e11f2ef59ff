"""Facts: what has to stand on a page, how that is found, and what they are written with."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from tests.browser.figures import quantity

Fact: TypeAlias = str | tuple[str, ...]
"""A text anywhere on the page; or several, one after another in one piece of it: a row, an entry, a card."""

Facts: TypeAlias = list[Fact]
Says: TypeAlias = Callable[[Any], Facts]
"""Returns what a page has to say of an answer."""


def unsaid(facts: Facts, page: str, pieces: Sequence[str]) -> Facts:
    """Return the facts that a page does not say.

    Args:
        facts: What it has to say.
        page: All of its text.
        pieces: The parts of it.
    """
    parts = [plain(page), *pieces]
    return [fact for fact in facts if not any(map(_told(fact), parts if isinstance(fact, str) else pieces))]


def _told(fact: Fact) -> Callable[[str], object]:
    """Return what finds a fact in a text; numbers and words are found as a whole, never in another."""
    texts = (fact,) if isinstance(fact, str) else fact
    whole = (rf"(?<![\w%])(?<!\d[.,]){re.escape(plain(text))}(?![\w%]|[.,]\d)" for text in texts if text)
    return re.compile(".*?".join(whole)).search


def latest(unit: str, label: str = "line", name: str = "") -> Says:
    """Return what the legend of a chart says of an answer: each line at the newest time.

    Args:
        unit: Of the values.
        label: Names the lines.
        name: What the only line is called.
    """

    def says(answer: Any) -> Facts:
        found = {one["metric"].get(label, name): values_of(one) for one in answer["data"]["result"]}
        newest = max((at for values in found.values() for at in values), default=math.nan)
        return [(line, quantity(values.get(newest), unit)) for line, values in found.items()]

    return says


def values_of(series: Any) -> dict[float, float]:
    """Return the numbers of a series by their times."""
    return {at: float(text) for at, text in series["values"] if math.isfinite(float(text))}


def times(number: int) -> str:
    """Write how often."""
    return f"{number} time{'' if number == 1 else 's'}"


def sentence(text: str) -> str:
    """Begin as sentences begin."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def moment(text: str) -> datetime:
    """Return a time of the API."""
    return datetime.fromisoformat(text)
