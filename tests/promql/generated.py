"""Expressions and samples made at random: for the fuzz, and for the comparison with Prometheus."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import STALE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random
    from typing import TypeAlias

    Samples: TypeAlias = list[tuple[int, float]]

STEP_MS = 15_000
SPAN_MS = 1_800_000
NAMES = ("requests_total", "load", "errors_total", "empty")
BOUNDS = ("0.1", "0.5", "1", "+Inf")

OVER_RANGE = [
    "absent_over_time",
    "avg_over_time",
    "changes",
    "count_over_time",
    "delta",
    "deriv",
    "idelta",
    "increase",
    "irate",
    "last_over_time",
    "max_over_time",
    "min_over_time",
    "present_over_time",
    "rate",
    "resets",
    "stddev_over_time",
    "stdvar_over_time",
    "sum_over_time",
]
OVER_VECTOR = [
    "abs",
    "absent",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "ceil",
    "cos",
    "cosh",
    "deg",
    "exp",
    "floor",
    "ln",
    "log10",
    "log2",
    "rad",
    "sgn",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "timestamp",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "hour",
    "minute",
    "month",
    "year",
    "sort",
    "sort_desc",
]
AGGREGATIONS = ["sum", "avg", "count", "min", "max", "group", "stddev", "stdvar"]
ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"]
COMPARISON = ["==", "!=", ">", "<", ">=", "<="]
SETS = ["and", "or", "unless"]
DURATIONS = ("15s", "1m", "2m30s", "5m", "17s", "10m", "1ms")
NUMBERS = ("0", "1", "2", "-1", "0.5", "1e3", "NaN", "Inf", "-Inf", "3600", "0.9", "1.5")


@dataclass(frozen=True, slots=True)
class Made:
    """One series."""

    labels: Labels
    samples: Samples


def dataset(random: Random, *, start_ms: int) -> list[Made]:
    """Return some series over half an hour: counters with resets, gauges, buckets, with holes and endings."""
    made = []
    for name in NAMES[:3]:
        for a in ("x", "y", "z")[: random.randint(1, 3)]:
            for b in ("", "1", "2")[random.randint(0, 1) : random.randint(2, 3)]:
                labels = Labels.of(__name__=name, a=a, b=b)
                made.append(Made(labels, _samples(random, start_ms, counts=name != "load")))
    for a in ("x", "y"):
        times = [start_ms + turn * STEP_MS for turn in range(SPAN_MS // STEP_MS) if random.random() > 0.05]
        counts = [0.0] * len(BOUNDS)
        is_torn = random.random() < 0.3
        columns: list[Samples] = [[] for _ in BOUNDS]
        for time_ms in times:
            increase = 0.0
            for at in range(len(BOUNDS)):
                increase += random.choice((0, 0, 1, 3))
                counts[at] += increase
                torn = random.choice((0, 1, 4)) if is_torn and random.random() < 0.1 else 0
                columns[at].append((time_ms, max(counts[at] - torn, 0.0)))
        for bound, column in zip(BOUNDS, columns, strict=True):
            made.append(Made(Labels.of(__name__="seconds_bucket", a=a, le=bound), column))
    return made


def _samples(random: Random, start_ms: int, *, counts: bool) -> Samples:
    samples: Samples = []
    begin = random.choice((0, 0, 0, random.randint(0, SPAN_MS // 2)))
    end = random.choice((SPAN_MS, SPAN_MS, SPAN_MS - random.randint(0, SPAN_MS // 2)))
    holes = random.choice((0, 0.02, 0.2))
    jitter_ms = random.choice((0, 0, 700))
    value = random.choice((0.0, 5.0, 1e6))
    scale = random.choice((1.0, 0.1, 1e-5, 1e9))
    for offset in range(begin, end, STEP_MS):
        if random.random() < holes:
            continue
        time_ms = start_ms + offset + (random.randint(0, jitter_ms) if jitter_ms else 0)
        if random.random() < 0.01:
            samples.append((time_ms, STALE))
            continue
        if counts:
            value = 0.0 if random.random() < 0.03 else value + random.choice((0, 1, 2, 7)) * scale
        else:
            odd = random.random()
            value = random.uniform(-10, 10) * scale
            if odd < 0.02:
                value = random.choice((math.nan, math.inf, -math.inf, 0.0, -0.0))
        samples.append((time_ms, value))
    return samples


class Maker:
    """Make valid expressions; each method returns one of its kind.

    Args:
        random: Where every choice comes from.
        extra: A matcher that every selector has, to tell data sets apart; empty for none.
        start_s: The time around which ``@`` looks.
    """

    def __init__(self, random: Random, *, extra: str = "", start_s: int = 0) -> None:
        self._random = random
        self._extra = extra
        self._start_s = start_s

    def expression(self) -> str:
        """Return a whole expression: mostly an instant vector."""
        pick = self._random.random()
        if pick < 0.05:
            return self.scalar(2)
        if pick < 0.08:
            return self.ranged(0)
        return self.vector(self._random.choice((1, 1, 2, 2, 3)))

    # ---- vectors

    def vector(self, depth: int) -> str:
        """Return an instant vector."""
        if depth <= 0:
            return self.selector() + self._shift()
        makers = (
            self._over_range,
            self._over_range,
            self._over_range,
            self._over_vector,
            self._aggregation,
            self._aggregation,
            self._binary,
            self._binary,
            self._with_scalar,
            self._relabel,
            self._quantile,
            self._other,
        )
        return self._random.choice(makers)(depth)

    def selector(self) -> str:
        """Return a selector without window, offset or time."""
        name = self._random.choice((*NAMES, "load", "requests_total", "seconds_bucket"))
        matchers = [self._extra] if self._extra else []
        labels = [label for label in ("a", "b", "le") if self._random.random() < 0.2]
        matchers += [label + self._random.choice(_CONDITIONS) for label in labels]
        if self._random.random() < 0.05:
            return '{__name__=~"load|requests.*"' + "".join(f", {one}" for one in matchers) + "}"
        return f"{name}{{{', '.join(matchers)}}}" if matchers else name

    def ranged(self, depth: int) -> str:
        """Return a range vector."""
        window = self._random.choice(DURATIONS)
        if depth > 0 and self._random.random() < 0.3:
            step = self._random.choice(("", "15s", "1m", "37s"))
            return f"({self.vector(depth - 1)})[{window}:{step}]{self._shift()}"
        return f"{self.selector()}[{window}]{self._shift()}"

    def _shift(self) -> str:
        text = ""
        if self._random.random() < 0.12:
            text += f" offset {self._random.choice(('', '-'))}{self._random.choice(DURATIONS)}"
        if self._random.random() < 0.06:
            at = self._random.choice(("start()", "end()", str(self._start_s + self._random.randint(0, 1800))))
            text += f" @ {at}"
        return text

    def _over_range(self, depth: int) -> str:
        pick = self._random.random()
        if pick < 0.06:
            return f"quantile_over_time({self.number()}, {self.ranged(depth)})"
        if pick < 0.12:
            return f"predict_linear({self.ranged(depth)}, {self.number()})"
        return f"{self._random.choice(OVER_RANGE)}({self.ranged(depth)})"

    def _over_vector(self, depth: int) -> str:
        pick = self._random.random()
        inner = self.vector(depth - 1)
        if pick < 0.1:
            return f"{self._random.choice(('clamp_min', 'clamp_max', 'round'))}({inner}, {self.number()})"
        if pick < 0.15:
            return f"clamp({inner}, {self.number()}, {self.number()})"
        if pick < 0.2:
            return f"round({inner})"
        return f"{self._random.choice(OVER_VECTOR)}({inner})"

    def _aggregation(self, depth: int) -> str:
        inner, group = self.vector(depth - 1), self._group()
        pick = self._random.random()
        if pick < 0.15:
            op, gauge = self._random.choice(("topk", "bottomk")), f"load{{{self._extra}}}{self._shift()}"
            distinct = f"{gauge} == {gauge}"  # no NaN: among equals anybody may take any
            return f"{op}{group}({self._random.choice('0123')}, {distinct})"
        if pick < 0.25:
            return f"quantile{group}({self.number()}, {inner})"
        if pick < 0.32:
            return f'count_values{group}("v", {self.selector()})'
        return f"{self._random.choice(AGGREGATIONS)}{group}({inner})"

    def _group(self) -> str:
        if self._random.random() < 0.3:
            return ""
        labels = self._random.sample(("a", "b", "le", "nobody"), self._random.randint(0, 2))
        return f" {self._random.choice(('by', 'by', 'without'))} ({', '.join(labels)}) "

    def _binary(self, depth: int) -> str:
        left, right = self.vector(depth - 1), self.vector(self._random.randint(0, depth - 1))
        operator = self._random.choice((*ARITHMETIC, *COMPARISON, *SETS, *SETS))
        on = self._random.choice(("", " on (a)", " on (a, b)", " ignoring (b)", " ignoring (le)", " on ()"))
        if operator in SETS:
            return f"({left}) {operator}{on} ({right})"
        if operator in COMPARISON and self._random.random() < 0.5:
            operator += " bool"
        if on and self._random.random() < 0.5:
            side = self._random.choice(("group_left", "group_right"))
            on += f" {side} {self._random.choice(('', '(b)', '(le)', '(nobody)'))}"
        return f"({left}) {operator}{on} ({right})"

    def _with_scalar(self, depth: int) -> str:
        operator = self._random.choice((*ARITHMETIC, *COMPARISON))
        if operator in COMPARISON and self._random.random() < 0.3:
            operator += " bool"
        sides = [f"({self.vector(depth - 1)})", self.scalar(depth - 1)]
        self._random.shuffle(sides)
        return f"{sides[0]} {operator} {sides[1]}"

    def _relabel(self, depth: int) -> str:
        inner = self.vector(depth - 1)
        if self._random.random() < 0.5:
            source = self._random.choice(("a", "b", "__name__"))
            replacement = self._random.choice(("$1", "new-$1", "", "${1}x"))
            target = self._random.choice(("c", "a"))
            return f'label_replace({inner}, "{target}", "{replacement}", "{source}", "(.*)")'
        return f'label_join({inner}, "{self._random.choice(("c", "b"))}", "-", "a", "b")'

    def _quantile(self, depth: int) -> str:
        group = self._random.choice(("sum by (le) ", "sum by (le, a) ", "sum without (b) ", ""))
        buckets = f"seconds_bucket{{{self._extra}}}"
        if depth > 1 or self._random.random() < 0.5:
            buckets = f"rate({buckets}[{self._random.choice(DURATIONS)}])"
        inner = f"{group}({buckets})"
        if self._random.random() < 0.25:
            return f"histogram_fraction({self.number()}, {self.number()}, {inner})"
        return f"histogram_quantile({self.number()}, {inner})"

    def _other(self, depth: int) -> str:
        return self._random.choice(
            (
                f"-({self.vector(depth - 1)})",
                f"vector({self.scalar(depth - 1)})",
                f"absent({self.selector()})",
                f"timestamp({self.selector()}{self._shift()})",
                f"({self.vector(depth - 1)})",
            )
        )

    # ---- scalars

    def scalar(self, depth: int) -> str:
        """Return a scalar."""
        pick = self._random.random()
        if depth <= 0 or pick < 0.5:
            return self.number()
        if pick < 0.65:
            return f"scalar({self.vector(depth - 1)})"
        if pick < 0.75:
            return self._random.choice(("time()", "pi()"))
        operator = self._random.choice((*ARITHMETIC, "== bool", "> bool"))
        return f"({self.scalar(depth - 1)} {operator} {self.scalar(depth - 1)})"

    def number(self) -> str:
        """Return a number."""
        return self._random.choice(NUMBERS)


_CONDITIONS: Sequence[str] = (
    '="x"',
    '!="x"',
    '=""',
    '!=""',
    '=~"x|y"',
    '=~".+"',
    '=~".*"',
    '!~"x.*"',
    '="1"',
    '=~"[12]"',
    '="0.5"',
)
