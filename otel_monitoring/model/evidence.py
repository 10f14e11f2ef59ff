"""What backs an alert up: numbers, traces and a curve that people see in a message (P20)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Curve:
    """How a value went before an alert.

    Attributes:
        times_ms: Unix times in milliseconds, increasing.
        values: The value at each time; NaN where there was none.
        threshold: What it was compared with; ``None`` where that is unknown.
    """

    times_ms: tuple[int, ...]
    values: tuple[float, ...]
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What a rule looks at.

    Attributes:
        expr: The value, in PromQL.
        op: How it is compared for the rule to fire; empty where the rule does not compare.
        bound: With what; ``None`` where that is no constant.
        unit: The unit of both, as ``notify.messages.quantity`` takes it; empty where it is not known.
    """

    expr: str
    op: str
    bound: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about an alert besides its labels and annotations.

    Attributes:
        value_text: The value with its unit: ``7.3 %``.
        threshold_text: What it was compared with: ``above 5 %``.
        peak_text: The value that was farthest from what it should be while the alert fired.
        recent_count: How often it fired in the last day; ``None`` where nobody counted.
        week_count: How often it fired in the last seven days; ``None`` where nobody counted.
        traces: Trace ids of exemplars, the most telling first.
        related: One line for each series that moved with it.
        errors: The last errors that have to do with it, one line each.
        curve: How the value went.
        watched: What its rule looks at, as far as that can be asked for this alert alone.
    """

    value_text: str = ""
    threshold_text: str = ""
    peak_text: str = ""
    recent_count: int | None = None
    week_count: int | None = None
    traces: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    curve: Curve | None = None
    watched: Watched | None = None
