"""Places looked at one after the other, each as somebody may look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.places import Place
    from tests.browser.visit import Look, Visit


class Looks:
    """Opens places as somebody looks at them, whose browser stays open for the next place.

    Args:
        begin: Begins a visit for a look.

    Attributes:
        last: The visit of the newest place.
    """

    def __init__(self, begin: Callable[[Look], Visit]) -> None:
        self.last: Visit | None = None
        self._begin = begin
        self._visits: dict[Look, Visit] = {}

    def __call__(self, place: Place, look: Look) -> Visit:
        """Open a place."""
        if look not in self._visits:
            self._visits[look] = self._begin(look)
        self.last = self._visits[look]
        self.last.open(place)
        return self.last
