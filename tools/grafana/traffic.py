"""What is asked of an application: the overview, and each endpoint."""

from __future__ import annotations

from typing import Final

from tools.grafana.laying import Board, Shown, grouped, quantile, rate, selected

_SERVER: Final = "http_server_request_duration_seconds"
_COUNT: Final = f"{_SERVER}_count"
_CLIENT: Final = "http_client_request_duration_seconds"
_CALLS: Final = f"{_CLIENT}_count"
_HAS_ERROR: Final = 'error_type!=""'
_DATABASE: Final = "db_client_operation_duration_seconds"
_FAILED: Final = 'http_response_status_code=~"5.."'
_REQUESTS: Final = "{request}/s"
_BAD_SHARE: Final = 0.05
_FIRING: Final = ('count(ALERTS{alertstate="firing"}) or vector(0)', "alerts")
_NOTHING_FIRES: Final = "nothing fires before something breaks"


def _errors(*by: str) -> str:
    """Return the share of requests that failed; 0 where none did."""
    group = f" by ({', '.join(by)})" if by else ""
    total = f"sum{group} ({rate(_COUNT)})"
    return f"(sum{group} ({rate(_COUNT, _FAILED)}) or 0 * {total}) / {total}"


OVERVIEW: Final = Board(
    "overview",
    "Overview",
    "How an application does: how much is asked, how often it fails, how long it takes, what fires.",
    (
        (
            Shown("Requests a second", [(f"sum({rate(_COUNT)})", "requests")], _REQUESTS, "figure"),
            Shown("Share of errors", [(_errors(), "errors")], "1", "figure", _BAD_SHARE),
            Shown("95 of 100 within", [(quantile(0.95, _SERVER), "p95")], "s", "figure"),
            Shown(
                "Alerts that fire",
                [_FIRING],
                kind="figure",
                threshold=1,
            ),
            Shown(
                "Worst health check",
                [(f"min({selected('otel_monitoring_health_status')})", "1 is healthy")],
                kind="figure",
            ),
            Shown("Processes", [(f"count({selected('process_uptime_seconds')})", "run")], kind="figure"),
        ),
        (
            Shown(
                "Requests by status",
                [grouped("sum", rate(_COUNT), "http_response_status_code")],
                _REQUESTS,
                "stacked",
            ),
            Shown(
                "Latency",
                [(quantile(share, _SERVER), f"p{share * 100:g}") for share in (0.5, 0.95, 0.99)],
                "s",
            ),
        ),
        (
            Shown("Share of errors over time", [(_errors(), "errors")], "1", threshold=_BAD_SHARE),
            Shown(
                "Slowest endpoints",
                [(f"topk(10, {quantile(0.95, _SERVER, 'http_request_method', 'http_route')})", "")],
                "s",
                "table",
            ),
        ),
        (
            Shown(
                "CPU of each process",
                [grouped("sum", selected("process_cpu_utilization_ratio"), "job", "instance")],
                "1",
            ),
            Shown(
                "Memory of each process",
                [(selected("process_memory_usage_bytes"), "{{job}} {{instance}}")],
                "By",
            ),
        ),
    ),
)

ENDPOINTS: Final = Board(
    "endpoints",
    "Endpoints",
    "How each route does, and whom it waits for.",
    (
        (
            Shown(
                "Requests by route",
                [grouped("sum", rate(_COUNT), "http_request_method", "http_route")],
                _REQUESTS,
                "stacked",
            ),
            Shown(
                "Share of errors by route",
                [(_errors("http_route"), "{{http_route}}")],
                "1",
                threshold=_BAD_SHARE,
            ),
        ),
        (
            Shown("Median by route", [(quantile(0.5, _SERVER, "http_route"), "{{http_route}}")], "s"),
            Shown(
                "95 of 100 within, by route", [(quantile(0.95, _SERVER, "http_route"), "{{http_route}}")], "s"
            ),
        ),
        (
            Shown(
                "Requests in progress",
                [grouped("sum", selected("http_server_active_requests"), "job", "instance")],
            ),
            Shown(
                "Size of answers, 95 of 100 below",
                [(quantile(0.95, "http_server_response_body_size_bytes", "http_route"), "{{http_route}}")],
                "By",
            ),
        ),
        (
            Shown(
                "Calls to other services, 95 of 100 within",
                [(quantile(0.95, _CLIENT, "server_address"), "{{server_address}}")],
                "s",
            ),
            Shown(
                "Failed calls to other services",
                [grouped("sum", rate(_CALLS, _HAS_ERROR), "server_address", "error_type")],
                "/s",
                why_empty="the payment service answers until it is broken",
            ),
        ),
        (
            Shown(
                "Database, 95 of 100 within",
                [(quantile(0.95, _DATABASE, "db_operation_name"), "{{db_operation_name}}")],
                "s",
            ),
            Shown(
                "Connections of the pool",
                [grouped("sum", selected("db_client_connection_count"), "db_client_connection_state")],
                why_empty="the shop talks to SQLite without a pool",
            ),
        ),
    ),
)

ALERTS: Final = Board(
    "alerts",
    "Alerts",
    "What fires, and what became of the messages about it.",
    (
        (
            Shown(
                "Firing",
                [_FIRING],
                kind="figure",
                threshold=1,
            ),
            Shown("Pending", [('count(ALERTS{alertstate="pending"}) or vector(0)', "alerts")], kind="figure"),
            Shown(
                "Processes that evaluate",
                [(f"sum({selected('otel_monitoring_alerts_speaking')})", "1 is right")],
                kind="figure",
            ),
            Shown(
                "Messages that wait",
                [(f"sum({selected('otel_monitoring_notify_queue_size')})", "messages")],
                kind="figure",
                threshold=100,
            ),
        ),
        (
            Shown(
                "Firing over time",
                [grouped("count", 'ALERTS{alertstate="firing"}', "alertname", "severity")],
                kind="stacked",
                why_empty=_NOTHING_FIRES,
            ),
            Shown(
                "What fires now",
                [('ALERTS{alertstate="firing"}', "")],
                kind="table",
                why_empty=_NOTHING_FIRES,
            ),
        ),
        (
            Shown(
                "Messages by outcome",
                [grouped("sum", rate("otel_monitoring_notify_messages_total"), "channel", "outcome")],
                "/s",
            ),
            Shown(
                "How long sending takes",
                [(selected("otel_monitoring_notify_duration_seconds"), "{{receiver}} {{channel}}")],
                "s",
                why_empty="no message is sent before something fires",
            ),
        ),
        (
            Shown(
                "Queries of rules and pages",
                [grouped("sum", rate("otel_monitoring_query_count_total"), "outcome")],
                "/s",
            ),
            Shown(
                "Tries that failed and were followed by another",
                [grouped("sum", rate("otel_monitoring_notify_retries_total"), "channel")],
                "/s",
            ),
        ),
    ),
)
