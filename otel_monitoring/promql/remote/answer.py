"""From the JSON of Prometheus's HTTP API to a :class:`Result`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.promql.result import Result, Series

if TYPE_CHECKING:
    from collections.abc import Mapping

    from otel_monitoring.promql.result import ResultKind

_KINDS: frozenset[ResultKind] = frozenset({"scalar", "vector", "matrix", "string"})


def result_of(body: Any) -> Result:
    """Return the answer that a successful response holds.

    Args:
        body: The response, parsed: ``{"status": "success", "data": {...}}``.

    Raises:
        QueryError: It does not have the shape of an answer, or holds native histograms.
    """
    try:
        data = body["data"]
        kind, rows = data["resultType"], data["result"]
        if kind not in _KINDS:
            msg = f"the answer is of the unknown type {kind!r}"
            raise QueryError(msg)
        notes = {name: tuple(map(str, body.get(name) or ())) for name in ("warnings", "infos", "tiers")}
        return _result(kind, rows, notes)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        msg = f"the answer does not have the shape of Prometheus's: {type(error).__name__}: {error}"
        raise QueryError(msg) from error


def _result(kind: ResultKind, rows: Any, notes: Mapping[str, tuple[str, ...]]) -> Result:
    samples, series, scalar, text, time_ms = [], [], 0.0, "", 0
    if kind == "vector":
        samples = [(_labels(row), float(_value(row)[1])) for row in rows]
        time_ms = max((_ms(_value(row)[0]) for row in rows), default=0)
    elif kind == "matrix":
        series = [_series(row) for row in rows]
    elif kind == "scalar":
        time_ms, scalar = _ms(rows[0]), float(rows[1])
    else:
        time_ms, text = _ms(rows[0]), str(rows[1])
    return Result(
        kind=kind,
        samples=samples,
        series=series,
        scalar=scalar,
        text=text,
        time_ms=time_ms,
        warnings=notes["warnings"],
        infos=notes["infos"],
        tiers=notes["tiers"],
    )


def _labels(row: Mapping[str, Any]) -> Labels:
    pairs: dict[str, str] = row["metric"]
    if not all(isinstance(value, str) for value in pairs.values()):
        msg = "a label whose value is no text"
        raise TypeError(msg)
    return Labels.of(pairs)


def _value(row: Mapping[str, Any]) -> Any:
    _refuse_histograms(row)
    return row["value"]


def _series(row: Mapping[str, Any]) -> Series:
    _refuse_histograms(row)
    times_ms = np.array([_ms(time_s) for time_s, _ in row["values"]], dtype=np.int64)
    values = np.array([float(value) for _, value in row["values"]], dtype=np.float64)
    return Series(_labels(row), times_ms, values)


def _refuse_histograms(row: Mapping[str, Any]) -> None:
    if "histogram" in row or "histograms" in row:
        msg = f"{_labels(row)} is a native histogram, and those are not supported"
        raise QueryError(msg)


def _ms(time_s: float) -> int:
    return round(float(time_s) * 1000)
