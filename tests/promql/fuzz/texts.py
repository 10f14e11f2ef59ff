"""Texts that nobody means well with, made from a seed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.promql.generated import Maker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

PIECES = (
    *'(){}[]",:@=!~<>+-*/%^#\\`\n\t. 0123456789',
    *("by", "on", "5m", "9e99y", "offset", "bool", "ignoring", "group_left", "sum", "rate", "and", "start()"),
    *("NaN", "Inf", "0x", "1e", "le", "\x00", "\udcff", "é", "日", "load", '"', "'", "[5m:", "@ -1", "topk("),
)
WORDS = (
    *("load", "requests_total", "seconds_bucket", "nobody", "empty", '{a=~".+"}', '{__name__=~"load|re.*"}'),
    *(
        "0",
        "1",
        "-1",
        "1e308",
        "NaN",
        "Inf",
        "-Inf",
        "0x1F",
        "1_000",
        "5m",
        "9e99y",
        "292y",
        "1ms",
        '"x"',
        '""',
    ),
    *("sum", "avg", "count", "group", "topk", "bottomk", "quantile", "count_values", "stddev", "limitk"),
    *("limit_ratio", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "@"),
    *("start()", "end()", "step()", "range()", "fill", "fill_left", "fill_right", "anchored", "smoothed"),
    *(
        "rate",
        "increase",
        "deriv",
        "predict_linear",
        "quantile_over_time",
        "absent_over_time",
        "last_over_time",
    ),
    *("histogram_quantile", "histogram_fraction", "histogram_count", "label_replace", "label_join", "sort"),
    *(
        "sort_by_label",
        "double_exponential_smoothing",
        "mad_over_time",
        "ts_of_max_over_time",
        "info",
        "absent",
    ),
    *(
        "scalar",
        "vector",
        "time()",
        "pi()",
        "timestamp",
        "round",
        "clamp",
        "hour",
        "days_in_month",
        "abs",
        "exp",
    ),
    *(
        "max_of",
        "min_of",
        "and",
        "or",
        "unless",
        "atan2",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "==",
        "!=",
        "<",
        ">=",
    ),
    *(
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "=",
        "=~",
        "!~",
        "[5m]",
        "[1m:10s]",
        "[5m:]",
        "(.*)",
        "a",
        "le",
    ),
)
_TOKEN = re.compile(r'"[^"]*"|[\w.]+|[=!<>]=|=~|!~|\s+|.', re.DOTALL)


def noise(random: Random) -> str:
    """Return characters in no order."""
    if random.random() < 0.3:
        return random.randbytes(random.randint(0, 60)).decode("utf-8", "surrogateescape")
    return "".join(random.choice(PIECES) for _ in range(random.randint(0, 40)))


def mutated(random: Random) -> str:
    """Return an expression with a few characters exchanged."""
    expr = Maker(random).expression()
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(expr))
        expr = expr[:at] + random.choice(PIECES) + expr[at + random.randint(0, 3) :]
    return expr


def shuffled(random: Random) -> str:
    """Return an expression some of whose words were exchanged for others: much of it is still valid."""
    words = _TOKEN.findall(Maker(random).expression())
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(words))
        words[at] = random.choice(random.choice((WORDS, words)))
    return "".join(words)


def spliced(random: Random) -> str:
    """Return an expression that has a part of another one within, or around it."""
    outer, inner = Maker(random).expression(), Maker(random).expression()
    ends = [at for at, char in enumerate(outer) if char in "(),[]{} "] or [0]
    begin, end = sorted((random.choice(ends), random.choice(ends)))
    return f"{outer[:begin]}({inner}){outer[end:]}"


def wordy(random: Random) -> str:
    """Return words of the language in no order."""
    return " ".join(random.choice(WORDS) for _ in range(random.randint(1, 12)))


def valid(random: Random) -> str:
    """Return an expression that means something, deeper than the others."""
    return Maker(random).vector(random.randint(1, 4))


MAKERS: Sequence[Callable[[Random], str]] = (noise, mutated, shuffled, spliced, wordy, valid)
