"""Names of metrics as expressions."""

from __future__ import annotations

import pytest

from otel_monitoring.model.sample import Metadata
from otel_monitoring.reports.errors import AnalysisError
from otel_monitoring.reports.subjects import Subject, Subjects

OF_A_PROCESS = "instance, otel_scope_name, otel_scope_version, otel_scope_schema_url"
KNOWN = {
    one.name: one
    for one in (
        Metadata("process_memory_usage_bytes", "gauge", "", "By"),
        Metadata("jobs_total", "counter", "", "{job}"),
        Metadata("http_server_request_duration_seconds", "histogram", "", "s"),
    )
}


@pytest.fixture
def subjects() -> Subjects:
    return Subjects(metadata=lambda: KNOWN)


def test_a_gauge_is_asked_as_it_stands(subjects: Subjects) -> None:
    name = "process_memory_usage_bytes"

    assert subjects.find("process.memory.usage") == Subject(name, name, "By", "value")


def test_a_counter_is_asked_as_its_rate_over_all_processes(subjects: Subjects) -> None:
    found = subjects.find("jobs_total")

    assert found.expr == f"sum without ({OF_A_PROCESS}) (rate(jobs_total[300000ms]))"
    assert found.unit == "{job}/s"


def test_rates_look_back_over_a_whole_step(subjects: Subjects) -> None:
    assert "[1800000ms]" in subjects.find("jobs_total", step_ms=1_800_000).expr


def test_a_histogram_is_asked_as_its_95th_percentile(subjects: Subjects) -> None:
    found = subjects.find("http.server.request.duration")

    buckets = "http_server_request_duration_seconds_bucket[300000ms]"
    assert found.expr == f"histogram_quantile(0.95, sum without ({OF_A_PROCESS}) (rate({buckets})))"
    assert found.unit == "s"


def test_a_histogram_has_a_mean_and_a_rate_too(subjects: Subjects) -> None:
    name = "http_server_request_duration_seconds"

    assert " / " in subjects.find(name, aggregation="avg").expr
    assert subjects.find(name, aggregation="rate").unit == "1/s"


def test_whatever_is_no_name_is_an_expression(subjects: Subjects) -> None:
    assert subjects.find("sum(up) / 2") == Subject("sum(up) / 2", "sum(up) / 2")
    assert subjects.find("recorded:by_a_rule") == Subject("recorded:by_a_rule", "recorded:by_a_rule")


def test_what_only_the_storage_knows_is_found() -> None:
    subjects = Subjects(metadata=dict, past_metadata=lambda: KNOWN)

    assert subjects.find("jobs_total").aggregation == "rate"


def test_an_aggregation_has_to_suit_the_metric(subjects: Subjects) -> None:
    with pytest.raises(AnalysisError, match=r"'p95' of jobs_total, a counter: expected rate, increase"):
        subjects.find("jobs_total", aggregation="p95")
    with pytest.raises(AnalysisError, match="expected none") as error:
        subjects.find("sum(up)", aggregation="rate")

    assert error.value.field == "aggregation"


def test_names_that_look_alike_are_offered(subjects: Subjects) -> None:
    assert subjects.near("job_total")[0] == "jobs_total"


def test_a_name_of_otel_that_nobody_knows_is_refused_with_names_that_look_alike(subjects: Subjects) -> None:
    """PromQL would speak of an unexpected dot."""
    with pytest.raises(AnalysisError, match=r"'jobs.totall': .* look alike: jobs_total") as refused:
        subjects.find("jobs.totall")

    assert refused.value.field == "metric"


def test_how_many_times_something_happened_is_no_share() -> None:
    known = {"retries_total": Metadata("retries_total", "counter", "", "1")}

    assert Subjects(metadata=lambda: known).find("retries_total", aggregation="increase").unit == ""
