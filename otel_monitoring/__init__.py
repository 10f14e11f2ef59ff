"""One call, ``setup_telemetry(app)``, and the application is observable, watched and explained."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from otel_monitoring._version import __version__

if TYPE_CHECKING:
    from otel_monitoring.alerts.rules.simple import AlertRule
    from otel_monitoring.api.access.caller import Caller
    from otel_monitoring.bootstrap.setup import setup_telemetry
    from otel_monitoring.context.correlation import bind, request_id, set_session, set_tenant, set_user
    from otel_monitoring.errors import (
        AccessError,
        ContextError,
        MissingExtraError,
        MonitoringError,
        NotifyError,
        QueryError,
        RuleError,
        SettingsError,
        StoreError,
    )
    from otel_monitoring.measure.logs import configure_logging, get_logger
    from otel_monitoring.measure.metrics import record_metric
    from otel_monitoring.measure.spans import record_exception, span
    from otel_monitoring.measure.timers import (
        monitor_performance,
        time_api_call,
        time_computation,
        time_database_query,
    )
    from otel_monitoring.measure.trace_calls import trace_calls
    from otel_monitoring.monitoring.instance import Monitoring
    from otel_monitoring.reports.insights.insight import Insight
    from otel_monitoring.reports.insights.rule import InsightRule
    from otel_monitoring.reports.slos.slo import SLO, availability, latency, ratio
    from otel_monitoring.settings import Settings

_NAMES = {
    "alerts.rules.simple": ("AlertRule",),
    "api.access.caller": ("Caller",),
    "bootstrap.setup": ("setup_telemetry",),
    "context.correlation": ("bind", "request_id", "set_session", "set_tenant", "set_user"),
    "errors": (
        "AccessError",
        "ContextError",
        "MissingExtraError",
        "MonitoringError",
        "NotifyError",
        "QueryError",
        "RuleError",
        "SettingsError",
        "StoreError",
    ),
    "measure.logs": ("configure_logging", "get_logger"),
    "measure.metrics": ("record_metric",),
    "measure.spans": ("record_exception", "span"),
    "measure.timers": ("monitor_performance", "time_api_call", "time_computation", "time_database_query"),
    "measure.trace_calls": ("trace_calls",),
    "monitoring.instance": ("Monitoring",),
    "reports.insights.insight": ("Insight",),
    "reports.insights.rule": ("InsightRule",),
    "reports.slos.slo": ("SLO", "availability", "latency", "ratio"),
    "settings": ("Settings",),
}
_HOMES = {name: f"{__name__}.{module}" for module, names in _NAMES.items() for name in names}

__all__ = [
    "SLO",
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
]


def __getattr__(name: str) -> Any:
    """Import a public name from its home at its first use, so that ``import otel_monitoring`` stays light."""
    home = _HOMES.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
