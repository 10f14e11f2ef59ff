"""What the examples of the reference ask: by the name of an operation, where it is not the bare path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_MATCHERS: Final = ['job="shop"']
_DETECT: Final = {"metric": "orders_waiting", "window": "1h"}
_RULE: Final = {
    "name": "SlowCart",
    "metric": "http_server_request_duration_seconds",
    "kind": "histogram",
    "aggregation": "p95",
    "operator": ">",
    "threshold": 2,
    "for": "5m",
}
_SILENCE: Final = {"matchers": _MATCHERS, "for": "2h", "createdBy": "kim", "comment": "database upgrade"}
_NATIVE: Final = {
    "matchers": [{"name": "job", "value": "shop", "isRegex": False}],
    "startsAt": "2099-03-02T09:00:00Z",
    "endsAt": "2099-03-02T11:00:00Z",
    "createdBy": "kim",
    "comment": "database upgrade",
}
_PANEL: Final = {
    "id": "orders",
    "title": "Orders that wait",
    "kind": "line",
    "queries": [{"expr": "orders_waiting", "legend": "waiting"}],
    "unit": "{order}",
    "threshold": 5,
    "place": {"x": 0, "y": 0, "w": 6, "h": 4},
}
_DASHBOARD: Final = {"title": "Orders", "description": "What waits, and why.", "panels": [_PANEL]}
_PROM: Final = "/prometheus/api/v1"
_AM: Final = "/alertmanager/api/v2"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        path: Its path below the prefix, with its query; names in braces stand for what is made for it.
        body: Its body, as JSON.
        form: Its fields, where it is a form.
    """

    path: str
    body: Any = None
    form: dict[str, str] | None = None


ASKED: Final[dict[str, Asked]] = {
    "deleteAlertsByFingerprintAcknowledge": Asked("/alerts/{acknowledged}/acknowledge?by=kim"),
    "deleteAlertmanagerApiV2SilenceBySilenceId": Asked(_AM + "/silence/{silence}"),
    "deleteDashboardsById": Asked("/dashboards/{dashboard}?by=kim"),
    "deleteRulesByName": Asked("/rules/{rule}?by=kim"),
    "deleteSilencesById": Asked("/silences/{silence}?by=kim"),
    "getAlertmanagerApiV2Alerts": Asked(_AM + '/alerts?filter=severity="critical"'),
    "getAlertmanagerApiV2SilenceBySilenceId": Asked(_AM + "/silence/{silence}"),
    "getAlerts": Asked("/alerts?state=firing&limit=1"),
    "getAlertsByFingerprint": Asked("/alerts/{fingerprint}"),
    "getAlertsByFingerprintEvidence": Asked("/alerts/{fingerprint}/evidence"),
    "getAlertsHistory": Asked("/alerts/history?since=6h&limit=1"),
    "getAnomalies": Asked("/anomalies?since=1d"),
    "getAudit": Asked("/audit?since=1d&limit=1"),
    "getCorrelations": Asked("/correlations?metric=orders_waiting&metric=payments_pending&window=2h"),
    "getCorrelationsMoved": Asked("/correlations/moved?limit=1"),
    "getDashboard": Asked("/dashboard?window=1h"),
    "getDashboardsById": Asked("/dashboards/{dashboard}"),
    "getDashboardsByIdExport": Asked("/dashboards/{dashboard}/export"),
    "getEndpoints": Asked("/endpoints?sort=errors&limit=1&window=1h"),
    "getEndpointsByRoute": Asked("/endpoints/products/{{number}}?window=1h"),
    "getEvents": Asked("/events?name=signup&limit=1"),
    "getExport": Asked("/export?what=metrics&format=csv&match=orders_waiting&window=1h"),
    "getForecastsByMetric": Asked("/forecasts/orders_waiting?horizon=1h"),
    "getHealth": Asked("/health?verbose=true"),
    "getHealthChecksByName": Asked("/health/checks/payments"),
    "getHealthHistory": Asked("/health/history?check=payments&limit=1"),
    "getInstances": Asked("/instances?figures=true&window=1h"),
    "getMetricsCurrent": Asked("/metrics/current?name=orders_waiting&limit=1"),
    "getMetricsHistory": Asked("/metrics/history?metric=orders_waiting&hours=1"),
    "getMetricsQuery": Asked("/metrics/query?metric=orders.waiting&aggregation=max&window=5m"),
    "getPrometheusApiV1FormatQuery": Asked(_PROM + "/format_query?query=sum(up)by(job)"),
    "getPrometheusApiV1LabelByNameValues": Asked(_PROM + "/label/http_route/values"),
    "getPrometheusApiV1Metadata": Asked(_PROM + "/metadata?metric=orders_waiting"),
    "getPrometheusApiV1ParseQuery": Asked(_PROM + "/parse_query?query=up"),
    "getPrometheusApiV1Query": Asked(_PROM + "/query?query=orders_waiting"),
    "getPrometheusApiV1QueryExemplars": Asked(
        _PROM + "/query_exemplars?query=up&start=1772442000&end=1772445600"
    ),
    "getPrometheusApiV1QueryRange": Asked(
        _PROM + "/query_range?query=orders_waiting&start=1772442000&end=1772445600&step=15m"
    ),
    "getPrometheusApiV1Rules": Asked(_PROM + "/rules?type=alert&rule_name[]=TooManyOrders"),
    "getPrometheusApiV1Series": Asked(_PROM + "/series?match[]=orders_waiting"),
    "getPrometheusApiV1TargetsMetadata": Asked(_PROM + "/targets/metadata?metric=orders_waiting"),
    "getPrometheusGraph": Asked("/prometheus/graph?g0.expr=up"),
    "getReleasesCompare": Asked("/releases/compare"),
    "getReportsByKind": Asked("/reports/daily"),
    "getSilencesById": Asked("/silences/{silence}"),
    "getSlosByName": Asked("/slos/shop"),
    "getSlosByNameReport": Asked("/slos/shop/report"),
    "getSystem": Asked("/system?window=1h"),
    "getTrendsByMetric": Asked("/trends/orders_waiting?window=2h"),
    "postAlertmanagerApiV2Alerts": Asked(_AM + "/alerts", body=[]),
    "postAlertmanagerApiV2Silences": Asked(_AM + "/silences", body=_NATIVE),
    "postAlertsByFingerprintAcknowledge": Asked(
        "/alerts/{fingerprint}/acknowledge", body={"by": "kim", "comment": "on it", "for": "2h"}
    ),
    "postAlertsByFingerprintResolve": Asked(
        "/alerts/{fingerprint}/resolve", body={"by": "kim", "comment": "rolled back"}
    ),
    "postAnomaliesDetect": Asked("/anomalies/detect", body=_DETECT),
    "postCleanup": Asked("/cleanup", body={"dryRun": True, "logsDays": 30}),
    "postDashboards": Asked("/dashboards?by=kim", body=_DASHBOARD),
    "postDashboardsImport": Asked(
        "/dashboards/import?by=kim",
        body={"schema": "otel-monitoring/dashboard", "schemaVersion": 1, **_DASHBOARD},
    ),
    "postHealthChecksByNameRun": Asked("/health/checks/payments/run?wait=5"),
    "postMetrics": Asked("/metrics", body={"name": "orders.waiting", "value": 3}),
    "postNotificationsReload": Asked("/notifications/reload?by=kim"),
    "postPrometheusApiV1FormatQuery": Asked(_PROM + "/format_query", form={"query": "sum(up)by(job)"}),
    "postPrometheusApiV1Labels": Asked(_PROM + "/labels", form={"match[]": "orders_waiting"}),
    "postPrometheusApiV1ParseQuery": Asked(_PROM + "/parse_query", form={"query": "up"}),
    "postPrometheusApiV1Query": Asked(_PROM + "/query", form={"query": "orders_waiting"}),
    "postPrometheusApiV1QueryExemplars": Asked(
        _PROM + "/query_exemplars", form={"query": "up", "start": "1772442000", "end": "1772445600"}
    ),
    "postPrometheusApiV1QueryRange": Asked(
        _PROM + "/query_range",
        form={"query": "orders_waiting", "start": "1772442000", "end": "1772445600", "step": "15m"},
    ),
    "postPrometheusApiV1Series": Asked(_PROM + "/series", form={"match[]": "orders_waiting"}),
    "postReceiversByNameTest": Asked("/receivers/default/test", body={"by": "kim"}),
    "postRulesBacktest": Asked(
        "/rules/backtest?window=1h", body={"expr": "orders_waiting > 5", "for": "1m", "interval": "15s"}
    ),
    "postReportsByKindSend": Asked("/reports/daily/send?by=kim"),
    "postAlerts": Asked("/alerts?by=kim", body={**_RULE, "name": "TooFewOrders", "operator": "<"}),
    "postRules": Asked("/rules?by=kim", body=_RULE),
    "postRulesReload": Asked("/rules/reload?by=kim"),
    "postSilences": Asked("/silences", body=_SILENCE),
    "postSilencesPreview": Asked("/silences/preview", body={"matchers": ['severity="critical"']}),
    "putDashboardsById": Asked("/dashboards/{dashboard}?by=kim", body={**_DASHBOARD, "version": 1}),
    "putRulesByNameMode": Asked("/rules/TooManyOrders/mode?by=kim", body={"mode": "observe"}),
    "putSilencesById": Asked("/silences/{silence}", body={"comment": "takes longer", "for": "4h"}),
}
