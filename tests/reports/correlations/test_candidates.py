"""What is looked at when something goes wrong."""

from __future__ import annotations

from otel_monitoring.model.sample import Metadata
from otel_monitoring.reports.correlations.candidates import candidates


def named(*metrics: Metadata) -> dict[str, str]:
    """Return the expressions for metrics, by name."""
    found = candidates({one.name: one for one in metrics}, range_ms=60_000)
    return {one.name: one.expr for one in found}


def test_golden_signals_come_first_and_are_asked_once() -> None:
    """What they cover is not looked at a second time."""
    found = list(named(Metadata("process_thread_count", "gauge", "", "{thread}")))

    assert found[0] == "http.request_rate"
    assert "process.threads" in found
    assert "process_thread_count" not in found


def test_each_kind_of_metric_is_looked_at_as_it_moves() -> None:
    """Counters as rates, histograms as rate and mean, gauges as they stand."""
    found = named(
        Metadata("jobs_total", "counter", "", "{job}"),
        Metadata("job_seconds", "histogram", "", "s"),
        Metadata("depth", "gauge", "", ""),
    )

    assert found["jobs_total"].endswith("(rate(jobs_total[60000ms]))")
    assert "job_seconds_count" in found["job_seconds rate"]
    assert " / " in found["job_seconds mean"]
    assert found["depth"].startswith("max without (instance")


def test_what_is_worked_out_from_others_explains_nothing() -> None:
    """Scores, forecasts and alerts move because others do."""
    found = named(
        Metadata("otel_monitoring_anomaly_score", "gauge", "", ""),
        Metadata("ALERTS", "gauge", "", ""),
        Metadata("target_info", "gauge", "", ""),
        Metadata("otel_monitoring_loop_lag", "gauge", "", ""),
        Metadata("zebra", "gauge", "", ""),
    )

    others = list(found)[-2:]
    assert others == ["zebra", "otel_monitoring_loop_lag"]


def test_a_name_within_another_is_not_covered_by_it() -> None:
    """The golden signals hold ``otel_monitoring_asyncio_loop_lag_seconds``."""
    assert "lag_seconds" in named(Metadata("lag_seconds", "gauge", "", "s"))
