"""What the application served: how much, how well, how fast, and which endpoints stand out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from otel_monitoring.model.labels import Labels
from otel_monitoring.reports.summary.asker import mean, ratio, summed, total
from otel_monitoring.reports.summary.buckets import Buckets
from otel_monitoring.reports.summary.model import Chart, Column, Figure, Line, Section, Table
from otel_monitoring.reports.summary.source import without_data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from otel_monitoring.reports.summary.asker import Asker, Pair
    from otel_monitoring.reports.summary.model import Cell

_METRIC = "http_server_request_duration_seconds"
_ROUTE = "http_request_method, http_route"
_STATUS = "http_response_status_code"
_COUNTS = f"sum by ({_STATUS}, {_ROUTE}) (increase({_METRIC}_count[step]))"
_SPENT = f"sum by ({_ROUTE}) (increase({_METRIC}_sum[step]))"
_BUCKETS = f"sum by (le, {_ROUTE}) (increase({_METRIC}_bucket[step]))"
_FAILED, _REFUSED = "5", "4"
_NOTHING = "no request was counted in this period or the one before"
_MOST_ROWS = 10
_LEAST_REQUESTS = 10
_HOUR_MS = 3_600_000
_CURVES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


def traffic(asker: Asker) -> Section:
    """Return how much was served."""
    served = summed(asker.pairs(_COUNTS))
    if served is None:
        return without_data("traffic", "Traffic", _NOTHING)
    per_s = 1000 / asker.period.step_ms
    count, before = total(served.now), total(served.before)
    peak_at = int(np.nanargmax(served.now)) if count is not None else 0
    bytes_sent = asker.one("sum(increase(http_server_response_body_size_bytes_sum[step]))")
    figures = [
        Figure("Requests", _whole(count), "", _whole(before)),
        Figure("Mean rate", _times(mean(served.now), per_s), "1/s", _times(mean(served.before), per_s)),
        Figure("Peak rate", None if count is None else float(served.now[peak_at]) * per_s, "1/s"),
    ]
    if bytes_sent is not None:
        figures.append(Figure("Sent", total(bytes_sent.now), "By", total(bytes_sent.before)))
    return Section(
        "traffic",
        "Traffic",
        figures=tuple(figures),
        charts=(chart(asker, "Requests per second", "1/s", {"rate": served}, scale=per_s),),
        notes=gaps(served, asker),
    )


def errors(asker: Asker) -> Section:
    """Return what failed at the server, and what was refused."""
    served = summed(asker.pairs(_COUNTS))
    if served is None:
        return without_data("errors", "Errors", _NOTHING)
    failing, refusing = (summed(_of_class(asker, digit)) for digit in (_FAILED, _REFUSED))
    count, before = total(served.now), total(served.before)
    failed, refused = _totals(failing), _totals(refusing)
    shares = None if failing is None else _share(failing, served)
    return Section(
        "errors",
        "Errors",
        figures=(
            Figure("Failed requests (5xx)", _whole(failed[0] or 0.0), "", _whole(failed[1] or 0.0), "less"),
            Figure("Error ratio", ratio(failed[0], count), "1", ratio(failed[1], before), "less"),
            Figure("Refused requests (4xx)", _whole(refused[0] or 0.0), "", _whole(refused[1] or 0.0)),
        ),
        tables=_failing(asker),
        charts=()
        if shares is None
        else (chart(asker, "Share of requests that failed", "1", {"5xx": shares}),),
    )


def latency(asker: Asker) -> Section:
    """Return how long requests took."""
    found = Buckets(_by_bound(asker.pairs(_BUCKETS)))
    if not found.count + found.count_before:
        return without_data("latency", "Latency", _NOTHING)
    lines = tuple(Line(name, tuple(found.curve(share).tolist())) for name, share in _CURVES)
    return Section(
        "latency",
        "Latency",
        figures=tuple(
            Figure(name, found.quantile(share), "s", found.quantile_before(share), "less")
            for name, share in _CURVES
        ),
        charts=(Chart("Request duration", "s", asker.times_ms, lines),),
    )


def endpoints(asker: Asker) -> Section:
    """Return the endpoints with the slowest requests, and those that take the most time in all."""
    rows = _endpoints(asker)
    if not rows:
        return without_data("endpoints", "Slowest endpoints", _NOTHING)
    slow = sorted((one for one in rows if one.is_busy), key=lambda one: -(one.p95 or 0))[:_MOST_ROWS]
    heads = ("Endpoint", "Requests", "p50", "p95", "p95 before", "Errors", "Share of time")
    units = ("", "", "s", "s", "s", "1", "1")
    columns = tuple(Column(head, unit) for head, unit in zip(heads, units, strict=True))
    whole_s = sum(one.time_s for one in rows)
    return Section(
        "endpoints",
        "Slowest endpoints",
        tables=(Table("By 95th percentile", columns, tuple(one.row(whole_s) for one in slow)),)
        if slow
        else (),
        notes=() if slow else (f"No endpoint had {_LEAST_REQUESTS} requests or more.",),
    )


def chart(asker: Asker, title: str, unit: str, named: dict[str, Pair], *, scale: float = 1.0) -> Chart:
    """Return a chart of series by name; one alone is shown beside the period before."""
    lines = [Line(name, tuple((pair.now * scale).tolist())) for name, pair in named.items()]
    if len(named) == 1:
        before = next(iter(named.values())).before
        if not np.isnan(before).all():
            lines.append(Line("before", tuple((before * scale).tolist()), is_before=True))
    return Chart(title, unit, asker.times_ms, tuple(lines))


def gaps(pair: Pair, asker: Asker) -> tuple[str, ...]:
    """Return what is to be said about times without data."""
    missing, whole = float(np.isnan(pair.now).mean()), asker.period.length_ms / _HOUR_MS
    notes = (
        [] if missing * whole < 1 else [f"There is no data of {missing * whole:.3g} of {whole:.3g} hours."]
    )
    if np.isnan(pair.before).all():
        notes.append("There is no data of the period before to compare with.")
    return tuple(notes)


@dataclass(frozen=True, slots=True)
class _Endpoint:
    name: str
    requests: float
    p50: float | None
    p95: float | None
    p95_before: float | None
    failed: float
    time_s: float

    @property
    def is_busy(self) -> bool:
        """Whether there are enough requests to speak of percentiles."""
        return self.requests >= _LEAST_REQUESTS

    def row(self, whole_s: float) -> tuple[Cell, ...]:
        """Return it as a row."""
        return (
            self.name,
            _whole(self.requests),
            self.p50,
            self.p95,
            self.p95_before,
            ratio(self.failed, self.requests),
            ratio(self.time_s, whole_s),
        )


def _endpoints(asker: Asker) -> list[_Endpoint]:
    by_name: dict[str, list[Pair]] = {}
    for pair in asker.pairs(_BUCKETS):
        by_name.setdefault(_named(pair), []).append(pair)
    failed, spent = _by_name(_of_class(asker, _FAILED)), _by_name(asker.pairs(_SPENT))
    found = []
    for name, pairs in by_name.items():
        histogram = Buckets(pairs)
        found.append(
            _Endpoint(
                name=name,
                requests=histogram.count,
                p50=histogram.quantile(0.5),
                p95=histogram.quantile(0.95),
                p95_before=histogram.quantile_before(0.95),
                failed=_sum_of(failed, name),
                time_s=_sum_of(spent, name),
            )
        )
    return found


def _failing(asker: Asker) -> tuple[Table, ...]:
    """Return the endpoints with most failures."""
    served, failed = _by_name(asker.pairs(_COUNTS)), _by_name(_of_class(asker, _FAILED))
    counts = sorted(((_sum_of(failed, name), name) for name in failed), reverse=True)[:_MOST_ROWS]
    rows = tuple(
        (name, _whole(count), ratio(count, _sum_of(served, name)), _whole(total(failed[name].before) or 0.0))
        for count, name in counts
        if round(count) > 0
    )
    if not rows:
        return ()
    heads = (Column("Endpoint"), Column("Failed"), Column("Of its requests", "1"), Column("Failed before"))
    return (Table("Endpoints with most failures", heads, rows),)


def _by_name(pairs: Iterable[Pair]) -> dict[str, Pair]:
    """Return the sum of each endpoint."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(_named(pair), []).append(pair)
    added = {name: summed(group) for name, group in groups.items()}
    return {name: pair for name, pair in added.items() if pair is not None}


def _by_bound(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the buckets of all endpoints together."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(pair.labels.get("le"), []).append(pair)
    added = ((bound, summed(group)) for bound, group in groups.items())
    return [replace(pair, labels=Labels.of(le=bound)) for bound, pair in added if pair is not None]


def _of_class(asker: Asker, digit: str) -> list[Pair]:
    """Return what was counted of a class of statuses."""
    return [one for one in asker.pairs(_COUNTS) if one.labels.get(_STATUS).startswith(digit)]


def _sum_of(found: dict[str, Pair], name: str) -> float:
    return (total(found[name].now) or 0.0) if name in found else 0.0


def _named(pair: Pair) -> str:
    method, route = pair.labels.get("http_request_method"), pair.labels.get("http_route")
    return f"{method} {route or '(no route)'}".strip()


def _totals(pair: Pair | None) -> tuple[float | None, float | None]:
    return (None, None) if pair is None else (total(pair.now), total(pair.before))


def _share(part: Pair, whole: Pair) -> Pair:
    return type(part)(part.labels, _divided(part.now, whole.now), _divided(part.before, whole.before))


def _divided(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    out = np.full(len(part), np.nan)
    np.divide(np.nan_to_num(part), whole, out=out, where=whole > 0)
    return out


def _whole(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(round(value))


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale
