"""How one part stands, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """One number.

    Attributes:
        name: What it is called.
        value: The number.
        unit: In UCUM.
        loss: What it means where it grows, such as ``spans were dropped``; empty for what may grow.
    """

    name: str
    value: float
    unit: str
    loss: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one part stands.

    Attributes:
        name: Which part.
        about: What it does.
        counts: Its numbers.
        problem: What is wrong with it now; empty where nothing is.
        advice: What to do about that, or about what it loses.
    """

    name: str
    about: str
    counts: tuple[Count, ...] = ()
    problem: str = ""
    advice: str = ""
