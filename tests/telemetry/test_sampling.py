"""Which traces are recorded: by the standard variables, or by a rate of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from opentelemetry import trace

from otel_monitoring import setup_telemetry

if TYPE_CHECKING:
    from otel_monitoring.monitoring.instance import Monitoring

QUIET = {"enabled": False}


def set_up(rate: float | None) -> Monitoring:
    return setup_telemetry(trace_sample_rate=rate, system=QUIET, instrumentation={"libraries": False})


def recorded(count: int = 200) -> int:
    tracer = trace.get_tracer("tests")
    return sum(
        tracer.start_span("root", context=trace.set_span_in_context(trace.INVALID_SPAN)).is_recording()
        for _ in range(count)
    )


@pytest.mark.parametrize(
    ("rate", "sampler", "argument", "low", "high"),
    [
        (None, "", "", 200, 200),
        (1.0, "", "", 200, 200),
        (0.0, "", "", 0, 0),
        (0.5, "", "", 50, 150),
        (None, "always_off", "", 0, 0),
        (None, "traceidratio", "0.5", 50, 150),
        (1.0, "always_off", "", 200, 200),
        (0.0, "always_on", "", 0, 0),
        (None, "no_such_sampler", "", 200, 200),
    ],
)
def test_the_rate_wins_over_the_sampler_of_the_environment(
    fresh_process: pytest.MonkeyPatch, rate: float | None, sampler: str, argument: str, low: int, high: int
) -> None:
    fresh_process.setenv("OTEL_TRACES_SAMPLER", sampler)
    fresh_process.setenv("OTEL_TRACES_SAMPLER_ARG", argument)
    set_up(rate)

    assert low <= recorded() <= high


@pytest.mark.parametrize(("flags", "expected"), [(1, True), (0, False)])
def test_a_rate_leaves_the_decision_to_the_parent(
    fresh_process: pytest.MonkeyPatch, flags: int, *, expected: bool
) -> None:
    set_up(0.5)
    parent = trace.SpanContext(1, 2, is_remote=True, trace_flags=trace.TraceFlags(flags))
    context = trace.set_span_in_context(trace.NonRecordingSpan(parent))

    spans = [trace.get_tracer("tests").start_span("child", context=context) for _ in range(20)]

    assert {span.is_recording() for span in spans} == {expected}
    assert fresh_process is not None
