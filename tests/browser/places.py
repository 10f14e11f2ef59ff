"""The pages of the dashboard, a line each: where they are, and what they have to say.

What a page says is worked out of the API's own answers to it, so that both are of the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tests.browser.past import ROUTE, WAITING
from tests.browser.said import alerting, analysis, outlook, requests, standing
from tests.browser.said.facts import Says, latest, moment
from tests.integration.servers import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.browser.demo import Demo


@dataclass(frozen=True, slots=True)
class Place:
    """One page.

    Attributes:
        name: What it is called in test names and pictures.
        path: Where it is, behind the address of the dashboard; ``{}`` stands for what is found.
        says: What it asks the API for, below the prefix, and what follows of the answer for the page; behind
            a ``?`` stands what the question holds, of several to one path.
        find: Finds which one it is about, such as the fingerprint of an alert.
    """

    name: str
    path: str
    says: Mapping[str, Says] = field(default_factory=dict)
    find: Callable[[Demo], str] = lambda _: ""

    def path_of(self, demo: Demo) -> str:
        """Return where it is in this demo."""
        return self.path.replace("{}", self.find(demo))

    def says_in(self, demo: Demo) -> dict[str, Says]:
        """Return what it asks for in this demo."""
        return {asked.replace("{}", self.find(demo)): says for asked, says in self.says.items()}


def _fingerprint(demo: Demo) -> str:
    return str(eventually(lambda: _firing(demo, "ShopErrors"), what="the alert")["fingerprint"])


def _firing(demo: Demo, rule: str) -> dict[str, Any] | None:
    """Return the alert of a rule; a shop that was killed a moment ago asks its rules after two seconds."""
    alerts: list[dict[str, Any]] = demo.ask("alerts", state="firing")["alerts"]
    return next((alert for alert in alerts if alert["rule"] == rule), None)


def _anomaly(demo: Demo) -> str:
    """Return the path of the one that was found in the past, as its series is called."""
    found = demo.ask("anomalies", since="1d")["anomalies"]
    one = next(one for one in found if one["labels"].get("http_route") == ROUTE)
    labels = ", ".join(f'{name}="{value}"' for name, value in one["labels"].items())
    series = f"{one['metric']}{{{labels}}}"
    return f"{_milliseconds(one['since'])}/{quote(series, safe='')}"


def _noticed(demo: Demo) -> str:
    """Return when the release of the past made itself felt."""
    return str(released_ms(demo))


def released_ms(demo: Demo) -> int:
    """Return when the second process of the past began, Unix milliseconds, once the past is known."""

    def began() -> list[int]:
        found = [_milliseconds(one["firstSeen"]) for one in demo.ask("releases")["releases"]]
        return found if len(found) > 1 else []

    return max(eventually(began, what="the releases of the past"))


def _milliseconds(text: str) -> int:
    return round(moment(text).timestamp() * 1000)


def _own_dashboard(demo: Demo) -> str:
    found = demo.ask("dashboards")["dashboards"]
    return str(next(one["id"] for one in found if one["title"] == OWN["title"]))


RATE = "sum(rate(http_server_request_duration_seconds_count%5B1m%5D))"
_RANGE = "prometheus/api/v1/query_range"
_AT = "prometheus/api/v1/query"

MEMORY = "sum(process_memory_usage_bytes)"
BY_ROUTE = "sum by (http_route) (http_server_request_duration_seconds_count)"
OWN: Final[dict[str, Any]] = {
    "title": "The shop at a glance",
    "description": "What to look at when orders fail.",
    "panels": [
        {
            "title": "Memory of all",
            "kind": "figure",
            "unit": "By",
            "queries": [{"expr": MEMORY, "legend": "all"}],
            "place": {"x": 0, "y": 0, "w": 4, "h": 3},
        },
        {
            "title": "Requests so far",
            "kind": "table",
            "queries": [{"expr": BY_ROUTE, "legend": ""}],
            "place": {"x": 4, "y": 0, "w": 8, "h": 6},
        },
        {
            "title": "Threads",
            "kind": "line",
            "queries": [{"expr": "max(process_thread_count)", "legend": "most"}],
            "threshold": 500,
            "place": {"x": 0, "y": 3, "w": 4, "h": 3},
        },
    ],
}
"""A dashboard of somebody's own, which the demo has."""

PLACES = (
    Place("overview", "#/", {"dashboard": requests.overview}),
    Place("endpoints", "#/endpoints", {"endpoints": requests.endpoints}),
    Place(
        "endpoint",
        "#/endpoints/POST%20%2Forders",
        {
            "endpoints/%2Forders": requests.endpoint,
            f"{_RANGE}?histogram_quantile": latest("s"),
            f"{_RANGE}?5xx": latest(""),
            f"{_RANGE}?or 0 *": latest("1", name="failed"),
        },
    ),
    Place("alerts", "#/alerts", {"alerts": alerting.alerts}),
    Place(
        "alert",
        "#/alerts/{}",
        {"alerts/{}": alerting.alert, "alerts/{}/evidence": alerting.evidence},
        _fingerprint,
    ),
    Place("alerts-history", "#/alerts/history", {"alerts/history": alerting.history}),
    Place("alerts-silences", "#/alerts/silences", {"silences": alerting.silences}),
    Place("alerts-rules", "#/alerts/rules", {"rules": alerting.rules}),
    Place("alerts-rule", "#/alerts/rules/ShopErrors", {"rules": alerting.rule}),
    Place(
        "alerts-receivers",
        "#/alerts/receivers",
        {"receivers": alerting.receivers, "deliveries": alerting.deliveries},
    ),
    Place("anomalies", "#/analysis/anomalies", {"anomalies": analysis.anomalies}),
    Place(
        "anomaly",
        "#/analysis/anomalies/{}",
        {"anomalies": analysis.anomaly, "correlations/moved": analysis.moved},
        _anomaly,
    ),
    Place("causes", "#/analysis/causes?at={}", {"correlations/moved": analysis.moved}, _noticed),
    Place(
        "trends",
        f"#/analysis/trends?metric={WAITING}",
        {f"trends/asked?query={WAITING}": analysis.trends},
    ),
    Place("forecasts", "#/analysis/forecasts", {"forecasts": analysis.forecasts}),
    Place(
        "releases",
        "#/analysis/releases",
        {"releases": outlook.releases, "releases/compare": outlook.compared},
    ),
    Place(
        "insights",
        "#/analysis/insights",
        {"insights": analysis.insights, "recommendations": analysis.recommendations},
    ),
    Place("service-levels", "#/analysis/slos", {"slos": outlook.slos}),
    Place(
        "service-level",
        "#/analysis/slos/orders",
        {"slos/orders": outlook.slo, "slos/orders/report": outlook.month},
    ),
    Place("reports", "#/analysis/reports"),
    Place("report", "#/analysis/reports/daily", {"reports/daily": outlook.report}),
    Place("health", "#/health", {"health": standing.health}),
    Place("system", "#/system", {"system": standing.system}),
    Place("instances", "#/instances?ended=1", {"instances?figures=true": requests.instances}),
    Place("dashboards", "#/dashboards", {"dashboards": standing.dashboards}),
    Place(
        "dashboard",
        "#/dashboards/{}",
        {
            f"{_RANGE}?{MEMORY}": standing.figure(OWN["panels"][0]),
            f"{_AT}?{BY_ROUTE}": standing.table(OWN["panels"][1]),
        },
        _own_dashboard,
    ),
    Place("explore", f"#/explore?query={RATE}", {f"{_RANGE}?sum(rate(": latest("")}),
)


def by_name(name: str) -> Place:
    """Return the page of a name."""
    return next(place for place in PLACES if place.name == name)
