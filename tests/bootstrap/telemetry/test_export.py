"""What goes where: the plan that variables, settings and providers of others make together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from otel_monitoring.bootstrap.telemetry import export
from otel_monitoring.context.redact import Redactor
from otel_monitoring.errors import SettingsError
from otel_monitoring.settings import load_settings
from otel_monitoring.telemetry.export_reader import MetricsForm
from otel_monitoring.telemetry.otlp import OtlpExporter
from otel_monitoring.telemetry.sdk_exporters import ForeignExporter
from otel_monitoring.testing import FakeClock

if TYPE_CHECKING:
    from otel_monitoring.settings import Settings

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.test:4318"}
OTLP = ("otlp",)


def settings(**options: Any) -> Settings:
    return load_settings(environ={}, **options).settings


def planned(environ: dict[str, str], *, exported: Any = None, **options: Any) -> export.ExportPlan:
    return export.plan(settings(**options), environ, exported or {})


@pytest.mark.parametrize(
    ("environ", "options", "traces", "metrics", "logs"),
    [
        ({}, {}, (), (), ()),
        (ENDPOINT, {}, OTLP, OTLP, OTLP),
        (ENDPOINT, {"telemetry": {"traces": False}}, (), OTLP, OTLP),
        (ENDPOINT, {"telemetry": {"metrics": False}}, OTLP, (), OTLP),
        (ENDPOINT, {"logs": {"export": False}}, OTLP, OTLP, ()),
        ({}, {"telemetry": {"console": True}}, ("console",), ("console",), ("console",)),
        (
            {**ENDPOINT, "OTEL_TRACES_EXPORTER": "console"},
            {"telemetry": {"console": True}},
            ("console",),
            ("otlp", "console"),
            ("otlp", "console"),
        ),
        ({**ENDPOINT, "OTEL_METRICS_EXPORTER": "none"}, {}, OTLP, (), OTLP),
        ({"OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://c.test/v1/logs"}, {}, (), (), OTLP),
    ],
)
def test_each_signal_has_its_exporters(
    environ: dict[str, str], options: dict[str, Any], traces: Any, metrics: Any, logs: Any
) -> None:
    found = planned(environ, **options)

    assert dict(found.names) == {"traces": traces, "metrics": metrics, "logs": logs}
    assert set(found.endpoints) == {signal for signal, names in found.names.items() if "otlp" in names}


def test_what_somebody_else_exports_is_not_exported_twice() -> None:
    found = planned(ENDPOINT, exported={"traces": "their.OTLPSpanExporter"})

    assert (found.names["traces"], found.names["logs"]) == ((), OTLP)
    assert "traces" not in found.endpoints


@pytest.mark.parametrize(
    ("temporality", "histogram", "form"),
    [
        ("", "", None),
        ("CUMULATIVE", "explicit_bucket_histogram", None),
        ("delta", "", MetricsForm("delta", is_exponential=False)),
        ("LowMemory", "", MetricsForm("lowmemory", is_exponential=False)),
        ("", "base2_exponential_bucket_histogram", MetricsForm("cumulative", is_exponential=True)),
        ("sometimes", "round", None),
    ],
)
def test_metrics_take_another_form_only_over_otlp(
    temporality: str, histogram: str, form: MetricsForm | None
) -> None:
    asked = {
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": temporality,
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION": histogram,
    }

    assert planned({**ENDPOINT, **asked}).metrics_form == form
    assert planned(asked).metrics_form is None


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"OTEL_LOGS_EXPORTER": "smoke"}, "OTEL_LOGS_EXPORTER='smoke'"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector"}, "OTEL_EXPORTER_OTLP_ENDPOINT"),
    ],
)
def test_a_check_finds_what_cannot_be_exported(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        export.check(settings(), environ)


def test_a_signal_has_one_pipeline_for_each_exporter_with_the_limits_asked_for() -> None:
    environ = {
        **ENDPOINT,
        "OTEL_TRACES_EXPORTER": "otlp,console",
        "OTEL_BSP_EXPORT_TIMEOUT": "1500",
        "OTEL_BSP_MAX_QUEUE_SIZE": "7",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "9",
    }
    plan = planned(environ)

    made = export.exports(
        plan, settings=settings(), environ=environ, redactor=Redactor(), clock=FakeClock(), parts=[]
    )

    assert [one.name for one in made.of("traces")] == ["traces", "traces.console"]
    assert [type(one._make_exporter()) for one in made.of("traces")] == [OtlpExporter, ForeignExporter]
    assert {one._timeout_s for one in made.of("traces")} == {1.5}
    assert {(one._capacity, one._batch_size) for one in made.of("traces")} == {(7, 7)}
    assert {one._timeout_s for one in made.of("logs")} == {30.0}
