"""The engine and the store behind the adapter of the shared PromQL scripts.

python ../shared/conformance/promql/runner.py --adapter adapter:make --profile core ../shared/...
"""

from __future__ import annotations

from typing import Any

from otel_monitoring.errors import QueryError
from otel_monitoring.model.labels import Labels
from otel_monitoring.model.sample import Batch
from otel_monitoring.promql.engine import Engine
from otel_monitoring.stores.series import SeriesStore

Points = list[tuple[int, float]]


class Adapter:
    """Loads each grid of times as a source of its own, so that a gap stays a gap."""

    def __init__(self, api: Any) -> None:
        self._api = api
        self.reset()

    def reset(self) -> None:
        """Begin with an empty store."""
        self._store = SeriesStore(retention_s=10**9, max_bytes=1 << 40, max_series=10**7)
        self._engine = Engine(self._store, experimental=True)
        self._loads = 0

    def load(self, series: list[tuple[dict[str, str], Points]]) -> None:
        """Append samples."""
        grids: dict[tuple[int, ...], list[tuple[Labels, Points]]] = {}
        for labels, points in series:
            grid = tuple(time_ms for time_ms, _ in points)
            grids.setdefault(grid, []).append((Labels.of(labels), points))
        for grid, members in grids.items():
            self._loads += 1
            names = tuple(labels for labels, _ in members)
            for at, time_ms in enumerate(grid):
                values = [points[at][1] for _, points in members]
                self._store.append(Batch(f"load-{self._loads}", time_ms, names, values))

    def eval_instant(self, expr: str, t_ms: int) -> Any:
        """Evaluate at one time."""
        return self._result(lambda: self._engine.instant(expr, t_ms))

    def eval_range(self, expr: str, start_ms: int, end_ms: int, step_ms: int) -> Any:
        """Evaluate at every step."""
        return self._result(lambda: self._engine.range_(expr, start_ms, end_ms, step_ms))

    def _result(self, ask: Any) -> Any:
        try:
            result = ask()
        except QueryError as error:
            if "not supported" in str(error):
                raise self._api.Unsupported(str(error)) from error
            raise self._api.QueryFailed(str(error)) from error
        value: Any = {"scalar": result.scalar, "string": result.text}.get(result.kind)
        if result.kind == "vector":
            value = [(labels.as_dict(), sample) for labels, sample in result.samples]
        if result.kind == "matrix":
            value = [
                (one.labels.as_dict(), list(zip(one.times_ms.tolist(), one.values.tolist(), strict=True)))
                for one in result.series
            ]
        return self._api.Result(result.kind, value, list(result.warnings), list(result.infos))


def make() -> Adapter:
    """Return an adapter; called by the runner, which has put its own folder on the path."""
    import importlib

    return Adapter(importlib.import_module("adapter_api"))
