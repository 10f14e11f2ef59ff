"""How long and how often a delivery is tried."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often a delivery is tried.

    Attributes:
        deadline_s: Time after which a message is given up.
        first_s: The longest wait before the second try; it doubles with every try.
        longest_s: The longest wait between two tries.
    """

    deadline_s: float = 900
    first_s: float = 1
    longest_s: float = 60

    def wait_s(self, attempt: int, *, at_least_s: float, chance: float) -> float:
        """Return the seconds to wait after try number ``attempt``, counted from 1.

        Exponential back-off with full jitter, so that what failed together does not come back together;
        never less than the receiver asked for. ``chance`` is a random number from 0 to 1.
        """
        longest_s = min(self.first_s * 2.0 ** min(attempt - 1, 32), self.longest_s)
        return max(at_least_s, longest_s * chance)
