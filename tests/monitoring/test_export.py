"""The pipelines of an instance, together."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from otel_monitoring.guard import Guard
from otel_monitoring.model.clock import SystemClock
from otel_monitoring.monitoring.export import Exports
from otel_monitoring.telemetry.circuit import Circuit
from otel_monitoring.telemetry.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Sequence


class ListExporter:
    """Keep what is exported; a real exporter as far as a pipeline can tell."""

    def __init__(self) -> None:
        self.items: list[str] = []

    def prepare(self) -> None:
        """Nothing to prepare."""

    def export(self, batch: Sequence[str], timeout_s: float) -> int:
        self.items += batch
        return 0

    def close(self) -> None:
        """Nothing to close."""


def pipeline(name: str, exporter: ListExporter) -> Pipeline[str]:
    clock = SystemClock()
    return Pipeline(
        name,
        make_exporter=lambda: exporter,
        clock=clock,
        guard=Guard(f"export.{name}"),
        circuit=Circuit(clock=clock),
        shield=nullcontext,
        delay_s=3600.0,
    )


def test_one_flush_reaches_the_pipelines_of_every_signal() -> None:
    exporters = {name: ListExporter() for name in ("traces", "metrics", "metrics.console")}
    made = {name: pipeline(name, exporter) for name, exporter in exporters.items()}
    exports = Exports(
        {"traces": [made["traces"]], "metrics": [made["metrics"], made["metrics.console"]], "logs": []}
    )
    for name, one in made.items():
        one.put(name)

    done = exports.flush(10)

    assert done
    assert {name: exporter.items for name, exporter in exporters.items()} == {name: [name] for name in made}
    assert [one.name for one in exports.of("metrics")] == ["metrics", "metrics.console"]
    assert exports.of("logs") == exports.of("nonsense") == ()
    exports.stop(10, for_good=True)


def test_after_a_stop_pipelines_start_again_and_after_one_for_good_they_do_not() -> None:
    exporter = ListExporter()
    exports = Exports({"traces": [pipeline("traces", exporter)]})
    (one,) = exports.all()
    one.put("first")
    exports.stop(10)

    one.put("second")
    done = exports.stop(10, for_good=True)
    one.put("third")

    assert done
    assert exporter.items == ["first", "second"]
    (stats,) = exports.stats()["traces"]
    assert (stats.exported, stats.dropped) == (2, {"shutdown": 1})


def test_a_forked_child_starts_empty() -> None:
    exports = Exports({"traces": [pipeline("traces", ListExporter())]})
    (one,) = exports.all()
    one.put("of the parent")
    one.flush(10)

    exports.after_fork()

    (stats,) = exports.stats()["traces"]
    assert (stats.exported, stats.queued) == (0, 0)
