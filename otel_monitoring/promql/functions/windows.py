"""Functions over the samples of a window, for all series at once: ``rate`` and its kin, ``*_over_time``.

Every function takes a :class:`Window` and gives a sample per series and a mask of the series that have one,
``None`` for all. The formulas are those of Prometheus 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.promql.vectors.summation import exact_sum, squares_about

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from otel_monitoring.promql.evaluation.series import Window
    from otel_monitoring.promql.vectors.values import Floats, Mask

    Result = tuple[Floats, Mask | None]
    Kernel = Callable[..., Result]
    Rows = NDArray[np.intp]

_MS = 1000.0
_GAP_FACTOR = 1.1


def rate(w: Window) -> Result:
    """Return the increase per second, extrapolated to the ends of the window."""
    return _extrapolated(w, counter=True, per_second=True)


def increase(w: Window) -> Result:
    """Return the increase, extrapolated to the ends of the window."""
    return _extrapolated(w, counter=True, per_second=False)


def delta(w: Window) -> Result:
    """Return the difference of last and first sample, extrapolated to the ends of the window."""
    return _extrapolated(w, counter=False, per_second=False)


def _extrapolated(w: Window, *, counter: bool, per_second: bool) -> Result:
    first, times_ms = w.first_values, w.times_ms
    change = w.last_values - first
    if counter:
        change = _with_resets(w, change)
    span: Span
    if w.present is not None:
        span = Span(times_ms[w.first], times_ms[w.last], w.count, w.start_ms, w.end_ms)
    elif len(times_ms) > 1:
        span = Span(int(times_ms[0]), int(times_ms[-1]), len(times_ms), w.start_ms, w.end_ms)
    else:
        return change, np.zeros(len(change), dtype=bool)
    return stretched(change, first, span, counter=counter, per_second=per_second), _at_least(w, 2)


class Span(NamedTuple):
    """The times of one window, or of several below each other, in Unix milliseconds; their shapes broadcast.

    They stay whole numbers until they are differences: seconds since 1970 as one number lose the last digits.
    """

    first_ms: Any
    last_ms: Any
    count: Any
    start_ms: Any
    end_ms: Any


def stretched(change: Floats, first: Floats, span: Span, *, counter: bool, per_second: bool) -> Floats:
    """Extrapolate as Prometheus does.

    To an end of the window that is farther from its sample than 1.1 average distances, half an average
    distance is added; a counter is not extrapolated to before its zero.
    """
    sampled_s = (span.last_ms - span.first_ms) / _MS
    half_s = sampled_s / (span.count - 1) / 2
    to_start_s = _reached((span.first_ms - span.start_ms) / _MS, half_s)
    to_end_s = _reached((span.end_ms - span.last_ms) / _MS, half_s)
    if counter:
        to_zero_s = np.where((change > 0) & (first >= 0), sampled_s * (first / change), np.inf)
        to_start_s = np.minimum(to_start_s, to_zero_s)
    factor = (sampled_s + to_start_s + to_end_s) / sampled_s
    if per_second:
        factor = factor / ((span.end_ms - span.start_ms) / _MS)
    result: Floats = change * factor
    return result


def _reached(away_s: Any, half_s: Any) -> Any:
    """Return how far to extrapolate to an end: all the way, or half an average distance where it is far."""
    far_s = half_s * 2 * _GAP_FACTOR
    if isinstance(away_s, float):
        return half_s if away_s >= far_s else away_s
    return np.where(away_s >= far_s, half_s, away_s)


def _with_resets(w: Window, change: Floats) -> Floats:
    """Add what a counter had counted before each time that it fell, in the order of Prometheus."""
    samples = w.filled
    before = samples[:-1]
    fell = samples[1:] < before
    if not fell.any():
        return change
    for row in np.flatnonzero(fell.any(axis=1)):
        w.pulse()
        change = change + np.where(fell[row], before[row], 0.0)
    return change


def _at_least(w: Window, many: int) -> Mask | None:
    if w.present is None:
        return None if len(w.times_ms) >= many else np.zeros(w.values.shape[1], dtype=bool)
    return w.count >= many


def irate(w: Window) -> Result:
    """Return the increase per second between the last two samples."""
    change, seconds, enough = _last_two(w, counter=True)
    return change / seconds, enough


def idelta(w: Window) -> Result:
    """Return the difference of the last two samples."""
    change, _, enough = _last_two(w, counter=False)
    return change, enough


def _last_two(w: Window, *, counter: bool) -> tuple[Floats, Floats, Mask | None]:
    enough = _at_least(w, 2)
    last = w.last
    previous = np.maximum(last - 1, 0) if w.present is None else _row_before(w.present, w)
    newer, older = w.at(last), w.at(previous)
    change = np.where(newer < older, newer, newer - older) if counter else newer - older
    return change, (w.times_ms[last] - w.times_ms[previous]) / _MS, enough


def _row_before(present: Mask, w: Window) -> Rows:
    """Return the row of the last but one sample of each series."""
    earlier = present.copy()
    earlier[w.last, w.columns] = False
    return np.asarray(len(w.times_ms) - 1 - earlier[::-1].argmax(axis=0))


def changes(w: Window) -> Result:
    """Return how often the value changed; NaN equals NaN here."""
    newer, older = w.filled[1:], w.filled[:-1]
    differs = (newer != older) & ~(np.isnan(newer) & np.isnan(older))
    return _between_samples(w, differs), w.some


def resets(w: Window) -> Result:
    """Return how often the value fell."""
    return _between_samples(w, w.filled[1:] < w.filled[:-1]), w.some


def _between_samples(w: Window, happened: Mask) -> Floats:
    if w.present is not None:
        rows = np.arange(1, len(w.times_ms))[:, None]
        happened = happened & w.present[1:] & (rows > w.first)
    return np.asarray(np.count_nonzero(happened, axis=0), dtype=np.float64)


def count_over_time(w: Window) -> Result:
    """Return the number of samples."""
    return w.count.astype(np.float64), w.some


def present_over_time(w: Window) -> Result:
    """Return 1."""
    return np.ones(w.values.shape[1]), w.some


def first_over_time(w: Window) -> Result:
    """Return the oldest sample."""
    return w.first_values, w.some


def last_over_time(w: Window) -> Result:
    """Return the newest sample."""
    return w.last_values, w.some


def sum_over_time(w: Window) -> Result:
    """Return the sum of the samples, compensated."""
    return exact_sum(w.holding(0.0)), w.some


def avg_over_time(w: Window) -> Result:
    """Return the mean of the samples, compensated; large ones are divided before they are added."""
    return _mean(w), w.some


def _mean(w: Window) -> Floats:
    if w.present is not None:
        return exact_mean(w.holding(0.0), w.count)
    found = w.moments
    return _mended(found.mean, found.mean_doubtful, w.values, _mean_of)


def _mended(
    values: Floats, doubtful: Mask | None, samples: Floats, exact: Callable[[Floats], Floats]
) -> Floats:
    """Compute the doubtful columns again, the slow way."""
    if doubtful is None:
        return values
    mended = values.copy()
    mended[doubtful] = exact(samples[:, doubtful])
    return mended


def _mean_of(samples: Floats) -> Floats:
    return exact_mean(samples, np.full(samples.shape[1], len(samples), dtype=np.intp))


def exact_mean(samples: Floats, count: Rows) -> Floats:
    """Return the means along the first axis, compensated; large samples are divided before they are added.

    Args:
        samples: Shape (k, n), 0 in the holes.
        count: How many samples each series has, shape (n,).
    """
    total = exact_sum(samples)
    mean = total / count
    too_large = np.isinf(total) & ~np.isinf(samples).any(axis=0)
    return np.where(too_large, exact_sum(samples / count), mean) if too_large.any() else mean


def _variance_of(samples: Floats) -> Floats:
    return squares_about(samples, _mean_of(samples)) / len(samples)


def min_over_time(w: Window) -> Result:
    """Return the smallest sample; NaN only where there is nothing else."""
    return np.fmin.reduce(w.holding(np.nan), axis=0), w.some


def ts_of_first_over_time(w: Window) -> Result:
    """Return the time of the oldest sample, in seconds."""
    return w.times_ms[w.first] / _MS, w.some


def ts_of_last_over_time(w: Window) -> Result:
    """Return the time of the newest sample, in seconds."""
    return w.times_ms[w.last] / _MS, w.some


def ts_of_max_over_time(w: Window) -> Result:
    """Return the time of the largest sample, in seconds; of equals the newest one."""
    return _time_of(w, np.where(np.isnan(w.holding(np.nan)), -np.inf, w.holding(np.nan))), w.some


def ts_of_min_over_time(w: Window) -> Result:
    """Return the time of the smallest sample, in seconds; of equals the newest one."""
    return _time_of(w, np.where(np.isnan(w.holding(np.nan)), -np.inf, -w.holding(np.nan))), w.some


def _time_of(w: Window, keys: Floats) -> Floats:
    newest_first = keys[::-1]
    seconds: Floats = w.times_ms[len(keys) - 1 - newest_first.argmax(axis=0)] / _MS
    return seconds


def double_exponential_smoothing(w: Window, smoothing: float, trend: float) -> Result:
    """Return the newest level of a series smoothed with its trend.

    Args:
        w: The samples.
        smoothing: The weight of a sample against the level so far, between 0 and 1.
        trend: The weight of a change against the trend so far, between 0 and 1.

    Raises:
        QueryError: One of the weights is not between 0 and 1.

    Source: C. C. Holt, "Forecasting seasonals and trends by exponentially weighted moving averages", 1957.
    """
    for name, weight in (("smoothing", smoothing), ("trend", trend)):
        if not 0 < weight < 1:
            letter = name[0]
            msg = f"invalid {name} factor. Expected: 0 < {letter}f < 1, got: {weight:f}"
            raise QueryError(msg)
    present = np.ones(w.values.shape, dtype=bool) if w.present is None else w.present
    level, before, slope = (np.zeros(w.values.shape[1]) for _ in range(3))
    seen = np.zeros(w.values.shape[1], dtype=np.intp)
    for row, here in zip(w.values, present, strict=True):
        w.pulse()
        later = np.where(seen == 1, row - level, _trend(trend, before, level, slope))
        slope = np.where(here & (seen > 0), later, slope)
        smoothed = np.where(seen == 0, row, smoothing * row + (1 - smoothing) * (level + slope))
        before, level = np.where(here, level, before), np.where(here, smoothed, level)
        seen = seen + here
    return level, _at_least(w, 2)


def _trend(weight: float, before: Floats, level: Floats, slope: Floats) -> Floats:
    return weight * (level - before) + (1 - weight) * slope


def max_over_time(w: Window) -> Result:
    """Return the largest sample; NaN only where there is nothing else."""
    return np.fmax.reduce(w.holding(np.nan), axis=0), w.some


def stdvar_over_time(w: Window) -> Result:
    """Return the population variance."""
    if w.present is None:
        found = w.moments
        return _mended(found.variance, found.variance_doubtful, w.values, _variance_of), None
    mean = _mean(w)
    samples = np.where(w.present, w.values, mean)
    return squares_about(samples, mean) / w.count, w.some


def stddev_over_time(w: Window) -> Result:
    """Return the population standard deviation."""
    variance, some = stdvar_over_time(w)
    return np.sqrt(variance), some


def quantile_over_time(w: Window, q: float) -> Result:
    """Return the ``q``-quantile of the samples, interpolated linearly; NaN counts as the smallest."""
    return quantile_of(w.values, w.present, q), w.some


def mad_over_time(w: Window) -> Result:
    """Return the median of the distances from the median; NaN where a sample is NaN."""
    median = quantile_of(w.values, w.present, 0.5)
    found = quantile_of(np.abs(w.values - median), w.present, 0.5)
    return np.where(np.isnan(w.holding(0.0)).any(axis=0), np.nan, found), w.some


def quantile_of(values: Floats, present: Mask | None, q: float) -> Floats:
    """Return the ``q``-quantile along the first axis.

    Args:
        values: Shape (k, n).
        present: Which of them count; ``None`` for all.
        q: Below 0 gives -Inf, above 1 gives +Inf, NaN gives NaN.

    Returns:
        Shape (n,); NaN where nothing counts.
    """
    count = np.full(values.shape[1], len(values)) if present is None else present.sum(axis=0)
    if np.isnan(q) or not 0 <= q <= 1:
        return np.where(count == 0, np.nan, np.nan if np.isnan(q) else np.copysign(np.inf, q))
    is_nan = np.isnan(values) if present is None else np.isnan(values) & present
    ranked = np.where(is_nan, -np.inf, values)
    ranked = np.sort(ranked if present is None else np.where(present, ranked, np.nan), axis=0)
    rank = q * (count - 1)
    low = np.clip(np.floor(rank), 0, None).astype(np.intp)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    weight = rank - np.floor(rank)
    columns = np.arange(values.shape[1])
    lower, upper = _nan_again(ranked, is_nan, low, columns), _nan_again(ranked, is_nan, high, columns)
    return np.where(count == 0, np.nan, lower * (1 - weight) + upper * weight)


def _nan_again(ranked: Floats, is_nan: Mask, rows: Rows, columns: Rows) -> Floats:
    """Take one row per column; the first rows stand for the NaN that were ranked below all."""
    return np.where(rows < is_nan.sum(axis=0), np.nan, ranked[rows, columns])


def deriv(w: Window) -> Result:
    """Return the slope per second of the line through the samples (least squares)."""
    slope, _ = _line(w, origin_ms=w.times_ms[w.first])
    return slope, _at_least(w, 2)


def predict_linear(w: Window, ahead_s: float) -> Result:
    """Return what the line through the samples (least squares) gives ``ahead_s`` seconds from now."""
    slope, intercept = _line(w, origin_ms=np.full(w.values.shape[1], w.at_ms))
    return slope * ahead_s + intercept, _at_least(w, 2)


def _line(w: Window, *, origin_ms: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return slope and intercept at ``origin_ms`` of the least-squares line; constant samples give 0.

    Both coordinates are taken from their mean, and samples from the first one, so that little cancels.
    """
    first = w.first_values
    constant = _constant(w, first)
    slope, mean_s, mean = _least_squares(w, first)
    slope = np.where(np.isfinite(mean), slope, np.nan)
    at_s = (origin_ms - w.times_ms[0]) / _MS
    intercept = mean + slope * (at_s - mean_s)
    return (
        np.where(constant, np.where(np.isinf(first), np.nan, 0.0), slope),
        np.where(constant, np.where(np.isinf(first), np.nan, first), intercept),
    )


def _constant(w: Window, first: Floats) -> Mask:
    """Tell which series never leave their first sample; most are told by their moments alone."""
    if w.present is not None:
        never: Mask = ((w.values == first) | ~w.present).all(axis=0)
        return never
    constant: Mask = ~w.moments.moved | ~np.isfinite(w.moments.mean)
    at = np.flatnonzero(constant)
    constant[at] = (w.values[:, at] == first[at]).all(axis=0)
    return constant


def _least_squares(w: Window, first: Floats) -> tuple[Floats, Floats | float, Floats]:
    """Return the slope per second, the mean time in seconds since the first row, and the mean sample."""
    x = (w.times_ms - w.times_ms[0]) / _MS
    if w.present is None:
        mean_s = x.mean()
        away = x - mean_s
        return w.moments.along / (away @ away), mean_s, _mean(w)
    here = w.present.astype(np.float64)
    mean_s = np.einsum("t,tn->n", x, here) / w.count
    apart = (x[:, None] - mean_s) * here
    samples = np.where(w.present, w.values - first, 0.0)
    slope = np.einsum("tn,tn->n", apart, samples) / np.einsum("tn,tn->n", apart, apart)
    return slope, mean_s, _mean(w)


WINDOW_FUNCTIONS: dict[str, Kernel] = {
    function.__name__: function
    for function in (
        rate, increase, delta, irate, idelta, changes, resets, count_over_time, present_over_time,
        first_over_time, last_over_time, sum_over_time, avg_over_time, min_over_time, max_over_time,
        stdvar_over_time, stddev_over_time, quantile_over_time, mad_over_time, deriv, predict_linear,
        ts_of_first_over_time, ts_of_last_over_time, ts_of_max_over_time, ts_of_min_over_time,
        double_exponential_smoothing,
    )
}  # fmt: skip
