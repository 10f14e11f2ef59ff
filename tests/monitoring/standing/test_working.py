"""How exports, jobs and guards stand."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.guard import Guard
from otel_monitoring.monitoring.export import Exports
from otel_monitoring.monitoring.loop import Loop
from otel_monitoring.monitoring.standing.working import exports_standing, guards_standing, loop_standing
from otel_monitoring.telemetry.circuit import Circuit
from otel_monitoring.telemetry.pipeline import ExportError, Pipeline
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from otel_monitoring.monitoring.standing.part import Standing


class RefusingExporterFake:
    """An exporter whose other side refuses everything."""

    def prepare(self) -> None:
        """Need nothing."""

    def export(self, batch: Sequence[Any], timeout_s: float) -> int:
        """Refuse."""
        reason = "http_503"
        raise ExportError(reason, f"{len(batch)} refused within {timeout_s:.0f} s", retry=False)

    def close(self) -> None:
        """Close nothing."""


def pipeline(*, capacity: int = 10) -> Pipeline[str]:
    clock = FakeClock()
    return Pipeline(
        "traces",
        make_exporter=RefusingExporterFake,
        clock=clock,
        guard=Guard("export.traces"),
        circuit=Circuit(clock=clock, failures=1, probe_s=30),
        shield=nullcontext,
        capacity=capacity,
        batch_size=100,
    )


def standing_of(one: Pipeline[str]) -> Standing:
    [found] = exports_standing(Exports({"traces": [one]}), {"traces": "http://collector:4318"})
    return found


def numbers(standing: Standing) -> dict[str, float]:
    return {count.name: count.value for count in standing.counts}


def test_a_pipeline_says_where_it_leads_and_what_waits() -> None:
    found = standing_of(pipeline())

    assert (found.name, found.about) == ("export.traces", "Sends spans to http://collector:4318.")
    assert numbers(found) == {"queued": 0, "capacity": 10, "exported": 0, "circuit_open": 0}
    assert found.problem == ""


def test_a_circuit_that_is_open_is_a_problem_and_what_was_dropped_a_loss() -> None:
    one = pipeline()
    one.put("a span")
    one.flush(5)
    found = standing_of(one)
    one.close(0)

    assert found.problem.startswith("exporting is paused after failures: 1 refused")
    [dropped] = [count for count in found.counts if count.loss]
    assert (dropped.name, dropped.value) == ("dropped.http_503", 1)
    assert "Collector" in found.advice


@pytest.fixture
def loop() -> Loop:
    return Loop(clock=FakeClock(), shield=nullcontext)


def test_a_loop_that_does_not_run_is_a_problem(loop: Loop) -> None:
    [found] = loop_standing(loop)

    assert found.problem == "the background loop does not run"


def test_jobs_that_fail_are_named(loop: Loop) -> None:
    def fail(_now_ms: int) -> None:
        raise ValueError

    loop.add("collect", 15, fail)
    loop.tick(0)
    [found] = loop_standing(loop)

    assert "jobs that fail: collect (1 times in a row)" in found.problem
    assert numbers(found)["collect.runs"] == 1


def test_jobs_that_take_longer_than_their_interval_are_named(loop: Loop) -> None:
    job = loop.add("collect", 15, lambda _now_ms: None)
    job.duration_s = 20.0
    [found] = loop_standing(loop)

    assert "jobs that take longer than their interval: collect (20.0 s)" in found.problem


def test_what_guards_caught_is_a_loss_by_place_and_kind() -> None:
    guards = [Guard("tap"), Guard("tap"), Guard("api")]
    for guard in guards:
        with guard:
            raise KeyError
    [found] = guards_standing(guards)

    assert [(count.name, count.value) for count in found.counts] == [("api.KeyError", 1), ("tap.KeyError", 2)]
    assert all(count.loss for count in found.counts)
