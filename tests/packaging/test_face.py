"""The public face: the names as listed, and an import that is light."""

from __future__ import annotations

import subprocess
import sys

import otel_monitoring

HEAVY = ("fastapi", "grpc", "httpx", "numpy", "psutil", "pydantic", "re2", "requests", "sqlalchemy", "yaml")
NAMES = {
    "AccessError",
    "AlertRule",
    "Caller",
    "ContextError",
    "Insight",
    "InsightRule",
    "MissingExtraError",
    "Monitoring",
    "MonitoringError",
    "NotifyError",
    "QueryError",
    "RuleError",
    "SLO",
    "Settings",
    "SettingsError",
    "StoreError",
    "__version__",
    "availability",
    "bind",
    "configure_logging",
    "get_logger",
    "latency",
    "monitor_performance",
    "ratio",
    "record_exception",
    "record_metric",
    "request_id",
    "set_session",
    "set_tenant",
    "set_user",
    "setup_telemetry",
    "span",
    "time_api_call",
    "time_computation",
    "time_database_query",
    "trace_calls",
}


def test_the_face_is_as_listed() -> None:
    assert set(otel_monitoring.__all__) == NAMES


def test_every_name_of_the_face_is_there() -> None:
    missing = [name for name in otel_monitoring.__all__ if not hasattr(otel_monitoring, name)]

    assert missing == []


def imported_by(program: str) -> set[str]:
    """Return the heavy modules that a fresh interpreter has after ``program``."""
    tell = f"import sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"

    ended = subprocess.run(
        [sys.executable, "-c", f"{program}\n{tell}"], check=True, capture_output=True, text=True
    )

    return set(ended.stdout.split())


def test_the_import_is_light() -> None:
    assert imported_by("import otel_monitoring") == set()


def test_the_set_up_leaves_numpy_to_the_first_tick() -> None:
    """docs/decisions/0012: 18 MiB that a script or a forking master need not pay."""
    program = "from otel_monitoring import setup_telemetry\nsetup_telemetry(service_name='light')"

    assert "numpy" not in imported_by(program)
