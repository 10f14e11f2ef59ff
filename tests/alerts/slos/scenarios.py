"""Traffic as it may be: stretches of minutes with so many events, and so many bad ones, a minute."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some minutes of traffic.

    Attributes:
        minutes: How long it lasts.
        total: Events a minute.
        bad: Bad ones of them.
        kind: What the counters do: go on, begin anew from 0, or are not there.
    """

    minutes: int
    total: float
    bad: float = 0.0
    kind: str = "on"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A name, what happens, and whether anybody is to be told.

    Attributes:
        name: In words.
        stretches: One after another.
        page: Whether somebody is called.
        ticket: Whether somebody is told.
        every: Minutes between two evaluations.
        target: The objective.
    """

    name: str
    stretches: tuple[Stretch, ...]
    page: bool = False
    ticket: bool = False
    every: int = 1
    target: float = 0.999

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return sum(one.minutes for one in self.stretches)

    def notation(self) -> dict[str, str]:
        """Return the counters of all, bad and good events as promtool writes series, a sample a minute."""
        values = {"total": 0.0, "bad": 0.0, "good": 0.0}
        texts: dict[str, list[str]] = {name: [] for name in values}
        for one in self.stretches:
            steps = {"total": one.total, "bad": one.bad, "good": one.total - one.bad}
            for name, step in steps.items():
                if one.kind == "gone":
                    texts[name].append(f"_x{one.minutes}")
                    continue
                start = 0.0 if one.kind == "anew" else values[name] + step
                texts[name].append(f"{start!r}+{step!r}x{one.minutes - 1}")
                values[name] = start + step * (one.minutes - 1)
        return {name: " ".join(text) for name, text in texts.items()}


QUIET, HOUR, DAY = Stretch(180, 600), 60, 1440

SHORT = (
    Scenario("nothing is wrong", (QUIET,)),
    Scenario("half of everything fails", (QUIET, Stretch(60, 600, 300), Stretch(120, 600)), True, True),
    Scenario("everything fails from the start", (Stretch(90, 600, 600),), True, True),
    Scenario("a fast burn", (QUIET, Stretch(120, 600, 12), Stretch(120, 600)), True, True),
    Scenario("two fast burns", (QUIET, *(Stretch(20, 600, 30), Stretch(90, 600)) * 2), True, True),
    Scenario("a burn between the factors", (QUIET, Stretch(400, 600, 5), Stretch(60, 600)), True, True),
    Scenario("slower than any page", (QUIET, Stretch(300, 600, 2.4)), ticket=True),
    Scenario("slower than the budget", (Stretch(420, 600, 0.3),)),
    Scenario("a page's threshold exactly", (Stretch(200, 10_000, 144),), True, True),
    Scenario("a hair below a page's threshold", (Stretch(200, 10_000, 143.99),), True, True),
    Scenario("a ticket's threshold exactly", (Stretch(300, 10_000, 30),), ticket=True),
    Scenario("the budget's own pace exactly", (Stretch(300, 10_000, 10),), ticket=True),
    Scenario("no events at all", (Stretch(120, 0),)),
    Scenario("no events after errors", (QUIET, Stretch(30, 600, 300), Stretch(180, 0)), True, True),
    Scenario("one failure of few", (Stretch(60, 0), Stretch(1, 2, 1), Stretch(90, 0)), True, True),
    Scenario(
        "a restart amid errors", (QUIET, Stretch(20, 600, 60), Stretch(60, 600, 60, "anew")), True, True
    ),
    Scenario(
        "metrics that are gone for a while",
        (QUIET, Stretch(30, 600, 60), Stretch(40, 0, 0, "gone"), Stretch(60, 600)),
        True,
        True,
    ),
    Scenario("an objective of two nines", (QUIET, Stretch(90, 600, 120), QUIET), True, True, target=0.99),
    Scenario("an objective that no page can break", (QUIET, Stretch(90, 600, 600)), target=0.9, ticket=True),
)
"""Hours, evaluated every minute."""

LONG = (
    Scenario(
        "a slow burn over days",
        (Stretch(DAY, 600), Stretch(2 * DAY, 600, 2), Stretch(DAY, 600)),
        ticket=True,
        every=5,
    ),
    Scenario("a day at the budget's pace", (Stretch(2 * DAY, 600, 0.7),), ticket=True, every=5),
    Scenario(
        "days and nights",
        (
            Stretch(720, 900),
            Stretch(720, 3),
            Stretch(700, 900, 6),
            Stretch(20, 900, 90),
            Stretch(720, 3, 0.1),
        ),
        True,
        True,
        every=5,
    ),
)
"""Days, evaluated every five minutes."""
