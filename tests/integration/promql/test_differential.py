"""The same expressions over the same samples, asked of ourselves and of a real Prometheus 3.

Every difference is mended, or explained here and let pass by :class:`Leniency`:

- Sums of squares far from zero, and lines through what hardly grows: ours are exact to the last digit (as
  fractions show), Prometheus loses some; the cosine of such a number is then any.
- ``predict_linear`` from amid its samples (``@``, negative offset), one of them infinite: Prometheus's slope
  may be infinite, ours is NaN as it is from anywhere else.
- Parts of dates of what is no time (NaN, Inf, beyond 64 bits): Go leaves them to the processor, ours are NaN.
- ``sort`` of what has ``@``, or of a constant, in a range: Prometheus evaluates it once and does
  not warn, ours warns; ``sort`` in a subquery of a single step: the other way round.
- A subquery too short for a step: ours does not look inside, Prometheus may warn of what is there.
- ``topk`` among equals, and the order among them: whatever comes first; no expression here asks for it.

The seeds are fixed, so that a run repeats; ``OTEL_MONITORING_HUNT=50`` runs that many further data sets.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore
from tests.integration.promql.remote_write import send
from tests.promql.generated import SPAN_MS, Made, Maker, dataset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from otel_monitoring.promql.result import Result

    Rows: TypeAlias = list[tuple[dict[str, str], list[tuple[int, float]]]]

START_MS = 1_750_000_000_000
SEEDS = range(12)
EXPRESSIONS = 50
RANGE_STEPS_MS = (15_000, 60_000, 47_000)
LOOSE = 1e-9
LOOSE_SQUARES = 1e-5
MOST_NOTES = 10
SQUARES = re.compile("std|deriv|predict_linear")
PERIODIC = re.compile(r"\b(?:sin|cos|tan)\(")
AMID = re.compile(r"predict_linear.*(?:@|offset -)")
UNCHANGED = re.compile(r"@|\bvector\(")
SUBQUERY = re.compile(r"\[\w+:\w*\]")
SHORT_SUBQUERY = re.compile(r"\[(?:1ms|15s|17s):")
DATES = re.compile("minute|hour|day_of|days_in|month|year")


@dataclass(frozen=True, slots=True)
class Leniency:
    """What may differ, for one expression."""

    rel_tol: float
    nan_passes: bool
    ignores_notes: bool

    @classmethod
    def of(cls, expr: str) -> Leniency:
        loose = LOOSE_SQUARES if SQUARES.search(expr) else LOOSE
        changes_notes = UNCHANGED.search(expr) or SUBQUERY.search(expr)
        return cls(
            rel_tol=math.inf if SQUARES.search(expr) and PERIODIC.search(expr) else loose,
            nan_passes=bool(DATES.search(expr) or AMID.search(expr)),
            ignores_notes=bool(SHORT_SUBQUERY.search(expr) or ("sort" in expr and changes_notes)),
        )

    def equal(self, expected: float, got: float) -> bool:
        """Tell whether two values are the same: NaN is NaN, and rounding may differ in the last digits."""
        if math.isnan(expected) or math.isnan(got):
            return math.isnan(got) and (math.isnan(expected) or self.nan_passes)
        return expected == got or math.isclose(expected, got, rel_tol=self.rel_tol, abs_tol=1e-12)


def seeds() -> list[int]:
    """Return the seeds of this run."""
    return [*SEEDS, *range(1000, 1000 + int(os.environ.get("OTEL_MONITORING_HUNT", "0")))]


@pytest.mark.parametrize("seed", seeds())
def test_answers_what_prometheus_answers(prometheus_url: str, seed: int) -> None:
    random = Random(seed)
    extra = f'set="{seed}"'
    made = [
        Made(Labels.of({**one.labels.as_dict(), "set": str(seed)}), one.samples)
        for one in dataset(random, start_ms=START_MS)
    ]
    send(prometheus_url, made)
    engine = Engine(store_of(made))
    maker = Maker(random, extra=extra, start_s=START_MS // 1000)

    with httpx.Client(base_url=f"{prometheus_url}/api/v1", timeout=30) as client:
        wrong = [
            f"{expr}\n    {difference}"
            for expr in (maker.expression() for _ in range(EXPRESSIONS))
            for difference in compared(random, client, engine, expr)
        ]

    assert wrong == [], "\n".join(wrong)


def store_of(made: list[Made]) -> SeriesStore:
    """Return a store with these samples, a source each: nobody's gap is anybody's end."""
    store = SeriesStore(retention_s=10 * SPAN_MS / 1000)
    for number, one in enumerate(made):
        for time_ms, value in one.samples:
            store.append(Batch(str(number), time_ms, [one.labels], [value]))
    return store


def compared(random: Random, client: httpx.Client, engine: Engine, expr: str) -> Iterator[str]:
    """Ask both at one time and over a range; yield what differs."""
    at_ms = START_MS + random.randrange(0, SPAN_MS + 400_000, 1000)
    step_ms = random.choice(RANGE_STEPS_MS)
    end_ms = at_ms + random.randrange(1, 20) * step_ms
    span = {"start": at_ms / 1000, "end": end_ms / 1000, "step": step_ms / 1000}
    lenient = Leniency.of(expr)
    asked: list[tuple[str, dict[str, float], tuple[int, ...]]] = [
        ("/query", {"time": at_ms / 1000}, (at_ms,)),
        ("/query_range", span, (at_ms, end_ms, step_ms)),
    ]
    for path, fields, when_ms in asked:
        answer = client.post(path, data={"query": expr, **fields}).json()
        is_ordered = len(when_ms) == 1 and expr.startswith(("sort", "topk", "bottomk"))
        difference = different(answer, ask(engine, expr, *when_ms), lenient, is_ordered=is_ordered)
        if difference:
            yield f"{when_ms}: {difference}"


def ask(engine: Engine, expr: str, *when_ms: int) -> Result | QueryError:
    """Return the answer or the refusal."""
    try:
        return engine(expr, *when_ms)
    except QueryError as error:
        return error


def different(
    answer: dict[str, Any], ours: Result | QueryError, lenient: Leniency, *, is_ordered: bool
) -> str:
    """Tell what differs; empty where nothing does."""
    if answer["status"] != "success" or isinstance(ours, QueryError):
        both = answer["status"] != "success" and isinstance(ours, QueryError)
        return "" if both else f"ours {ours}, Prometheus {answer}"
    if answer["data"]["resultType"] != ours.kind:
        return f"kind {ours.kind}, expected {answer['data']['resultType']}"
    wanted, found = rows_of(answer["data"]), rows_ours(ours)
    if is_ordered:
        orders = [[samples[0][1] for _, samples in rows] for rows in (wanted, found)]
        if not all(map(lenient.equal, *orders)):  # among equals there is no order
            return f"order {orders[1]}, expected {orders[0]}"
    notes = "" if lenient.ignores_notes else different_notes(answer, ours)
    return different_rows(wanted, found, lenient) or notes


def different_rows(wanted: Rows, found: Rows, lenient: Leniency) -> str:
    """Tell what differs between series, whatever their order."""
    wanted, found = (sorted(rows, key=lambda row: sorted(row[0].items())) for rows in (wanted, found))
    if [labels for labels, _ in wanted] != [labels for labels, _ in found]:
        return f"series {[labels for labels, _ in found]}, expected {[labels for labels, _ in wanted]}"
    for (labels, expected), (_, got) in zip(wanted, found, strict=True):
        if [time_ms for time_ms, _ in expected] != [time_ms for time_ms, _ in got]:
            return f"{labels}: times {[t for t, _ in got]}, expected {[t for t, _ in expected]}"
        pairs = zip(expected, got, strict=True)
        off = [(t, theirs, own) for (t, theirs), (_, own) in pairs if not lenient.equal(theirs, own)]
        if off:
            return f"{labels}: (time, expected, got) {off[:3]}"
    return ""


def different_notes(answer: dict[str, Any], ours: Result) -> str:
    """Tell what differs between warnings and infos."""
    for kind in ("warnings", "infos"):
        theirs = sorted(map(bare, answer.get(kind, [])))
        own = sorted(map(bare, getattr(ours, kind)))
        if theirs != own[: len(theirs)] or (len(own) > len(theirs) and len(theirs) < MOST_NOTES):
            return f"{kind} {own}, expected {theirs}"
    return ""


def bare(note: str) -> str:
    """Return a warning or an info as a server without delayed removal of names has it.

    It cannot tell the metric's name, and counts a sample anew for every one that follows.
    """
    note = re.sub(r" for metric name \"[^\"]*\"", "", note)
    return re.sub(r", over \d+ samples", "", note)


def rows_of(data: dict[str, Any]) -> Rows:
    """Return what Prometheus answered, times in milliseconds."""
    kind, result = data["resultType"], data["result"]
    if kind in ("scalar", "string"):
        return [({}, [(round(result[0] * 1000), float(result[1]))])]
    return [
        (row["metric"], [(round(t * 1000), float(v)) for t, v in row.get("values", [row.get("value")])])
        for row in result
    ]


def rows_ours(result: Result) -> Rows:
    """Return what we answered, in the same form."""
    if result.kind == "scalar":
        return [({}, [(result.time_ms, result.scalar)])]
    if result.kind == "vector":
        return [(labels.as_dict(), [(result.time_ms, value)]) for labels, value in result.samples]
    return [
        (one.labels.as_dict(), list(zip(one.times_ms.tolist(), one.values.tolist(), strict=True)))
        for one in result.series
    ]
