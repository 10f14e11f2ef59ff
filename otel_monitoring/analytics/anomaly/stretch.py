"""How long a finding lasts: until the series is back where it was, or where it went has become usual.

The range that is expected follows the points, soon into the very thing that was found. What was expected
before it began is therefore what the series has to come back to.
"""

from __future__ import annotations

from typing import Final

BACK_POINTS: Final = 10
"""So many points in a row lie where the series was before: it is over."""

USUAL_POINTS: Final = 60
"""So many points in a row are expected where they are: that is the new usual."""


class Stretch:
    """Follow a finding from its first point on.

    Args:
        start: When it began, in whatever unit of time.
        low: Lower end of the range that was expected then; NaN where none was known.
        high: Upper end.
    """

    def __init__(self, *, start: float, low: float, high: float) -> None:
        self._low, self._high = low, high
        self._back = self._usual = 0
        self.end = start
        """When it was over, as far as is known."""

    def goes_on(self, at: float, value: float, *, low: float, high: float, is_anomalous: bool) -> bool:
        """Take a further point; return whether the finding lasts beyond it.

        Args:
            at: When, later than before.
            value: What was seen.
            low: Lower end of the range that was expected of it; NaN where none is known.
            high: Upper end.
            is_anomalous: Whether it stands out by itself.
        """
        is_back = not is_anomalous and _is_within(value, self._low, self._high)
        if is_back:
            if not self._back:
                self.end = at
            self._back += 1
        else:
            self._back, self.end = 0, at
        self._usual = self._usual + 1 if not is_anomalous and _is_within(value, low, high) else 0
        return self._back < BACK_POINTS and self._usual < USUAL_POINTS


def _is_within(value: float, low: float, high: float) -> bool:
    """Tell whether a value lies in a range; in an unknown one it does."""
    return not (value < low or value > high)
